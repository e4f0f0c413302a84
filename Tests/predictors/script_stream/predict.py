"""Runs the Python text of the request as the body of a generator."""

import textwrap
from typing import Any, Iterator

from cog import BaseRunner, streaming


class Runner(BaseRunner):
    @streaming
    def run(self, code: str) -> Iterator[Any]:
        names = {}
        exec("def body(self):\n yield from ()\n" + textwrap.indent(textwrap.dedent(code), " "), names)
        yield from names["body"](self)
