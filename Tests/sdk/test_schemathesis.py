"""schemathesis against live servers: no crash, no answer that the document doesn't list, no answer of another form."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cases import PYTHONS
from support.server import Server

PLAIN = """
from typing import Optional

from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        text: str,
        short: str = Input(default="ab", min_length=2, max_length=4),
        word: str = Input(default="ab", regex="^[a-z]+$"),
        n: int = Input(default=1, ge=0, le=5),
        ratio: float = Input(default=0.5, ge=-1),
        flag: bool = False,
        mode: str = Input(default="a", choices=["a", "b"]),
        maybe: Optional[int] = None,
        tags: list[str] = [],
        anything: dict = {},
    ) -> str:
        return text * n
"""

STRUCTURED = """
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Literal, Optional, Union

from cog import BaseModel, BaseRunner, Input, Secret


class Color(Enum):
    RED = "red"
    ONE = 1


@dataclass
class Part:
    name: str
    share: Annotated[float, Input(ge=0, le=1)] = 0.5
    colors: list[Color] = field(default_factory=list)


class Whole(BaseModel):
    parts: list[Part]
    best: Optional[Part] = None
    kind: Literal["small", "large"] = "small"


class Answer(BaseModel):
    whole: Whole
    rest: Union[int, bool, str, None] = None


class Runner(BaseRunner):
    def run(
        self,
        whole: Whole,
        either: Union[int, bool, list[str]] = 1,
        grid: list[list[Optional[float]]] = [],
        key: Optional[Secret] = None,
    ) -> Answer:
        return Answer(whole=whole, rest=either if isinstance(either, int) else None)
"""

OPTIONAL_OUTPUT = """
from typing import Optional, Union

from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, which: int) -> Optional[Union[int, list[str]]]:
        if which > 1000:
            raise ValueError("too many")
        return [None, which, ["a"]][which % 3]
"""

STREAM = """
from cog import BaseRunner, ConcatenateIterator, Input, streaming


class Runner(BaseRunner):
    @streaming
    def run(self, n: int = Input(ge=0, le=50)) -> ConcatenateIterator[str]:
        for index in range(n):
            yield str(index)
"""

TRAINING = """
from cog import BaseModel, Input


class Weights(BaseModel):
    name: str
    steps: int


def train(name: str, steps: int = Input(default=1, ge=1)) -> Weights:
    return Weights(name=name, steps=steps)
"""

# What a document can't say: that a prediction which has ended can't be canceled, so it is as if it were gone, and what
# a server lets pass, such as members of the envelope that it doesn't know.
LEFT_OUT = "ensure_resource_availability,use_after_free,negative_data_rejection"
# Nor which shapes and data fit together, or the inputs of a model; and of a platform's request, a failed prediction is a
# failure with the status 500.
LEFT_OUT_PATHS = "(/infer|:predict)$"


@pytest.mark.parametrize(
    ("source", "mode"),
    [
        pytest.param(PLAIN, "predict", id="plain"),
        pytest.param(STRUCTURED, "predict", id="structured"),
        pytest.param(OPTIONAL_OUTPUT, "predict", id="optional_output"),
        pytest.param(STREAM, "predict", id="stream"),
        pytest.param(TRAINING, "train", id="training"),
    ],
)
def test_schemathesis(source: str, mode: str, tmp_path: Path) -> None:
    server = Server(
        PYTHONS[0], source=source, mode=mode, reference=f"predict.py:{'Runner' if mode == 'predict' else 'train'}"
    )
    try:
        server.start()
        # The server refuses U+0000 in names, whatever the model.
        (tmp_path / "schemathesis.toml").write_text("[generation]\nallow-x00 = false\n")
        done = run(tmp_path, server.port)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        assert server.status() == "READY"
        assert server.stop() == 0
    finally:
        server.discard()


def run(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", "schemathesis.toml", "run"]
    command += [f"http://127.0.0.1:{port}/openapi.json", "--max-examples", "60", "--seed", "1"]
    command += [
        "--exclude-checks",
        LEFT_OUT,
        "--exclude-path-regex",
        LEFT_OUT_PATHS,
        "--no-color",
        "--generation-database",
        "none",
    ]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False, stdin=subprocess.DEVNULL
    )
