"""Mixed load on four running servers for a given time; fails if anything grew, leaked or was answered wrongly.

    python3 benchmarks/soak/soak.py [--seconds 600] [--python .venv/bin/python]

Needs nothing but Python's standard library and the product installed for the interpreter that is named.
"""

import argparse
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from load import operations  # noqa: E402
from load.served import BenchmarkError, Part, Served, quiet_moment, servers, show, verdict  # noqa: E402

INTERVAL_SECONDS = 60.0
"""Of load between two quiet moments at which the processes are looked at; a short run has four."""

MODEL = HERE / "predict.py"
ONE = {"COG_MAX_CONCURRENCY": "1"}
MANY = {"COG_MAX_CONCURRENCY": "16"}
# Webhooks that are under way at the same time each leave a connection that is kept for the next ones.
KEPT = 4
PARTS = [
    Part("sync", MODEL, "Sync", 2, operations.MODEL, ONE, connections=KEPT),
    Part("async", MODEL, "Async", 4, operations.MODEL, MANY, connections=KEPT),
    Part("files", MODEL, "Files", 2, operations.FILES, ONE, uploads=True, connections=KEPT),
    Part("crashes", MODEL, "Sync", 1, operations.CRASHING, ONE, replaces_workers=True, connections=KEPT),
]


def load_for(all_served: list[Served], seconds: float) -> None:
    """Load, then a quiet moment at which the processes are looked at."""
    for served in all_served:
        served.load.set()
    time.sleep(seconds)
    quiet_moment(all_served)


def show_done(all_served: list[Served]) -> None:
    for served in all_served:
        done = ", ".join(f"{count} {name}" for name, count in sorted(served.done.items()))
        print(f"{served.part.name}: {sum(served.done.values())} operations: {done}")
    print()


def main() -> int:
    parser = argparse.ArgumentParser(description="Mixed load for a given time; fails on growth and wrong answers.")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--python", type=Path, default=HERE.parents[1] / ".venv" / "bin" / "python")
    chosen = parser.parse_args()
    try:
        with servers(PARTS, chosen.python.absolute()) as (all_served, receiver):
            for served in all_served:
                served.start([operations.OTHER, *[served.part.operations] * served.part.drivers])
            intervals = max(4, round(chosen.seconds / INTERVAL_SECONDS))
            # The first interval fills what is only filled once: allocators, thread pools, imported modules.
            for _ in range(intervals):
                load_for(all_served, chosen.seconds / intervals)
                print(f"{sum(sum(served.done.values()) for served in all_served)} operations", flush=True)
            complaints = [text for served in all_served for text in served.complaints()] + receiver.wrong[:20]
            for served in all_served:
                complaints += served.left_behind()
            show_done(all_served)
            show(all_served, receiver)
    except BenchmarkError as error:
        complaints = [str(error)]
    return verdict(complaints, "soak", "nothing grew, nothing leaked, every answer was as expected")


if __name__ == "__main__":
    sys.exit(main())
