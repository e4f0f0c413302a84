"""What the server's spans need to know about a call of the model."""

from __future__ import annotations

import json
from time import time_ns
from typing import Any

import _coglet

from . import failures, frames, keys


class Timing:
    """The timing of a call that begins now, and the exception it raised."""

    __slots__ = ("_converted", "_failure", "_started")

    def __init__(self) -> None:
        self._started = time_ns()
        self._converted = 0
        self._failure: dict[str, str] = {}

    def converted(self) -> None:
        """Record that the input is converted."""
        self._converted = time_ns()

    def failed(self, error: BaseException) -> None:
        """Record the call's exception."""
        kind = type(error)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        self._failure = {
            keys.ERROR: name,
            keys.MESSAGE: failures.describe(error).partition(": ")[2],
            keys.TRACEBACK: failures.traceback_of(error),
        }

    def send(self, token: int) -> None:
        """Report to the server, before the end of the prediction or of the setup."""
        content: dict[str, Any] = {keys.CALL: [self._started, time_ns()], **self._failure}
        if self._converted:
            content[keys.CONVERSION] = [self._started, self._converted]
        text = json.dumps(content).encode()
        _coglet.send(frames.TIMES, 0, token, text, frames.NO_DESCRIPTOR, frames.HELD)
