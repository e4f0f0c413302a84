"""Batched models for the tests of the worker, and what is asked of them."""

from __future__ import annotations

from typing import Any

from support.worker import Outcome

HEAD = """
import asyncio, os, sys, threading, time
from collections.abc import AsyncIterator, Iterator
from typing import Any, Optional
import cog
from cog import BaseModel, BaseRunner, Input, Path, batched, concurrent, current_scope, current_scopes

def reach(name):
    open("reached-" + name, "w").close()
    while not os.path.exists(name):
        time.sleep(0.005)
"""

# How a method is written. `{body}` stands for its lines, which see `codes`, what each request asks for.
SYNC = (
    HEAD
    + """
class Runner(BaseRunner):
    def healthcheck(self) -> bool:
        return True

    @batched(max_size=8)
    def run(self, codes: list[Any]) -> list[Any]:
        {body}
"""
)
ASYNC = SYNC.replace("    def run", "    async def run")
THREADS = SYNC.replace("    @batched", "    @concurrent(max=2, threads=True)\n    @batched")
KINDS = {"sync": SYNC, "async": ASYNC, "threads": THREADS}

# The same as generators.
STREAMS = {
    "sync": SYNC.replace("-> list[Any]", "-> Iterator[list[Any]]"),
    "async": ASYNC.replace("-> list[Any]", "-> AsyncIterator[list[Any]]"),
    "threads": THREADS.replace("-> list[Any]", "-> Iterator[list[Any]]"),
}


def inputs(*codes: Any) -> list[dict[str, Any]]:
    """The inputs of a batch."""
    return [{"codes": code} for code in codes]


def of(outcomes: list[Outcome], name: str) -> list[Any]:
    """One attribute of each outcome."""
    return [getattr(outcome, name) for outcome in outcomes]
