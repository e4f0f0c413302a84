"""The figures: what is sent, and what one of it takes."""

import base64
import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cogbench.servers import NO_OP_BODY
from cogbench.workloads import ASYNC, FILE_IN, FILE_OUT, SYNC, TEXT, Workload

from .clients import HEADS, Client
from .counters import Count, Counter, Instructions, SystemCalls, serving

_FLOATS = Workload("floats", "Floats", file="counted.py")
_PRINTS = Workload("prints", "Prints", file="counted.py")

_WARM_UP = 300
_TIMES = 300
_TRACED_TIMES = 2_000
_TEXT_BYTES = 4 << 20
_FILE_BYTES = 8 << 20
# What FileOut of models/predict.py gives.
_FILE_OUT_BYTES = 32 << 20
_FLOAT_COUNT = 50_000
_LINE_COUNT = 1_000


@dataclass(frozen=True)
class Figure:
    """A row of the table."""

    title: str
    count: Count
    unit: str
    limit: float | None = None
    """What both processes together may take at most."""


@dataclass(frozen=True)
class Ratio:
    """A quotient of two figures of the server alone."""

    title: str
    value: float
    limit: float


def small_predictions() -> Iterator[Figure | Ratio]:
    """Instructions of predictions that do nothing, and of health checks."""
    health = {}
    predictions = {}
    with serving(Instructions, SYNC) as counter:
        for head in HEADS:
            health[head] = _health(counter, head)
            predictions[head] = _predictions(counter, head)
    for head in HEADS:
        yield Figure(f"synchronous prediction, {head}", predictions[head], "instructions")
    with serving(Instructions, ASYNC) as counter:
        for head in HEADS:
            yield Figure(f"asynchronous prediction, {head}", _predictions(counter, head), "instructions")
    for head in HEADS:
        yield Figure(f"health check, {head}", health[head], "instructions")
    for head in HEADS:
        ratio = predictions[head].server / health[head].server
        yield Ratio(f"synchronous prediction ÷ health check, {head}", ratio, 2.0)


def large_values() -> Iterator[Figure]:
    """Instructions for each byte or number of large inputs and outputs."""
    ascii_text = "The quick brown fox jumps over the lazy dog and says it once more. "
    other_text = "色は匂へど散りぬるを我が世誰ぞ常ならむ。"
    with serving(Instructions, TEXT) as counter:
        for title, sentence, limit in (("text", ascii_text, 1.5), ("text in Japanese", other_text, None)):
            text = sentence * (_TEXT_BYTES // len(sentence.encode()))
            count = _large(counter, json.dumps({"input": {"s": text}}, ensure_ascii=False).encode(), text)
            yield Figure(f"{title}, in and out", count / len(text.encode()), "instructions a byte", limit)
    with serving(Instructions, _FLOATS) as counter:
        draw = random.Random(10)
        numbers = [draw.gauss(0, 1) for _ in range(_FLOAT_COUNT)]
        count = _large(counter, json.dumps({"input": {"numbers": numbers}}).encode(), numbers)
        yield Figure("a float, in and out", count / _FLOAT_COUNT, "instructions")
    with serving(Instructions, FILE_IN) as counter:
        url = "data:application/octet-stream;base64," + base64.b64encode(os.urandom(_FILE_BYTES)).decode()
        count = _large(counter, json.dumps({"input": {"f": url}}).encode(), str(_FILE_BYTES))
        yield Figure("file in", count / _FILE_BYTES, "instructions a byte", 1.5)
    with serving(Instructions, FILE_OUT) as counter:
        count = _large(counter, NO_OP_BODY.encode())
        yield Figure("file out", count / _FILE_OUT_BYTES, "instructions a byte", 1.0)


def log_lines() -> Iterator[Figure]:
    """What a printed line takes: alone in its prediction, and among many."""
    for counter_class, unit in ((Instructions, "instructions"), (SystemCalls, "system calls")):
        with serving(counter_class, _PRINTS) as counter:
            none = _of_lines(counter, 0, _TIMES)
            alone = _of_lines(counter, 1, _TIMES) - none
            among = (_of_lines(counter, _LINE_COUNT, 1) - none) / _LINE_COUNT
        yield Figure("a printed line, alone in its prediction", alone, unit)
        yield Figure("a printed line, among a thousand", among, unit)


def system_calls() -> Iterator[Figure]:
    """System calls of predictions that do nothing."""
    for title, workload, limit in (("synchronous", SYNC, 8.0), ("asynchronous", ASYNC, None)):
        with serving(SystemCalls, workload) as counter:
            count = _predictions(counter, "curl", _TRACED_TIMES)
        yield Figure(f"{title} prediction", count, "system calls", limit)


def tracing() -> Iterator[Figure]:
    """Instructions of predictions while a hundredth of the traces, or all, is sent to a collector that is gone."""
    for title, ratio in (("off", None), ("1 %", "0.01"), ("all", "1")):
        variables = {} if ratio is None else _TRACING | {"OTEL_TRACES_SAMPLER_ARG": ratio}
        with serving(Instructions, replace(SYNC, variables=variables)) as counter:
            count = _predictions(counter, "curl", _TRACED_TIMES)
        yield Figure(f"synchronous prediction, tracing {title}", count, "instructions")


_TRACING = {
    "COG_TRACE_CONFIGURED": "1",
    "OTEL_TRACES_SAMPLER": "traceidratio",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
}

GROUPS = {
    "predictions": small_predictions,
    "values": large_values,
    "lines": log_lines,
    "calls": system_calls,
    "tracing": tracing,
}


def _health(counter: Counter, head: str) -> Count:
    client = Client(counter.port, head)
    client.health(_WARM_UP)
    count = counter.during(lambda: client.health(_TIMES)) / _TIMES
    client.close()
    return count


def _predictions(counter: Counter, head: str, times: int = _TIMES) -> Count:
    client = Client(counter.port, head)
    body = NO_OP_BODY.encode()
    client.predict(body, _WARM_UP)
    count = counter.during(lambda: client.predict(body, times)) / times
    client.close()
    return count


def _of_lines(counter: Counter, lines: int, times: int) -> Count:
    client = Client(counter.port)
    body = json.dumps({"input": {"lines": lines}}).encode()
    client.predict(body, _WARM_UP if times > 1 else 1)
    count = counter.during(lambda: client.predict(body, times)) / times
    client.close()
    return count


def _large(counter: Counter, body: bytes, expected: object = None) -> Count:
    client = Client(counter.port)
    output = client.predict(body)
    if expected is not None and output != expected:
        raise ValueError("a large value did not come back whole")
    count = counter.during(lambda: client.predict(body))
    client.close()
    return count
