"""`benchmarks/run.sh [--quick] [--rounds N] [--only NAME]…`"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from cogbench import machine, plot, report
from cogbench.catalogue import MEASURES
from cogbench.environments import BENCHMARKS
from cogbench.measures import Settings
from cogbench.peers import all_servers
from cogbench.processes import BenchmarkError
from cogbench.runner import Runner

FULL = Settings(seconds=3, warm_up_seconds=1, rounds=3)
QUICK = Settings(seconds=1, warm_up_seconds=1, rounds=2)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run.sh", description="Measures this server beside its peers.")
    parser.add_argument("--quick", action="store_true", help="2 rounds of 1 s: a look, not a result")
    parser.add_argument("--rounds", type=int, help=f"default {FULL.rounds}")
    parser.add_argument("--seconds", type=float, help=f"of load in one measurement, default {FULL.seconds:g}")
    parser.add_argument("--only", action="append", choices=[m.name for m in MEASURES], help="this figure; repeatable")
    names = ",".join(server.name for server in all_servers())
    parser.add_argument("--servers", help=f"comma-separated names; default all: {names}")
    parser.add_argument("--no-polling", action="store_true", help="our workers sleep as soon as they have answered")
    parser.add_argument("--output", type=Path, help="directory for RESULTS.md and results.svg; default benchmarks/ for "
                        "a full run, else the table is only printed")  # fmt: skip
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    if chosen.no_polling:
        os.environ["COG_WORKER_POLLING"] = "0"
    base = QUICK if chosen.quick else FULL
    settings = Settings(chosen.seconds or base.seconds, base.warm_up_seconds, chosen.rounds or base.rounds)
    measures = [measure for measure in MEASURES if not chosen.only or measure.name in chosen.only]
    servers = [s for s in all_servers() if not chosen.servers or s.name in chosen.servers.split(",")]
    full = not (chosen.quick or chosen.only or chosen.servers)
    try:
        if not shutil.which("wrk"):
            raise BenchmarkError("wrk is missing: apt-get install wrk")
        for server in servers:
            server.prepare()
    except BenchmarkError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    busy = machine.busy_share()
    with tempfile.TemporaryDirectory(prefix="cog-bench-") as scratch:
        runner = Runner(servers, settings, Path(scratch))
        runner.run(measures)
    invocation = " ".join(["benchmarks/run.sh", *sys.argv[1:]])
    text = report.render(runner, measures, settings, busy, invocation)
    output = chosen.output or (BENCHMARKS if full else None)
    if output:
        output.mkdir(parents=True, exist_ok=True)
        (output / "RESULTS.md").write_text(text)
        (output / "results.svg").write_text(plot.render(runner, measures))
    print(text)
    return 1 if runner.failures else 0


if __name__ == "__main__":
    sys.exit(main())
