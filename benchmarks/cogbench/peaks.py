"""How much memory the server, without the model's process, needs for a body, as a multiple of the body."""

import json
from collections.abc import Callable
from functools import cache

from .client import Client
from .measures import Sample, Settings, large_text
from .payloads import floats_text
from .processes import BenchmarkError, Running, forget_peaks, resident_bytes_of
from .servers import Server

FLOATS_BYTES = 12_000_000
KEYS = 1_000_000
OBJECTS = 4_000_000


@cache
def text() -> bytes:
    return b'"' + large_text() + b'"'


@cache
def floats() -> bytes:
    return floats_text(FLOATS_BYTES).encode()


@cache
def keys() -> bytes:
    return json.dumps({f"key {number}": number for number in range(KEYS)}, separators=(",", ":")).encode()


@cache
def objects() -> bytes:
    return b"[" + b",".join([b"{}"] * OBJECTS) + b"]"


def peak_by_body(value: Callable[[], bytes]) -> Callable[[Server, Running, Settings], Sample]:
    """For a server that has only just started: what a burst leaves behind would hide what the next one needs."""

    def take(server: Server, running: Running, settings: Settings) -> Sample:
        body = b'{"input":{"data":' + value() + b"}}"
        server.wait(running)
        _predict(running, b'{"input":{"data":[]}}')
        forget_peaks(running.pid)
        before = resident_bytes_of(running.pid)
        _predict(running, body)
        return Sample((resident_bytes_of(running.pid, "VmHWM") - before) / len(body))

    return take


def _predict(running: Running, body: bytes) -> None:
    client = Client(running.port, buffer_bytes=1 << 16)
    try:
        answer = client.request("POST", "/predictions", body)
    finally:
        client.close()
    if answer.status != 200:
        raise BenchmarkError(f"a prediction was answered {answer.status}: {answer.body[:300]!r}")
