"""Runs the Python text of the request as the body of an asynchronous generator."""

import textwrap
from typing import Any, AsyncIterator

from cog import BaseRunner, streaming


class Runner(BaseRunner):
    @streaming
    async def run(self, code: str) -> AsyncIterator[Any]:
        names = {}
        exec("async def body(self):\n if 0: yield\n" + textwrap.indent(textwrap.dedent(code), " "), names)
        async for item in names["body"](self):
            yield item
