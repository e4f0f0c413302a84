"""Programs of Debian that tests run, installed or unpacked by `scripts/setup.sh --tests`."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .environment import DEADLINE

UNPACKED = Path(os.environ.get("COG_TEST_CACHE", Path.home() / ".cache" / "cog-tests")) / "tools"
FOLDERS = ("usr/bin", "usr/sbin")
LIBRARIES = UNPACKED / "usr/lib/x86_64-linux-gnu"


def path_of(name: str) -> str:
    """The path of a program; skips the test if it isn't installed."""
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin", *(str(UNPACKED / folder) for folder in FOLDERS)])
    found = shutil.which(name, path=path)
    if not found:
        pytest.skip(f"no {name}: scripts/setup.sh --tests fetches it, as root")
    return found


def environment() -> dict[str, str]:
    """What unpacked programs need to find their libraries."""
    return {**os.environ, "LD_LIBRARY_PATH": str(LIBRARIES)}


def run(name: str, *arguments: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a program to its end."""
    return subprocess.run(
        [path_of(name), *map(str, arguments)],
        input=text,
        env=environment(),
        text=True,
        capture_output=True,
        check=False,
        timeout=DEADLINE,
    )
