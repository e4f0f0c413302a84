"""The folders of models, and what each interpreter makes of them."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# The interpreters that have the wheels installed.
PYTHONS = [each for each in os.environ.get("COG_TEST_PYTHONS", "").split(":") if each] or [sys.executable]


def folders(kind: str) -> list[Path]:
    """Return the folders of `conformance` or `additions`, by name."""
    return sorted(path for path in (HERE / kind).iterdir() if (path / "case.json").exists())


def case(folder: Path) -> dict[str, Any]:
    """Return what the folder's `case.json` holds."""
    found: dict[str, Any] = json.loads((folder / "case.json").read_text())
    return found


def short(python: str) -> str:
    """Name an interpreter in a test's id: `test-3.11`, or its version's folder."""
    return next((part for part in reversed(Path(python).parts) if "3." in part and "/" not in part), "python")


@functools.cache
def described(python: str, *kinds: str, by: str = "describe_cases.py") -> dict[str, Any]:
    """Return what an interpreter makes of all models of some kinds: by folder name, see the script that looks at them."""
    names = [str(path) for kind in kinds for path in folders(kind)]
    with tempfile.TemporaryDirectory(prefix="cog-test-") as folder:
        done = subprocess.run(
            [python, str(HERE / by)],
            input=json.dumps(names),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
            cwd=HERE,
            env={**os.environ, "TMPDIR": folder},
        )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def same(document: Any, expected: Any) -> None:
    """Compare two documents except for the version."""
    document = {**document, "info": {**document["info"], "version": ""}}
    expected = {**expected, "info": {**expected["info"], "version": ""}}
    assert document == expected
