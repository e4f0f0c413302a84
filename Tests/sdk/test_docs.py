"""The examples of docs/python.md: each is served, and answers as the page says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from cases import PYTHONS, ROOT, short
from support.server import Server

import cog

PAGE = (ROOT / "docs" / "python.md").read_text()


@dataclass
class Example:
    """A block of Python. `kind` is "" for a model, "train" for a training, "refused" for what can't be served."""

    kind: str
    source: str
    line: int

    @property
    def says(self) -> list[str]:
        """The comment lines at its end, without the sign."""
        return [line[2:] for line in self.source.rpartition("\n\n\n")[2].splitlines() if line.startswith("# ")]


EXAMPLES = [
    Example(found[1], found[2], PAGE[: found.start()].count("\n") + 1)
    for found in re.finditer(r"^```python ?(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
]


def test_every_block_is_an_example() -> None:
    assert len(EXAMPLES) == PAGE.count("\n```python") > 20
    for example in EXAMPLES:
        assert example.says, example


def test_every_name_is_told_of() -> None:
    table = PAGE.partition("\n# All names\n")[2].partition("\n# ")[0]
    names = set(re.findall(r"`(\w+)`", table))
    assert names >= set(cog.__all__) - {"__version__"}


@pytest.mark.parametrize("python", PYTHONS, ids=short)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"line{example.line}")
def test_example(python: str, example: Example) -> None:
    name = next(name for name in ("class Runner", "def run", "def train") if name in example.source).split()[1]
    mode = "train" if example.kind == "train" else "predict"
    server = Server(python, source=example.source, reference=f"predict.py:{name}", mode=mode)
    try:
        if example.kind == "refused":
            logs = server.start("SETUP_FAILED").health()["setup"]["logs"]
            assert all(text in logs for text in example.says), logs
        else:
            server.start("READY")
            for line in example.says:
                check(server, line, f"/{mode.replace('predict', 'prediction').replace('train', 'training')}s")
        assert server.stop() == 0
    finally:
        server.discard()


def check(server: Server, line: str, path: str) -> None:
    """Send what a line says and compare what comes back."""
    sent, _, expected = line.partition(" → ")
    answer = server.request("POST", path, {"input": json.loads(sent)})
    told: Any = answer.json
    if expected.startswith("422 "):
        assert answer.status == 422, answer.text
        first = told["detail"][0]
        assert f"{first['loc'][2]}: {first['msg']}".startswith(expected.removeprefix("422 "))
        return
    assert answer.status == 200, answer.text
    if expected.startswith("failed: "):
        assert told["status"] == "failed"
        assert told["error"].startswith(expected.removeprefix("failed: "))
    else:
        assert told["status"] == "succeeded", told
        assert told["output"] == json.loads(expected)
