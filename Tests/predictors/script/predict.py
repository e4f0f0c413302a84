"""Runs the Python text of the request as the body of a function: one behaviour a request."""

import textwrap
from typing import Any

from cog import BaseRunner


class Runner(BaseRunner):
    def setup(self) -> None:
        self.kept = {}

    def run(self, code: str) -> Any:
        names = {}
        exec("def body(self):\n" + textwrap.indent(textwrap.dedent(code), " ") + "\n pass", names)
        return names["body"](self)
