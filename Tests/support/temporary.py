"""Temporary files of servers, and disks that are not as they should be."""

import subprocess
from pathlib import Path

from .server import Server


def may_mount(under: tuple[str, ...]) -> bool:
    """Whether this user may run a program that way."""
    return subprocess.run([*under, "true"], capture_output=True, check=False).returncode == 0


def mounted(script: str) -> tuple[str, ...]:
    """Runs the server in a separate mount namespace that `script` has prepared."""
    return ("unshare", "--mount", "sh", "-c", script + ' && exec "$@"', "sh")


def input_folders(server: Server) -> list[Path]:
    """Folders of predictions; the others are of workers."""
    return [path for root in server.temp.iterdir() for path in root.iterdir() if not path.name.startswith("w")]
