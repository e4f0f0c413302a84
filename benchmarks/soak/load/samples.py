"""What the processes use, read from /proc, and whether it grew."""

from dataclasses import dataclass
from pathlib import Path

from cogbench.processes import proportional_bytes_of, tree

MEMORY_FACTOR = 1.10
MEMORY_SLACK_MIB = 6.0
"""Allocators keep some of what a peak needed: only more than this, and more than the factor, is growth."""

DESCRIPTOR_SLACK = 3
"""Connections to the receiver that are kept for the next webhook come and go."""

THREAD_SLACK = 0


@dataclass
class Usage:
    """Of one process at one moment at which it had nothing to do."""

    role: str
    memory_mib: float
    """Proportional set size: what is shared with other processes counts in parts."""
    descriptors: int
    threads: int


def usage(root: int) -> tuple[list[Usage], int]:
    """What the process `root` and its descendants use, and how many of them are zombies."""
    found = []
    zombies = 0
    for pid in tree(root):
        try:
            status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
            if status["State"].strip().startswith("Z"):
                zombies += 1
                continue
            found.append(
                Usage(
                    role="server" if pid == root else "worker",
                    memory_mib=proportional_bytes_of(pid) / 2**20,
                    descriptors=sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
                    threads=int(status["Threads"]),
                )
            )
        except OSError:
            continue  # it has ended meanwhile
    return found, zombies


def growth(first: list[Usage], last: list[Usage], connections: int = 0) -> list[str]:
    """What grew between two quiet moments, in words; empty if nothing did. So many connections may have been kept."""
    if [usage.role for usage in first] != [usage.role for usage in last]:
        return [f"processes were {[usage.role for usage in first]}, are {[usage.role for usage in last]}"]
    found: list[str] = []
    for before, after in zip(first, last, strict=True):
        if after.memory_mib > before.memory_mib * MEMORY_FACTOR + MEMORY_SLACK_MIB:
            found.append(f"{before.role}: memory grew from {before.memory_mib:.1f} to {after.memory_mib:.1f} MiB")
        if after.descriptors > before.descriptors + DESCRIPTOR_SLACK + connections:
            found.append(f"{before.role}: descriptors grew from {before.descriptors} to {after.descriptors}")
        if after.threads > before.threads + THREAD_SLACK:
            found.append(f"{before.role}: threads grew from {before.threads} to {after.threads}")
    return found


def table(series: dict[str, list[list[Usage]]]) -> list[str]:
    """Lines that show every process at every quiet moment, by the name of its server."""
    rows = []
    for name, moments in series.items():
        for role in ("server", "worker"):
            seen = [used for moment in moments for used in moment if used.role == role]
            cells = [
                " ".join(f"{used.memory_mib:.1f}" for used in seen),
                " ".join(str(used.descriptors) for used in seen),
                " ".join(str(used.threads) for used in seen),
            ]
            rows.append([name, role, *cells])
    rows.insert(0, ["model", "process", "memory (PSS, MiB)", "descriptors", "threads"])
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]
