"""System calls and processor time per prediction, of each process of the server of this checkout.

    python3 benchmarks/counts.py [--model sync|async] [--connections 1] [--seconds 3] [--server ours|coglet|…]

Times move with the machine, counts do not: this is what to look at while making the server faster. The processor time
is read from /proc over a run without tracing; the system calls come from a second run under `strace -c`.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cogbench import wrk
from cogbench.measures import NO_OP
from cogbench.peers import all_servers
from cogbench.processes import command_line, free_port, tree
from cogbench.workloads import ASYNC, SYNC

WARM_UP_SECONDS = 1
ATTACH_SECONDS = 0.5


def processor_seconds(pid: int) -> tuple[float, float]:
    """User and system time of a process, of all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    return int(fields[11]) / ticks, int(fields[12]) / ticks


def switches(pid: int) -> tuple[int, int]:
    """Voluntary and involuntary context switches of all threads of a process."""
    voluntary = involuntary = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        for line in status.read_text().splitlines():
            if line.startswith("voluntary_ctxt"):
                voluntary += int(line.split()[1])
            elif line.startswith("nonvoluntary_ctxt"):
                involuntary += int(line.split()[1])
    return voluntary, involuntary


def traced(port: int, pids: list[int], connections: int, seconds: float) -> None:
    """Prints the system calls a prediction needs, most frequent first, for each process."""
    with tempfile.TemporaryDirectory() as directory:
        outputs = {pid: Path(directory) / str(pid) for pid in pids}
        tracers = [
            subprocess.Popen(["strace", "-c", "-f", "-S", "calls", "-p", str(pid), "-o", str(output)],
                             stderr=subprocess.DEVNULL)
            for pid, output in outputs.items()
        ]  # fmt: skip
        time.sleep(ATTACH_SECONDS)
        result = wrk.measure(port, NO_OP, connections, seconds)
        for tracer in tracers:
            tracer.send_signal(signal.SIGINT)
            tracer.wait()
        for pid, output in outputs.items():
            print(f"\n{command_line(pid)[:100]}: system calls for each of {result.good} good answers")
            for line in output.read_text().splitlines():
                fields = line.split()
                if len(fields) >= 5 and fields[3].isdigit() and fields[-1] != "total":
                    each = int(fields[3]) / max(1, result.good)
                    if each >= 0.005:
                        print(f"  {each:8.2f}  {fields[-1]}")


def main() -> int:
    parser = argparse.ArgumentParser(description="System calls and processor time per prediction.")
    parser.add_argument("--model", choices=["sync", "async"], default="sync")
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--server", default="ours")
    chosen = parser.parse_args()
    server = next(server for server in all_servers() if server.name == chosen.server)
    server.prepare()
    workload = SYNC if chosen.model == "sync" else ASYNC
    with tempfile.TemporaryDirectory(prefix="cog-counts-") as scratch:
        running = server.launch(workload, Path(scratch) / "model", free_port())
        try:
            server.wait(running)
            wrk.measure(running.port, NO_OP, chosen.connections, WARM_UP_SECONDS)
            pids = tree(running.pid)
            before = {pid: (processor_seconds(pid), switches(pid)) for pid in pids}
            result = wrk.measure(running.port, NO_OP, chosen.connections, chosen.seconds)
            print(f"{server.title}, {chosen.model}, {chosen.connections} connections: {result.good} good answers, "
                  f"{result.good_per_second:.0f}/s, p50 {result.p50_microseconds} µs, {result.bad} bad")  # fmt: skip
            for pid in pids:
                (user, system), (voluntary, involuntary) = processor_seconds(pid), switches(pid)
                (user0, system0), (voluntary0, involuntary0) = before[pid]
                each = 1e6 / max(1, result.good)
                print(f"  {(user - user0) * each:6.1f} µs user, {(system - system0) * each:6.1f} µs system, "
                      f"{(voluntary - voluntary0) / max(1, result.good):.2f} + "
                      f"{(involuntary - involuntary0) / max(1, result.good):.2f} switches: "
                      f"{command_line(pid)[:80]}")  # fmt: skip
            traced(running.port, pids, chosen.connections, chosen.seconds)
        finally:
            running.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
