"""The models of the pool under fire: what can go wrong in a model, on request."""

import asyncio
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator

import cog
from cog import Path, batched, streaming

LEAK_BYTES = 16 << 20
FILE = b"burning"
PIECES = 3
kept: list[bytearray] = []


def begin(kind: str, file: Path | None = None) -> None:
    """All that needs no waiting."""
    if file is not None and file.read_bytes() != FILE:
        raise RuntimeError("another file came")
    if kind == "leak":
        kept.append(bytearray(b"x") * LEAK_BYTES)
    if kind == "litter":
        tempfile.mkstemp()
    if kind == "raise":
        raise ValueError("asked to raise")
    if kind == "segfault":
        signal.raise_signal(signal.SIGSEGV)  # to this very thread: it does not return
    if kind == "orphan":
        subprocess.Popen(["sleep", "600"])
    if kind in ("exit", "orphan"):
        os._exit(3)


def wait(kind: str, milliseconds: int) -> None:
    if kind == "sleep":
        time.sleep(milliseconds / 1000)
    if kind == "hang":
        time.sleep(600)
    while kind == "stubborn":
        try:
            time.sleep(600)
        except BaseException:
            continue


async def wait_async(kind: str, milliseconds: int) -> None:
    if kind == "sleep":
        await asyncio.sleep(milliseconds / 1000)
    if kind == "hang":
        await asyncio.sleep(600)
    while kind == "stubborn":
        try:
            await asyncio.sleep(600)
        except BaseException:
            continue


class Sync:
    @streaming
    def predict(self, kind: str, n: int, milliseconds: int = 0, file: Path | None = None) -> Iterator[str]:
        begin(kind, file)
        wait(kind, milliseconds)
        for piece in range(PIECES):
            yield f"{n}.{piece}"


class Async:
    @streaming
    async def predict(self, kind: str, n: int, milliseconds: int = 0, file: Path | None = None) -> AsyncIterator[str]:
        begin(kind, file)
        await wait_async(kind, milliseconds)
        for piece in range(PIECES):
            yield f"{n}.{piece}"


class Batched:
    @batched(max_size=8, max_wait=0.01)
    def predict(self, kind: list[str], n: list[int], milliseconds: list[int]) -> list[str]:
        results = []
        for index, scope in enumerate(cog.current_scopes()):
            with scope:
                begin(kind[index])
                wait(kind[index], milliseconds[index])
            results.append(result(kind[index], n[index]))
        return results


class AsyncBatched:
    @batched(max_size=8, max_wait=0.01)
    async def predict(self, kind: list[str], n: list[int], milliseconds: list[int]) -> list[str]:
        results = []
        for index, scope in enumerate(cog.current_scopes()):
            with scope:
                begin(kind[index])
                await wait_async(kind[index], milliseconds[index])
            results.append(result(kind[index], n[index]))
        return results


def result(kind: str, n: int) -> str:
    # An exception in the list fails this item alone.
    return ValueError("asked to raise") if kind == "item" else f"{n}"  # type: ignore[return-value]
