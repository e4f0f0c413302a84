"""The limits that the servers of the soak run under, as on a small machine."""

import os
import uuid
from pathlib import Path

DESCRIPTORS = 256
MEMORY_BYTES = 512 * 1024 * 1024

_CGROUPS = Path("/sys/fs/cgroup")


class MemoryGroup:
    """A control group of its own for one server and its workers, or none where this user can't make one."""

    def __init__(self) -> None:
        self.directory: Path | None = None
        for parent, limit in ((_memory_v1(), "memory.limit_in_bytes"), (_unified(), "memory.max")):
            if parent is None:
                continue
            directory = parent / f"cog-soak-{uuid.uuid4().hex[:8]}"
            try:
                directory.mkdir()
                (directory / limit).write_text(str(MEMORY_BYTES))
            except OSError:
                if directory.exists():
                    directory.rmdir()
                continue
            self.directory = directory
            return

    def command(self, command: list[str]) -> list[str]:
        """The command that runs `command` under the limits."""
        limited = ["prlimit", f"--nofile={DESCRIPTORS}:{DESCRIPTORS}"]
        if self.directory is None:
            # For each process by itself, which is the next best.
            return [*limited, f"--data={MEMORY_BYTES}:{MEMORY_BYTES}", "--", *command]
        enter = f'echo $$ >"{self.directory}/cgroup.procs" && exec "$@"'
        return ["sh", "-c", enter, "sh", *limited, "--", *command]

    def close(self) -> None:
        """Removes the group; its processes must have ended."""
        if self.directory:
            self.directory.rmdir()


def _own_group(controller: str) -> str | None:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return path
    return None


def _memory_v1() -> Path | None:
    path = _own_group("memory")
    return _CGROUPS / "memory" / path.lstrip("/") if path is not None else None


def _unified() -> Path | None:
    path = _own_group("")
    if path is None or not (_CGROUPS / "cgroup.controllers").exists() or os.getuid() != 0:
        return None
    return _CGROUPS / path.lstrip("/")
