"""Instructions and system calls of the server of this checkout. Unlike times, they don't depend on the machine.

    python3 benchmarks/counts.py [--only GROUP,…] [--write FILE]

Instructions are counted with callgrind, system calls with strace.
"""

import argparse
import sys
from pathlib import Path

from counting.figures import GROUPS, Figure, Ratio


def number(value: float) -> str:
    """The number with about three digits."""
    if value >= 1_000:
        return f"{value / 1_000:.1f} k"
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}"


def row(figure: Figure | Ratio) -> str:
    limit = "" if figure.limit is None else f"≤ {figure.limit:g}"
    if isinstance(figure, Ratio):
        return f"| {figure.title} | {number(figure.value)} | | | {limit} |"
    count = figure.count
    cells = " | ".join(number(value) for value in (count.server, count.worker, count.both))
    return f"| {figure.title}: {figure.unit} | {cells} | {limit} |"


def main() -> int:
    parser = argparse.ArgumentParser(description="Counts of instructions and system calls.")
    parser.add_argument("--only", default=",".join(GROUPS), help=f"some of {', '.join(GROUPS)}")
    parser.add_argument("--write", type=Path, help="a file for the table")
    chosen = parser.parse_args()
    lines = ["| figure | server | worker | both | limit |", "| --- | --- | --- | --- | --- |"]
    print(*lines, sep="\n", flush=True)
    for name in chosen.only.split(","):
        for figure in GROUPS[name]():
            lines.append(row(figure))
            print(lines[-1], flush=True)
    if chosen.write:
        chosen.write.write_text("# Counts\n\n" + "\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
