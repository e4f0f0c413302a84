"""A server under load: started under limits, driven by clients, looked at when it is quiet, and ended."""

import os
import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cogbench.processes import BenchmarkError, Running, free_port, poll, start, tree

from . import operations
from .limits import DESCRIPTORS, MEMORY_BYTES, MemoryGroup
from .operations import Operation, Target, UnexpectedAnswer
from .receiver import Receiver
from .samples import Usage, growth, table, usage

READY_SECONDS = 60.0
WEBHOOK_SECONDS = 60.0
SETTLE_SECONDS = 1.0
PAUSE_SECONDS = 0.002
MAX_SHOWN = 20


@dataclass
class Part:
    """A server, and the clients that load it."""

    name: str
    model: Path
    """The file that is copied to `predict.py`."""
    reference: str
    drivers: int
    operations: list[Operation] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    uploads: bool = False
    replaces_workers: bool = False
    """Each time another worker, with another past: only the server is there all the time."""
    connections: int = 0
    """How many connections to the receiver it may keep for later, above the usual."""


@dataclass
class Served:
    """One part under load: its server, its clients, and what was seen."""

    part: Part
    running: Running
    target: Target
    temporary: Path
    group: MemoryGroup
    done: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    quiet: list[list[Usage]] = field(default_factory=list)
    zombies: int = 0
    load: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    busy: list[threading.Lock] = field(default_factory=list)

    def start(self, choices: list[list[Operation]]) -> None:
        """A client for each list, which does what is in it, in no order, while there is to be load."""
        for chosen in choices:
            lock = threading.Lock()
            self.busy.append(lock)
            threading.Thread(target=self._drive, args=(chosen, lock), daemon=True).start()

    def _drive(self, chosen: list[Operation], busy: threading.Lock) -> None:
        while not self.over.is_set():
            if not self.load.wait(0.1):
                continue
            with busy:
                operation = random.choice(chosen)
                try:
                    operation(self.target)
                except (UnexpectedAnswer, OSError, ValueError, LookupError) as error:
                    self.wrong(f"{operation.__name__}: {error!r}")
                self.done[operation.__name__] += 1
            time.sleep(PAUSE_SECONDS)

    def wrong(self, text: str) -> None:
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
        if self.part.replaces_workers:
            first, last = ([used for used in moment if used.role == "server"] for moment in (first, last))
        found += [f"{self.part.name}: {text}" for text in growth(first, last, self.part.connections)]
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
        processes = {*tree(self.running.pid), *self.marked()}
        self.running.process.terminate()
        found = []
        try:
            status = self.running.process.wait(READY_SECONDS)
            if status != 0:
                found.append(f"{self.part.name}: exit status {status} after SIGTERM")
        except Exception as error:
            found.append(f"{self.part.name}: still running after SIGTERM: {error!r}")
        processes |= self.marked()
        found += [f"{self.part.name}: process {pid} is left" for pid in processes if Path(f"/proc/{pid}").exists()]
        found += [f"{self.part.name}: temporary file {path} is left" for path in self.temporary.rglob("*")]
        return found

    def marked(self) -> set[int]:
        """The processes that this server or its model has started, also those that have got another parent."""
        mark = f"TMPDIR={self.temporary}".encode()
        found = set()
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes():
                    found.add(int(entry.name))
            except OSError:
                continue  # it has ended meanwhile, or belongs to somebody else
        return found


def launch(part: Part, python: Path, scratch: Path, receiver: Receiver) -> Served:
    directory = scratch / part.name / "model"
    temporary = scratch / part.name / "temporary"
    directory.mkdir(parents=True)
    temporary.mkdir()
    shutil.copy(part.model, directory / "predict.py")
    port = free_port()
    command = [str(python), "-m", "cog.server.http", "--host", "127.0.0.1"]
    if part.uploads:
        command += ["--upload-url", f"{receiver.url}/upload/"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COG_")}
    variables = {
        **kept,
        "PORT": str(port),
        "COG_PREDICT_TYPE_STUB": f"predict.py:{part.reference}",
        "COG_LOG_LEVEL": "error",
        "TMPDIR": str(temporary),
        "PYTHONDONTWRITEBYTECODE": "1",
        **part.variables,
    }
    group = MemoryGroup()
    running = start(group.command(command), port, directory, variables)
    served = Served(part, running, Target(port, receiver), temporary, group)
    for _ in poll(0.05, READY_SECONDS, f"{part.name}: READY"):
        running.check_alive()
        try:
            if b'"READY"' in operations.ask(served.target, "GET", "/health-check")[1]:
                break
        except OSError:
            continue  # not listening yet
    return served


@contextmanager
def servers(parts: list[Part], python: Path) -> Iterator[tuple[list[Served], Receiver]]:
    """All parts, ready; whatever is left of them at the end is ended."""
    receiver = Receiver()
    started: list[Served] = []
    with tempfile.TemporaryDirectory(prefix="cog-soak-") as scratch:
        try:
            for part in parts:
                started.append(launch(part, python, Path(scratch), receiver))
            yield started, receiver
        finally:
            for served in started:
                served.over.set()
                served.running.stop()
                served.group.close()
            receiver.close()


def quiet_moment(all_served: list[Served], awaited: Sequence[Callable[[], None]] = ()) -> None:
    """Ends the load, waits until nothing is left to do, and for what is `awaited`, and looks at the processes."""
    for served in all_served:
        served.load.clear()
    for served in all_served:
        served.settle()
    for wait in awaited:
        wait()
    time.sleep(SETTLE_SECONDS)
    for served in all_served:
        served.look()


def show(all_served: list[Served], receiver: Receiver) -> None:
    """What every process used at each quiet moment, and what was delivered."""
    for line in table({served.part.name: served.quiet for served in all_served}):
        print(line)
    kind = "a control group" if all_served[0].group.directory else "RLIMIT_DATA"
    print(f"each server under {DESCRIPTORS} descriptors (hard) and {MEMORY_BYTES >> 20} MiB ({kind})")
    webhooks = sum(len(served.target.webhooks) for served in all_served)
    zombies = sum(served.zombies for served in all_served)
    unexpected = sum(len(served.unexpected) for served in all_served)
    print(f"\n{webhooks} terminal webhooks, {receiver.uploads} uploads", end=", ")
    print(f"{zombies} zombies, {unexpected} unexpected answers")


def verdict(complaints: list[str], name: str, passed: str) -> int:
    """Says how a run has ended; returns its exit status."""
    for complaint in complaints:
        print(f"WRONG {complaint}")
    print(f"{name} failed" if complaints else f"{name} passed: {passed}")
    return 1 if complaints else 0


__all__ = ["BenchmarkError", "Part", "Served", "quiet_moment", "servers", "show", "verdict"]
