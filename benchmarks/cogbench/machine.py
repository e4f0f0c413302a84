"""What the figures were taken on, and how busy it was with other things."""

import os
import platform
import time
from pathlib import Path

BUSY_SAMPLE_SECONDS = 2.0
BUSY_LIMIT = 0.10


def _cpu_times() -> tuple[int, int]:
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return sum(fields), fields[3] + fields[4]


def busy_share(seconds: float = BUSY_SAMPLE_SECONDS) -> float:
    """The share of all processors' time that is used while we only wait."""
    total_before, idle_before = _cpu_times()
    time.sleep(seconds)
    total, idle = _cpu_times()
    return 1 - (idle - idle_before) / max(1, total - total_before)


def description() -> list[tuple[str, str]]:
    processor = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    memory_kib = int(Path("/proc/meminfo").read_text().split()[1])
    release = platform.freedesktop_os_release()
    return [
        ("processors", f"{os.cpu_count()} × {processor}"),
        ("memory", f"{memory_kib / 1024 / 1024:.0f} GiB"),
        ("kernel", f"{platform.system()} {platform.release()}"),
        ("system", release.get("PRETTY_NAME", "unknown")),
        ("Python", platform.python_version()),
    ]
