"""The figures: what is sent, how it is timed, and when an answer counts."""

import base64
import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from . import wrk
from .client import Client
from .processes import (
    BenchmarkError,
    Running,
    forget_peaks,
    peak_bytes,
    processor_seconds,
    proportional_bytes,
)
from .servers import CPU_ANSWER, CPU_BODY, NO_OP_ANSWER, NO_OP_BODY, Server
from .workloads import Workload

LARGE_BYTES = 32 * 1024 * 1024
MIB = 1024 * 1024
YIELDS = 20_000
CANCEL_AFTER_SECONDS = 0.3
CANCEL_LIMIT_SECONDS = 2.0
IDLE_SECONDS = 1.0


@dataclass
class Sample:
    """One measurement of one server."""

    value: float
    p50_microseconds: int | None = None
    p99_microseconds: int | None = None
    good: int = 1
    bad: int = 0
    note: str = ""
    cpu_seconds: float | None = None
    """Of all processes of the server, for 1,000 good answers."""
    peak_mib: float | None = None
    """The most memory that each of its processes had, summed up."""


@dataclass(frozen=True)
class Settings:
    seconds: float
    """Of load in one measurement with wrk."""
    warm_up_seconds: float
    rounds: int


@dataclass(frozen=True)
class Measure:
    """A row of the table."""

    name: str
    title: str
    unit: str
    workload: Workload
    take: Callable[[Server, Running, Settings], Sample]
    warm_up: Callable[[Server, Running, Settings], None]
    servers: tuple[str, ...]
    higher_is_better: bool = True
    alone: bool = False
    """Each sample is taken of a server that was just started, with no other running."""
    minimum_rounds: int = 1
    digits: int = 0
    table: str = "One worker"
    """The heading under which it is shown."""


def post(port: int, input_json: bytes, accept: str = "application/json") -> tuple[bytes, float]:
    """One prediction that must succeed; the body of its answer and the seconds it took."""
    client = Client(port)
    try:
        answer = client.request("POST", "/predictions", b'{"input":' + input_json + b"}", accept)
    finally:
        client.close()
    if answer.status != 200 or b'"status":"succeeded"' not in answer.body[-400:] + answer.body[:400]:
        raise BenchmarkError(f"a prediction was answered {answer.status}: {answer.body[:300]!r}")
    return answer.body, answer.seconds


# MARK: - Throughput


NO_OP = wrk.Load("POST", "/predictions", NO_OP_BODY, NO_OP_ANSWER)
NO_OP_OF_REAL_CLIENTS = replace(NO_OP, real_clients=True)
CPU_BOUND = wrk.Load("POST", "/predictions", CPU_BODY, CPU_ANSWER)
HEALTH = wrk.Load("GET", "/health-check", "", "READY")


def throughput(load: wrk.Load, connections: int) -> Callable[[Server, Running, Settings], Sample]:
    def take(server: Server, running: Running, settings: Settings) -> Sample:
        forget_peaks(running.pid)
        used = processor_seconds(running.pid)
        result = wrk.measure(running.port, load, connections, settings.seconds)
        used = processor_seconds(running.pid) - used
        return Sample(
            result.good_per_second, result.p50_microseconds, result.p99_microseconds, result.good, result.bad,
            cpu_seconds=used / result.good * 1000 if result.good else None, peak_mib=peak_bytes(running.pid) / MIB,
        )  # fmt: skip

    return take


def warm_up_with_load(load: wrk.Load, connections: int) -> Callable[[Server, Running, Settings], None]:
    def warm_up(server: Server, running: Running, settings: Settings) -> None:
        wrk.measure(running.port, load, connections, settings.warm_up_seconds)

    return warm_up


# MARK: - Generators


def yields_json(server: Server, running: Running, settings: Settings) -> Sample:
    body, seconds = post(running.port, b'{"n":%d}' % YIELDS)
    if len(json.loads(body)["output"]) != YIELDS:
        raise BenchmarkError(f"{server.title}: not all yields arrived")
    return Sample(YIELDS / seconds)


def yields_stream(server: Server, running: Running, settings: Settings) -> Sample:
    """Counts the events that arrived. A server that gives up before the end gets what it sent, and a note."""
    client = Client(running.port)
    try:
        answer = client.request("POST", "/predictions", b'{"input":{"n":%d}}' % YIELDS, "text/event-stream")
    finally:
        client.close()
    arrived = answer.body.count(b"event: output\n")
    complete = arrived == YIELDS and answer.body.count(b"event: completed\n") == 1
    note = "" if complete else f"stream cut off after {arrived} of {YIELDS} events"
    return Sample(arrived / answer.seconds, good=int(complete), bad=int(not complete), note=note)


# MARK: - Large bodies


@cache
def large_file_input() -> bytes:
    data = base64.b64encode(os.urandom(LARGE_BYTES))
    return b'{"f":"data:application/octet-stream;base64,' + data + b'"}'


@cache
def large_text() -> bytes:
    sentence = b"The quick brown fox jumps over the lazy dog and says it once more. "
    return (sentence * (LARGE_BYTES // len(sentence) + 1))[:LARGE_BYTES]


def file_in(server: Server, running: Running, settings: Settings) -> Sample:
    body, seconds = post(running.port, large_file_input())
    if json.loads(body)["output"] != str(LARGE_BYTES):
        raise BenchmarkError(f"{server.title}: the file did not arrive whole: {body[:200]!r}")
    return Sample(LARGE_BYTES / MIB / seconds)


def file_out(server: Server, running: Running, settings: Settings) -> Sample:
    body, seconds = post(running.port, b'{"s":""}')
    _, _, data = json.loads(body)["output"].partition(";base64,")
    if len(base64.b64decode(data)) != LARGE_BYTES:
        raise BenchmarkError(f"{server.title}: the file did not come back whole")
    return Sample(LARGE_BYTES / MIB / seconds)


def text(server: Server, running: Running, settings: Settings) -> Sample:
    body, seconds = post(running.port, b'{"s":"' + large_text() + b'"}')
    if json.loads(body)["output"].encode() != large_text():
        raise BenchmarkError(f"{server.title}: the string did not come back whole")
    return Sample(LARGE_BYTES / MIB / seconds)


# MARK: - The process


def start_time(server: Server, running: Running, settings: Settings) -> Sample:
    return Sample(server.wait(running))


def idle_memory(server: Server, running: Running, settings: Settings) -> Sample:
    server.wait(running)
    no_op(running)
    time.sleep(IDLE_SECONDS)
    return Sample(proportional_bytes(running.pid) / MIB)


def no_op(running: Running) -> None:
    """One no-op prediction."""
    client = Client(running.port, buffer_bytes=1 << 21)
    try:
        answer = client.request("POST", "/predictions", NO_OP_BODY.encode())
    finally:
        client.close()
    if NO_OP_ANSWER.encode() not in answer.body:
        raise BenchmarkError(f"a prediction was answered {answer.status}: {answer.body[:300]!r}")


# MARK: - Cancelling


def cancel(server: Server, running: Running, settings: Settings) -> Sample:
    """Seconds from sending the cancel request to the end of the answer to the prediction itself."""
    server.wait(running)
    identifier = f"cancel-{time.monotonic_ns()}"
    ended: list[tuple[float, bytes]] = []

    def predict() -> None:
        client = Client(running.port, buffer_bytes=1 << 21)
        try:
            answer = client.request("PUT", f"/predictions/{identifier}", b'{"input":{"seconds":60}}')
            ended.append((time.perf_counter(), answer.body))
        except OSError:
            return  # the server was stopped: it had not answered within the limit
        finally:
            client.close()

    thread = threading.Thread(target=predict, daemon=True)
    thread.start()
    time.sleep(CANCEL_AFTER_SECONDS)
    client = Client(running.port, buffer_bytes=1 << 21)
    began = time.perf_counter()
    client.request("POST", f"/predictions/{identifier}/cancel")
    client.close()
    thread.join(CANCEL_LIMIT_SECONDS)
    if not ended:
        return Sample(CANCEL_LIMIT_SECONDS * 1e3, good=0, note=f"still asleep after {CANCEL_LIMIT_SECONDS:g} s")
    if b'"status":"canceled"' not in ended[0][1]:
        raise BenchmarkError(f"{server.title}: a canceled prediction ended as {ended[0][1][:300]!r}")
    return Sample((ended[0][0] - began) * 1e3)
