"""The predictions that are running, and which of them the current code belongs to."""

from __future__ import annotations

import sys
from contextvars import ContextVar
from importlib import import_module
from typing import Any

import _coglet

from cog import scope as cog_scope

from . import frames


class Running:
    """A prediction while it runs."""

    __slots__ = ("file_objects", "folders", "is_canceled", "is_itemized", "partial", "token", "urgency")

    def __init__(self, token: int, meta: dict[str, Any], urgency: int) -> None:
        self.token = token
        # Somebody follows the output: every element of a list is sent as a chunk of its own.
        self.is_itemized = "events" in meta
        self.is_canceled = False
        # Text without a final newline, per log source.
        self.partial = {1: "", 2: ""}
        self.urgency = urgency
        # How many outputs were file objects so far, which are numbered instead of named.
        self.file_objects = 0
        # Temporary folders whose removal waits for the end; see temporaries.py.
        self.folders: list[Any] | None = None

    def open(self) -> None:
        """Note that from here on a cancel may interrupt the model.

        Raises:
            CancelationException: the cancel is there already.
        """

    def close(self) -> None:
        """Note that from here on it may not; can be repeated."""

    def record_metric(self, mode: str, name: str, value: str) -> None:
        """Send a metric; `value` is JSON text."""
        content = f'{{"mode":"{mode}","name":"{name}","value":{value}}}'
        _coglet.send(frames.METRIC, 0, self.token, content, frames.NO_DESCRIPTOR, frames.SOON)

    def flush_logs(self) -> None:
        """Send text that still waits for its newline: it must not show up in a later prediction."""
        for source, text in self.partial.items():
            if text:
                self.partial[source] = ""
                _coglet.send(frames.LOG, source, self.token, text, frames.NO_DESCRIPTOR, frames.HELD)


# The prediction that the current context belongs to. NOBODY marks code that serves no prediction, such as a health
# check; no value at all is the case of a thread that was started without its starter's context.
current: ContextVar[Running | None] = ContextVar("cog_running")

# All predictions that are running, by token.
running: dict[int, Running] = {}


def of_caller() -> Running | None:
    """Return the prediction that the calling code belongs to, or None."""
    try:
        return current.get()
    except LookupError:
        pass
    if len(running) == 1:
        # A foreign thread while exactly one prediction runs: it can only belong to that one.
        for only in running.values():
            return only
    return None


def enter(prediction: Running, meta: dict[str, Any]) -> None:
    """Make `prediction` the current one; to be called inside the context it runs in."""
    current.set(prediction)
    trace = meta.get("trace") or {}
    scope = cog_scope.Scope._for_prediction(meta.get("context") or {}, prediction.record_metric, trace)
    cog_scope._current.set(scope)
    if trace and "opentelemetry" in sys.modules:
        _join_trace(trace)


def _join_trace(trace: dict[str, str]) -> None:
    """Let the spans that a model makes with OpenTelemetry belong to the trace of the request."""
    import_module("opentelemetry.context").attach(import_module("opentelemetry.propagate").extract(trace))
