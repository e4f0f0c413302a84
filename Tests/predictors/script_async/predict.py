"""Runs the Python text of the request as the body of a coroutine."""

import textwrap
from typing import Any

from cog import BaseRunner


class Runner(BaseRunner):
    async def setup(self) -> None:
        self.kept = {}

    async def run(self, code: str) -> Any:
        names = {}
        exec("async def body(self):\n" + textwrap.indent(textwrap.dedent(code), " ") + "\n pass", names)
        return await names["body"](self)
