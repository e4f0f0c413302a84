"""Disks in memory for what is written and soon thrown away.

Engines write gigabytes and sync them, so on a disk their tests spend most of their time waiting for it.
"""

import subprocess
from pathlib import Path

GIB = 1 << 30
# The most that an engine and the images of its tests take; 2 GiB have been seen.
SIZE = 6 * GIB
# How much memory must be available: enough for two engines, which fill a part of it.
NEEDED = 2 * SIZE


class MemoryDisk:
    """A directory in memory. On a machine that has too little of it, the directory stays on its disk."""

    def __init__(self, directory: Path):
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "cog-tests", directory]
        self.is_mounted = available_memory() >= NEEDED and not subprocess.run(mount, capture_output=True).returncode

    def close(self) -> None:
        """Ends the disk, and frees the memory as soon as nobody uses it."""
        if self.is_mounted:
            subprocess.run(["umount", "--lazy", self.directory], check=True)


def available_memory() -> int:
    """How many bytes programs could have without swapping."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0
