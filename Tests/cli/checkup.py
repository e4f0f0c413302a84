"""`cog doctor`, as its tests run it, and models with something to find."""

import json

from terminal import Project, Result

QUIET = {"COG_SKIP_DOCKER_CHECK": "1"}

# A model whose defaults its types leave out.
DEFAULTS = """\
from typing import Annotated, Any, Literal, Optional

import cog
from cog import BasePredictor, Input, Path


class Base(BasePredictor):
    def predict(
        self,
        seed: int = None,  # the default = None
        image: Path = Input(default=None, description="a, b = (c: None)"),
        mask: "Path" = cog.Input(
            None
        ),
        tags: list[dict[str, int]] = Input(description="x", default=None),
        mode: Literal["a", "None]"]=None,
        limited: Annotated[int, Input(ge=1, default=None)],
        either: (int | str) = None,
        given: Optional[int] = None, union: int | None = None, anything: Any = None, text: 'str|None' = None,
        chosen: Literal["a", None] = None,
        plain: int = 3,
        inner: dict = {"a": None},
        required: str = Input(description="default=None"),
        *,
        last: bool = None,
    ) -> str:
        other: int = None
        return ""


class Predictor(Base):
    def other(self, x: int = None) -> str:
        return ""
"""


def doctor(project: Project, *arguments: str, env: dict[str, str] | None = None, **programs: str) -> Result:
    """The command on a machine with the configured Python and no GPU, unless `programs` say otherwise."""
    tools = project.tools(**{"python3": "echo 3.12", "nvidia_smi": "exit 9", **programs})
    result = project.cog("doctor", *arguments, env={**QUIET, **tools, **(env or {})})
    assert result.out == ""
    return result


def model(project: Project, text: str) -> Project:
    project.write("predict.py", text)
    return project


def findings(project: Project, *arguments: str, env: dict[str, str] | None = None, **programs: str) -> list[dict]:
    """What `--json` says was found, with nothing on standard error; the status is that of errors."""
    tools = project.tools(**{"python3": "echo 3.12", "nvidia_smi": "exit 9", **programs})
    result = project.cog("doctor", "--json", *arguments, env={**QUIET, **tools, **(env or {})})
    report = json.loads(result.out)
    assert result.err == ""
    assert result.status == (1 if report["errors"] else 0)
    return report["findings"]


def codes(found: list[dict]) -> list[tuple[str, str]]:
    return [(finding["code"], finding["severity"]) for finding in found if finding["code"] != "older-name"]
