"""Every document, by the tools that others check documents with; and the SDK inside every interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from cases import HERE, PYTHONS, described, short
from decisions import REFUSED

INSIDE = [
    "test_api.py",
    "test_types.py",
    "test_model.py",
    "test_plain_calls.py",
    "test_scope.py",
    "test_outputs.py",
    "test_pydantic_outputs.py",
    "test_files.py",
    "test_conversion.py",
]


@pytest.mark.parametrize("kind", ["conformance", "additions"])
def test_valid_by_openapi_spec_validator(kind: str) -> None:
    import openapi_spec_validator

    found = described(PYTHONS[0], kind)
    checked = 0
    for name, result in found.items():
        if "document" in result and name not in REFUSED:
            document = result["document"]
            # The validator's own dialect of patterns has neither `(?P<name>…)`, which every model may use, nor these.
            openapi_spec_validator.validate(without_patterns(document) if name == "in_patterns" else document)
            checked += 1
    assert checked > 15


def without_patterns(schema: Any) -> Any:
    """Return the schema without the keyword `pattern`."""
    if isinstance(schema, list):
        return [without_patterns(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: without_patterns(value) for key, value in schema.items() if key != "pattern"}


@pytest.mark.parametrize("python", PYTHONS[1:], ids=short)
def test_in_other_interpreters(python: str) -> None:
    """What runs inside one interpreter runs inside each."""
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *[str(HERE / name) for name in INSIDE]],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=HERE.parent.parent,
    )
    assert done.returncode == 0, done.stdout[-4000:]


def test_examples_of_the_build_tool_stand_in_the_document(tmp_path):
    """Without them, nothing is there that wasn't before."""
    (tmp_path / "predict.py").write_text("def run(a: str, n: int = 1) -> str:\n    return a\n")

    def inputs(**variables):
        done = subprocess.run(
            [sys.executable, "-m", "cog.command.openapi_schema", "--predict", "predict.py:run"],
            cwd=tmp_path, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)["components"]["schemas"]["Input"]

    examples = [{"a": "\u00e9 <b>", "n": 2}, {"a": "it's"}]
    plain = inputs()
    assert "examples" not in plain
    assert inputs(COG_EXAMPLES=json.dumps(examples)) == {**plain, "examples": examples}
