"""A batched model whose requests control what it does, and batches of such requests."""

from __future__ import annotations

from typing import Any

from .server import Server
from .waiting import Background, wait_for

# Each request is the body of a function, which sees the names at the top of the file. It runs in the scope of its request;
# what it returns is the request's item, and what it raises fails the call.
MODEL = """
import asyncio, ctypes, os, sys, textwrap, time
from collections.abc import AsyncIterator, Iterator
from typing import Any
import cog
from cog import BaseRunner, Input, Path, batched, concurrent, current_scope, current_scopes, streaming

def reach(name):
    open("reached-" + name, "w").close()
    while not os.path.exists(name):
        time.sleep(0.005)
    return name

def body(code):
    names = dict(globals())
    exec("def body():\\n" + textwrap.indent(textwrap.dedent(code), " ") + "\\n pass", names)
    return names["body"]

class Runner(BaseRunner):
    @batched(max_size=8, max_wait=0.002)
    def run(self, code: list[str]) -> list[Any]:
        current_scope().record_metric("size", len(code))
        results = []
        for scope, each in zip(current_scopes(), code):
            with scope:
                results.append(body(each)())
        return results
"""

ASYNC = (
    MODEL.replace("def reach", "async def reach")
    .replace("time.sleep(0.005)", "await asyncio.sleep(0.005)")
    .replace('exec("def body', 'exec("async def body')
    .replace("    def run", "    async def run")
    .replace("body(each)()", "await body(each)()")
)

# Each request yields what its body yields; the call ends with the longest.
STREAM = (
    MODEL.replace("    @batched", "    @streaming\n    @batched")
    .replace("-> list[Any]", "-> Iterator[list[Any]]")
    .partition("        results = []")[0]
    + """
        bodies = []
        for scope, each in zip(current_scopes(), code):
            with scope:
                bodies.append(body(each)())
        while any(bodies):
            results = []
            for index, scope in enumerate(current_scopes()):
                with scope:
                    try:
                        results.append(next(bodies[index]) if bodies[index] else cog.SKIP)
                    except StopIteration:
                        bodies[index] = None
                        results.append(cog.SKIP)
            yield results
"""
)


def waiting(server: Server, count: int) -> None:
    """Wait until this many requests wait for their batch."""
    text = f"cog_predictions_queued {count}\n"
    wait_for(lambda: text in server.get("/metrics").text, f"{count} requests to wait")


class Gate:
    """A request that keeps the model busy until it is opened, so that others gather in the meantime."""

    def __init__(self, server: Server, name: str = "gate") -> None:
        self.server = server
        self._name = name
        source = (server.cwd / "predict.py").read_text()
        self._streams = "[list[Any]]" in source
        how = "yield" if self._streams else "return await" if "async def run" in source else "return"
        self._running = server.begin({"code": f"{how} reach('{name}')"})
        server.mark_reached(f"reached-{name}")

    def open(self) -> None:
        (self.server.cwd / self._name).touch()
        output = self._running.result().json["output"]
        assert output == ([self._name] if self._streams else self._name)


def begin(server: Server, codes: list[str], **fields: Any) -> list[Background]:
    """Begin requests that will be in one batch, in this order, and let it run."""
    gate = Gate(server)
    running = []
    for number, code in enumerate(codes):
        running.append(server.begin({"code": code}, id=f"r{number}", **fields))
        waiting(server, number + 1)
    gate.open()
    return running


def together(server: Server, codes: list[str], **fields: Any) -> list[dict[str, Any]]:
    """The answers to requests of one batch."""
    return [each.result().json for each in begin(server, codes, **fields)]
