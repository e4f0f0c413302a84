"""Mixed load on four running servers for a given time; fails if anything grew, leaked or was answered wrongly.

    python3 benchmarks/soak/soak.py [--seconds 600] [--python .venv/bin/python]

Needs nothing but Python's standard library and the product installed for the interpreter that is named.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from cogbench.processes import BenchmarkError, Running, free_port, poll, start, tree  # noqa: E402
from load import operations  # noqa: E402
from load.operations import Operation, Target, UnexpectedAnswer  # noqa: E402
from load.receiver import Receiver  # noqa: E402
from load.samples import Usage, growth, table, usage  # noqa: E402

READY_SECONDS = 30.0
WEBHOOK_SECONDS = 60.0
SETTLE_SECONDS = 1.0
INTERVAL_SECONDS = 60.0
"""Of load between two quiet moments at which the processes are looked at; a short run has four."""

PAUSE_SECONDS = 0.002
MAX_SHOWN = 20


@dataclass
class Part:
    """A server, and the clients that load it."""

    name: str
    reference: str
    slots: int
    drivers: int
    operations: list[Operation]
    uploads: bool = False
    crashes: bool = False


PARTS = [
    Part("sync", "predict.py:Sync", 1, 2, operations.MODEL),
    Part("async", "predict.py:Async", 16, 4, operations.MODEL),
    Part("files", "predict.py:Files", 1, 2, operations.FILES, uploads=True),
    Part("crashes", "predict.py:Sync", 1, 1, operations.CRASHING, crashes=True),
]


@dataclass
class Soak:
    """One part under load: its server, its clients, and what was seen."""

    part: Part
    running: Running
    target: Target
    temporary: Path
    done: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    quiet: list[list[Usage]] = field(default_factory=list)
    zombies: int = 0
    load: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    busy: list[threading.Lock] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        for number in range(self.part.drivers + 1):
            chosen = self.part.operations if number else operations.OTHER
            lock = threading.Lock()
            self.busy.append(lock)
            thread = threading.Thread(target=self._drive, args=(chosen, lock), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _drive(self, chosen: list[Operation], busy: threading.Lock) -> None:
        while not self.over.is_set():
            if not self.load.wait(0.1):
                continue
            with busy:
                operation = random.choice(chosen)
                try:
                    operation(self.target)
                except (UnexpectedAnswer, OSError, ValueError, LookupError) as error:
                    self._unexpected(f"{operation.__name__}: {error!r}")
                self.done[operation.__name__] += 1
            time.sleep(PAUSE_SECONDS)

    def _unexpected(self, text: str) -> None:
        self.unexpected.append(f"{self.part.name}: {text}")

    def settle(self) -> None:
        """Lets the clients finish what they do, then waits until the server has nothing left to do."""
        for lock in self.busy:
            with lock:
                pass
        for _ in poll(0.05, READY_SECONDS, f"{self.part.name}: READY after the load"):
            self.running.check_alive()
            status, body = operations.ask(self.target, "GET", "/health-check")
            if status == 200 and b'"status":"READY"' in body:
                break
        for _ in poll(0.05, WEBHOOK_SECONDS, f"{self.part.name}: all terminal webhooks"):
            with self.target.lock:
                if all(self.target.receiver.delivered[identifier] for identifier in self.target.webhooks):
                    break

    def look(self) -> None:
        found, zombies = usage(self.running.pid)
        self.quiet.append(found)
        self.zombies = max(self.zombies, zombies)

    def complaints(self) -> list[str]:
        """Everything that is wrong so far, in words."""
        found = self.unexpected[:MAX_SHOWN]
        if len(self.unexpected) > MAX_SHOWN:
            found.append(f"{self.part.name}: {len(self.unexpected) - MAX_SHOWN} more unexpected answers")
        if self.zombies:
            found.append(f"{self.part.name}: {self.zombies} zombies")
        first, last = self.quiet[0], self.quiet[-1]
        if self.part.crashes:  # each time another worker, with another past: only the server is there all the time
            first, last = ([used for used in moment if used.role == "server"] for moment in (first, last))
        found += [f"{self.part.name}: {text}" for text in growth(first, last)]
        with self.target.lock:
            delivered = self.target.receiver.delivered
            found += [
                f"{self.part.name}: {delivered[identifier]} terminal webhooks for {identifier}"
                for identifier in self.target.webhooks
                if delivered[identifier] != 1
            ][:MAX_SHOWN]
        return found

    def left_behind(self) -> list[str]:
        """Stops the server; what of it is still there afterwards, and how it ended if not with 0."""
        processes = tree(self.running.pid)
        self.running.process.terminate()
        found = []
        try:
            status = self.running.process.wait(READY_SECONDS)
            if status != 0:
                found.append(f"{self.part.name}: exit status {status} after SIGTERM")
        except Exception as error:
            found.append(f"{self.part.name}: still running after SIGTERM: {error!r}")
        found += [f"{self.part.name}: process {pid} is left" for pid in processes if Path(f"/proc/{pid}").exists()]
        found += [f"{self.part.name}: temporary file {path} is left" for path in self.temporary.rglob("*")]
        return found


def launch(part: Part, python: Path, scratch: Path, receiver: Receiver) -> Soak:
    directory = scratch / part.name / "model"
    temporary = scratch / part.name / "temporary"
    directory.mkdir(parents=True)
    temporary.mkdir()
    shutil.copy(HERE / "predict.py", directory)
    port = free_port()
    command = [str(python), "-m", "cog.server.http", "--host", "127.0.0.1"]
    if part.uploads:
        command += ["--upload-url", f"{receiver.url}/upload/"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COG_")}
    variables = {
        **kept,
        "PORT": str(port),
        "COG_PREDICT_TYPE_STUB": part.reference,
        "COG_MAX_CONCURRENCY": str(part.slots),
        "COG_LOG_LEVEL": "error",
        "TMPDIR": str(temporary),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    running = start(command, port, directory, variables)
    soak = Soak(part, running, Target(port, receiver), temporary)
    for _ in poll(0.05, READY_SECONDS, f"{part.name}: READY"):
        running.check_alive()
        try:
            if b'"READY"' in operations.ask(soak.target, "GET", "/health-check")[1]:
                break
        except OSError:
            continue  # not listening yet
    return soak


@contextmanager
def servers(python: Path) -> Iterator[tuple[list[Soak], Receiver]]:
    receiver = Receiver()
    soaks: list[Soak] = []
    with tempfile.TemporaryDirectory(prefix="cog-soak-") as scratch:
        try:
            for part in PARTS:
                soaks.append(launch(part, python, Path(scratch), receiver))
            yield soaks, receiver
        finally:
            for soak in soaks:
                soak.over.set()
                soak.running.stop()
            receiver.close()


def load_for(soaks: list[Soak], seconds: float) -> None:
    """Load, then a quiet moment at which the processes are looked at."""
    for soak in soaks:
        soak.load.set()
    time.sleep(seconds)
    for soak in soaks:
        soak.load.clear()
    for soak in soaks:
        soak.settle()
    time.sleep(SETTLE_SECONDS)
    for soak in soaks:
        soak.look()


def show(soaks: list[Soak], receiver: Receiver) -> None:
    """What was done, and what every process used at each quiet moment."""
    for soak in soaks:
        done = ", ".join(f"{count} {name}" for name, count in sorted(soak.done.items()))
        print(f"{soak.part.name}: {sum(soak.done.values())} operations: {done}")
    print()
    for line in table({soak.part.name: soak.quiet for soak in soaks}):
        print(line)
    webhooks = sum(len(soak.target.webhooks) for soak in soaks)
    zombies = sum(soak.zombies for soak in soaks)
    unexpected = sum(len(soak.unexpected) for soak in soaks)
    print(f"\n{webhooks} terminal webhooks, {receiver.uploads} uploads", end=", ")
    print(f"{zombies} zombies, {unexpected} unexpected answers")


def main() -> int:
    parser = argparse.ArgumentParser(description="Mixed load for a given time; fails on growth and wrong answers.")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--python", type=Path, default=HERE.parents[1] / ".venv" / "bin" / "python")
    chosen = parser.parse_args()
    try:
        with servers(chosen.python.absolute()) as (soaks, receiver):
            for soak in soaks:
                soak.start()
            intervals = max(4, round(chosen.seconds / INTERVAL_SECONDS))
            # The first interval fills what is only filled once: allocators, thread pools, imported modules.
            for _ in range(intervals):
                load_for(soaks, chosen.seconds / intervals)
                print(f"{sum(sum(soak.done.values()) for soak in soaks)} operations", flush=True)
            complaints = [complaint for soak in soaks for complaint in soak.complaints()] + receiver.wrong[:MAX_SHOWN]
            for soak in soaks:
                complaints += soak.left_behind()
            show(soaks, receiver)
    except BenchmarkError as error:
        complaints = [str(error)]
    for complaint in complaints:
        print(f"WRONG {complaint}")
    print("soak failed" if complaints else "soak passed: nothing grew, nothing leaked, every answer was as expected")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
