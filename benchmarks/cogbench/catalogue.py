"""The rows of the table: which figure is taken of which servers."""

from collections.abc import Callable

from . import wrk
from .measures import (
    HEALTH,
    NO_OP,
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
from .processes import Running
from .servers import Server
from .workloads import ASYNC, ASYNC_TOKENS, FILE_IN, FILE_OUT, SLEEP, SYNC, TEXT, TOKENS, Workload


def once(take: Callable[[Server, Running, Settings], Sample]) -> Callable[[Server, Running, Settings], None]:
    def warm_up(server: Server, running: Running, settings: Settings) -> None:
        take(server, running, settings)

    return warm_up


def nothing(server: Server, running: Running, settings: Settings) -> None:
    pass


COGS = ("ours", "coglet")
EVERY = ("ours", "coglet", "mosec", "fastapi", "litserve", "nginx")


def _load(
    name: str, title: str, workload: Workload, load: wrk.Load, connections: int, servers: tuple[str, ...]
) -> Measure:
    return Measure(
        name, title, "good answers/s", workload,
        throughput(load, connections), warm_up_with_load(load, connections), servers,
    )  # fmt: skip


def _single(
    name: str, title: str, unit: str, workload: Workload, take: Callable[[Server, Running, Settings], Sample]
) -> Measure:
    return Measure(name, title, unit, workload, take, once(take), COGS)


MEASURES: list[Measure] = [
    _load("sync-1", "no-op, sync model, 1 connection", SYNC, NO_OP, 1, EVERY),
    _load("health-32", "`GET /health-check`, 32 connections", SYNC, HEALTH, 32, ("ours", "coglet", "fastapi", "nginx")),
    _load("async-1", "no-op, async model, 1 connection", ASYNC, NO_OP, 1, EVERY),
    _load("async-32", "no-op, async model, 64 slots, 32 connections", ASYNC, NO_OP, 32, EVERY),
    _single("yields-json", "generator, JSON answer", "yields/s", TOKENS, yields_json),
    _single("yields-stream", "generator, event stream", "yields/s", TOKENS, yields_stream),
    _single("async-yields-stream", "async generator, event stream", "yields/s", ASYNC_TOKENS, yields_stream),
    _single("file-in", "32 MiB file in, data URL", "MiB/s", FILE_IN, file_in),
    _single("file-out", "32 MiB file out, data URL", "MiB/s", FILE_OUT, file_out),
    _single("text", "32 MiB string in and out", "MiB/s", TEXT, text),
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
]
