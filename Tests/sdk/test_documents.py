"""Every document, by the tools that others check documents with; and the SDK inside every interpreter."""

from __future__ import annotations

import subprocess

import pytest
from cases import HERE, PYTHONS, described, short
from decisions import REFUSED

INSIDE = ["test_api.py", "test_types.py", "test_scope.py", "test_outputs.py", "test_files.py", "test_conversion.py"]


@pytest.mark.parametrize("kind", ["conformance", "additions"])
def test_valid_by_openapi_spec_validator(kind: str) -> None:
    validator = pytest.importorskip("openapi_spec_validator")
    found = described(PYTHONS[0], kind)
    checked = 0
    for name, result in found.items():
        if "document" in result and name not in REFUSED:
            validator.validate(result["document"])
            checked += 1
    assert checked > 15


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
