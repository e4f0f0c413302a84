"""The possible outcomes of reading a model's source."""

from __future__ import annotations

import ast


class Unresolved(Exception):
    """The source alone isn't enough; the model must be run."""


class Mistake(Exception):
    """The source is wrong.

    Args:
        text: what is wrong, and what to do about it.
        line: where, from 1 on; 0 if it is the whole file.
        column: the column, from 1 on; 0 if it is the whole line.
    """

    def __init__(self, text: str, line: int = 0, column: int = 0) -> None:
        super().__init__(text)
        self.text = text
        self.line = line
        self.column = column

    @classmethod
    def at(cls, node: ast.expr | ast.stmt, text: str) -> Mistake:
        """Make a mistake at a piece of source."""
        return cls(text, node.lineno, node.col_offset + 1)
