"""The examples of docs/python.md: each is a model that loads, is described, and does what the page says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cases import HERE, ROOT

PAGE = (ROOT / "docs" / "python.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
CALL = re.compile(r"^# (\{.*\}) → (.*)$", re.MULTILINE)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 6


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_example(number: int, tmp_path: Path) -> None:
    source = EXAMPLES[number]
    calls = [(json.loads(given), json.loads(expected)) for given, expected in CALL.findall(source)]
    assert calls
    (tmp_path / "predict.py").write_text(source)
    name = "Runner" if "class Runner" in source else "run"
    facts = {"expect": "document", "predict": f"predict.py:{name}", "train": None, "mode": "predict"}
    (tmp_path / "case.json").write_text(json.dumps(facts))
    (tmp_path / "examples.json").write_text(json.dumps([{"input": given} for given, _ in calls]))
    done = subprocess.run(
        [sys.executable, str(HERE / "describe_cases.py")],
        input=json.dumps([str(tmp_path)]),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found = json.loads(done.stdout)[tmp_path.name]
    assert found["examples"] == [{"output": expected} for _, expected in calls], found
