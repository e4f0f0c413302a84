"""The rows of the table: which figure is taken of which servers."""

from collections.abc import Callable

from . import payloads, peaks, wrk
from .busy import busy_throughput
from .measures import (
    CPU_BOUND,
    HEALTH,
    NO_OP,
    NO_OP_OF_REAL_CLIENTS,
    Measure,
    Sample,
    Settings,
    cancel,
    file_in,
    file_out,
    idle_memory,
    start_time,
    text,
    throughput,
    warm_up_with_load,
    yields_json,
    yields_stream,
)
from .pools import killed_workers, lone_client, pool_memory
from .processes import Running
from .servers import Server
from .stalls import worst_health_check
from .workloads import (
    ANYTHING,
    ASYNC,
    ASYNC_TOKENS,
    BATCHED,
    CPU,
    FILE_IN,
    FILE_OUT,
    FLOATS,
    FORKED,
    FORKED_POOL,
    JPEG,
    OBJECT,
    PIXELS,
    SLEEP,
    SYNC,
    TEXT,
    TOKENS,
    Workload,
)


def once(take: Callable[[Server, Running, Settings], Sample]) -> Callable[[Server, Running, Settings], None]:
    def warm_up(server: Server, running: Running, settings: Settings) -> None:
        take(server, running, settings)

    return warm_up


def nothing(server: Server, running: Running, settings: Settings) -> None:
    pass


COGS = ("ours", "coglet")
BY_HAND = ("fastapi", "fastapi-orjson", "granian")
EVERY = ("ours", "coglet", "mosec", *BY_HAND, "litserve", "nginx")
POOLS = ("ours", "ours-1", "mosec", "litserve")
BATCHES = ("ours", "mosec", "litserve", "ray")
POOLS_TABLE = "Pools and batches"
POLLING = ("ours", "ours-asleep")
# The original has one slot and no queue, so it takes part where there is one client.
FED = ("ours", "ours-orjson", "mosec", "fastapi-orjson", "granian", "litserve")
LONE_FED = (*FED, "coglet")
PAYLOADS_TABLE = "Payloads"


def _load(
    name: str,
    title: str,
    workload: Workload,
    load: wrk.Load,
    connections: int,
    servers: tuple[str, ...],
    table: str = Measure.table,
) -> Measure:
    return Measure(
        name, title, "good answers/s", workload,
        throughput(load, connections), warm_up_with_load(load, connections), servers, table=table,
    )  # fmt: skip


def _single(
    name: str, title: str, unit: str, workload: Workload, take: Callable[[Server, Running, Settings], Sample]
) -> Measure:
    return Measure(name, title, unit, workload, take, once(take), COGS)


def _payload(name: str, title: str, workload: Workload, load: wrk.Load) -> list[Measure]:
    return [
        _load(f"{name}-1", f"{title}, 1 client", workload, load, 1, LONE_FED, PAYLOADS_TABLE),
        _load(f"{name}-16", f"{title}, 16 clients", workload, load, 16, FED, PAYLOADS_TABLE),
    ]


def _busy(name: str, title: str, workload: Workload) -> Measure:
    return Measure(
        name, title, "good answers/s", workload,
        busy_throughput(NO_OP, 1), warm_up_with_load(NO_OP, 1), POLLING, minimum_rounds=5,
    )  # fmt: skip


def _peak(name: str, title: str, value: Callable[[], bytes]) -> Measure:
    return Measure(
        name, f"memory of the server for {title}", "× body", ANYTHING,
        peaks.peak_by_body(value), nothing, ("ours",), False, True, 1, 2, PAYLOADS_TABLE,
    )  # fmt: skip


MEASURES: list[Measure] = [
    _load("sync-1", "no-op, sync model, 1 connection", SYNC, NO_OP, 1, EVERY),
    _load("real-1", "the same with heads of real clients", SYNC, NO_OP_OF_REAL_CLIENTS, 1, EVERY),
    _load("health-32", "`GET /health-check`, 32 connections", SYNC, HEALTH, 32, ("ours", "coglet", "fastapi", "nginx")),
    _load("async-1", "no-op, async model, 1 connection", ASYNC, NO_OP, 1, EVERY),
    _load("async-32", "no-op, async model, 64 slots, 32 connections", ASYNC, NO_OP, 32, EVERY),
    _single("yields-json", "generator, JSON answer", "yields/s", TOKENS, yields_json),
    _single("yields-stream", "generator, event stream", "yields/s", TOKENS, yields_stream),
    _single("async-yields-stream", "async generator, event stream", "yields/s", ASYNC_TOKENS, yields_stream),
    _single("file-in", "32 MiB file in, data URL", "MiB/s", FILE_IN, file_in),
    _single("file-out", "32 MiB file out, data URL", "MiB/s", FILE_OUT, file_out),
    _single("text", "32 MiB string in and out", "MiB/s", TEXT, text),
    _busy("busy-sync-1", "no-op, sync model, 1 connection, two busy processes beside it", SYNC),
    _busy("busy-async-1", "no-op, async model, 1 connection, two busy processes beside it", ASYNC),
    *_payload("jpeg", "JPEG of 200 KB in and out", JPEG, payloads.jpeg()),
    *_payload("object", "JSON object of 4 KiB in and out", OBJECT, payloads.structured()),
    *_payload("floats", "list of floats of 1 MiB in and out", FLOATS, payloads.floats()),
    *_payload("pixels", "numpy image of 224 × 224 × 3 out", PIXELS, payloads.pixels()),
    Measure(
        "stall",
        "worst health check while 40 MB of floats arrive",
        "ms",
        FLOATS,
        worst_health_check,
        nothing,
        ("ours", "fastapi-orjson"),
        False,
        digits=1,
        table=PAYLOADS_TABLE,
    ),
    _peak("peak-text", "a string of 32 MiB", peaks.text),
    _peak("peak-floats", "12 MB of floats", peaks.floats),
    _peak("peak-keys", "10⁶ keys", peaks.keys),
    _peak("peak-objects", "12 MB of `{},`", peaks.objects),
    Measure("start", "start to ready", "s", SYNC, start_time, nothing, EVERY, False, True, 5, 3),
    Measure(
        "memory",
        "memory after one prediction, all processes",
        "MiB PSS",
        SYNC,
        idle_memory,
        nothing,
        EVERY,
        False,
        True,
        1,
        1,
    ),
    Measure("cancel", "cancel of `time.sleep(60)`", "ms", SLEEP, cancel, nothing, COGS, False, True, 3, 1),
    _load("cpu-8", "20 ms of computing, 2 workers, 8 connections", CPU, CPU_BOUND, 8, POOLS, POOLS_TABLE),
    _load(
        "batch-32", "10 ms + 0.5 ms an item, batches of 16, 32 connections", BATCHED, NO_OP, 32, BATCHES, POOLS_TABLE
    ),
    Measure(
        "batch-1",
        "the same, 1 connection",
        "ms",
        BATCHED,
        lone_client,
        nothing,
        BATCHES,
        False,
        digits=2,
        table=POOLS_TABLE,
    ),
    Measure(
        "restart",
        "`kill -9` of a forked worker (2 s of setup, 300 MiB) to the next answer",
        "ms",
        FORKED,
        killed_workers,
        nothing,
        ("ours",),
        False,
        True,
        5,
        1,
        POOLS_TABLE,
    ),
    Measure(
        "pool-memory",
        "memory of 4 forked workers of 300 MiB, after 10 000 predictions",
        "MiB PSS",
        FORKED_POOL,
        pool_memory,
        nothing,
        ("ours", "ours-1"),
        False,
        True,
        1,
        1,
        POOLS_TABLE,
    ),
]
