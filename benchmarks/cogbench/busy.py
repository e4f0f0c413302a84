"""Throughput while other programs keep the machine busy."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import wrk
from .measures import Sample, Settings, throughput
from .processes import Running
from .servers import Server

BUSY_PROCESSES = 2


@contextmanager
def busy_machine() -> Iterator[None]:
    """Processes that compute without a pause."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY_PROCESSES)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def busy_throughput(load: wrk.Load, connections: int) -> Callable[[Server, Running, Settings], Sample]:
    measured = throughput(load, connections)

    def take(server: Server, running: Running, settings: Settings) -> Sample:
        with busy_machine():
            return measured(server, running, settings)

    return take
