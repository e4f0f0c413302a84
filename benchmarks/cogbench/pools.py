"""Figures of pools of workers and of batches."""

import os
import signal
import time

from . import wrk
from .measures import IDLE_SECONDS, MIB, NO_OP, Sample, Settings, no_op
from .processes import BenchmarkError, Running, command_line, proportional_bytes, tree
from .servers import Server

KILLS = 20
"""In one sample."""
POOL_PREDICTIONS = 10_000
LONE_SECONDS = 2.0


def lone_client(server: Server, running: Running, settings: Settings) -> Sample:
    """Median milliseconds until the only client has its answer."""
    result = wrk.measure(running.port, NO_OP, 1, LONE_SECONDS)
    return Sample(result.p50_microseconds / 1000, good=result.good, bad=result.bad)


def killed_workers(server: Server, running: Running, settings: Settings) -> Sample:
    """Median milliseconds from `kill -9` of the worker to the next good answer."""
    server.wait(running)
    no_op(running)
    pauses = []
    for _ in range(KILLS):
        worker = _newest_worker(running)
        began = time.perf_counter()
        os.kill(worker, signal.SIGKILL)
        no_op(running)
        pauses.append((time.perf_counter() - began) * 1000)
        time.sleep(0.05)
    return Sample(sorted(pauses)[len(pauses) // 2])


def _newest_worker(running: Running) -> int:
    """The worker that answers: of the processes that run the worker's program the last that was started."""
    workers = [pid for pid in tree(running.pid) if "coglet-worker" in command_line(pid)]
    if not workers:
        raise BenchmarkError("the server has no worker process")
    return max(workers)


def pool_memory(server: Server, running: Running, settings: Settings) -> Sample:
    """Proportional set size of all processes in MiB, after many predictions."""
    server.wait(running)
    answered = 0
    while answered < POOL_PREDICTIONS:
        result = wrk.measure(running.port, NO_OP, 8, 1)
        if result.bad or not result.good:
            raise BenchmarkError(f"{server.title}: {result.bad} bad and {result.good} good answers")
        answered += result.good
    time.sleep(IDLE_SECONDS)
    return Sample(proportional_bytes(running.pid) / MIB)
