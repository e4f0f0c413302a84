"""Kills and stops the workers of a server at random moments."""

import os
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from cogbench.processes import children

MEAN_SECONDS = 0.8
"""Between two strikes at one server."""

LONGEST_BLINK_SECONDS = 1.5
# What is done, and how often.
STRIKES = {"kill": 5, "stop": 2, "blink": 3}
TICK_SECONDS = 0.05


def state_of(pid: int) -> tuple[str, int]:
    """The state of a process as /proc names it, and its parent; empty and 0 once it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "", 0
    return fields[0], int(fields[1])


def stopped(pids: list[int]) -> list[int]:
    return [pid for pid in pids if state_of(pid)[0] == "T"]


@dataclass
class Arsonist:
    """Strikes the children of one process while it is let; only those, whatever becomes of their numbers."""

    server: int
    strikes: Counter[str] = field(default_factory=Counter)
    fire: threading.Event = field(default_factory=threading.Event)
    _stopped: list[tuple[float, int]] = field(default_factory=list)
    """When a process is to go on again, and its descriptor."""
    _idle: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True).start()

    def put_out(self) -> None:
        """Strikes no more. Those that have been stopped for a while go on."""
        self._idle.clear()
        self.fire.clear()
        self._idle.wait()

    def resume_all(self) -> None:
        """Lets every process go on that is still stopped."""
        for pid in stopped(children(self.server)):
            self._send(pid, signal.SIGCONT)

    def _run(self) -> None:
        next_strike = 0.0
        while True:
            if not self.fire.wait(TICK_SECONDS):
                self._go_on(until=float("inf"))
                self._idle.set()
                continue
            now = time.monotonic()
            self._go_on(until=now)
            if now >= next_strike:
                self._strike()
                next_strike = now + random.expovariate(1 / MEAN_SECONDS)
            time.sleep(TICK_SECONDS)

    def _strike(self) -> None:
        targets = children(self.server)
        # A server all of whose starts are struck down reports DEFUNCT, as it should: the last process is spared.
        if len(targets) < 2:
            return
        (how,) = random.choices(list(STRIKES), list(STRIKES.values()))
        pid = random.choice(targets)
        if how == "kill":
            is_struck = self._send(pid, signal.SIGKILL)
        else:
            is_struck = self._send(
                pid, signal.SIGSTOP, random.uniform(0, LONGEST_BLINK_SECONDS) if how == "blink" else None
            )
        self.strikes[how] += is_struck

    def _send(self, pid: int, number: int, blink: float | None = None) -> bool:
        """Sends a signal to a child of the server, and lets it go on after `blink` seconds; False if it is gone."""
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            return False
        # The number may be another process's by now; from here on it stays this one's.
        try:
            if state_of(pid)[1] != self.server:
                return False
            signal.pidfd_send_signal(descriptor, number)
            if blink is not None:
                self._stopped.append((time.monotonic() + blink, os.dup(descriptor)))
            return True
        except ProcessLookupError:
            return False
        finally:
            os.close(descriptor)

    def _go_on(self, until: float) -> None:
        for when, descriptor in list(self._stopped):
            if when <= until:
                self._stopped.remove((when, descriptor))
                try:
                    signal.pidfd_send_signal(descriptor, signal.SIGCONT)
                except ProcessLookupError:
                    self.strikes["too late to go on"] += 1
                finally:
                    os.close(descriptor)
