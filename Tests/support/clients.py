"""Clients from PyPI that need their own environment: programs in Tests/http/clients, run by .envs/platforms."""

import json
import subprocess
from pathlib import Path
from typing import Any

from .environment import DEADLINE, TESTS

PYTHON = TESTS.parent / ".envs" / "platforms" / "bin" / "python"
PROGRAMS = TESTS / "http" / "clients"


def run(program: str, *arguments: str | Path) -> dict[str, Any]:
    """What a program says: a JSON object, with the results of its steps by their names."""
    done = subprocess.run(
        [PYTHON, PROGRAMS / program, *arguments],
        capture_output=True,
        text=True,
        timeout=2 * DEADLINE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
