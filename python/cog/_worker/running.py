"""The running predictions, and the one that the current code belongs to."""

from __future__ import annotations

import sys
from _thread import allocate_lock
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import _coglet

from cog import scope as cog_scope

from . import frames
from .keys import CONTEXT, EVENTS, TIMES, TRACE
from .timing import Timing

# Threads of a model may ask for the scope of one prediction at the same time.
_making_scope = allocate_lock()


class Running:
    """A prediction while it runs."""

    __slots__ = (
        *("_meta", "file_objects", "folders", "is_canceled", "is_itemized"),
        *("made_scope", "partial", "timing", "token", "urgency"),
    )

    # The model runs nothing besides the prediction, unless it started it itself.
    runs_alone = False

    def __init__(self, token: int, meta: dict[str, Any], urgency: int) -> None:
        self.token = token
        self._meta = meta
        # The scope that the model sees, once it has asked. They refer to each other, so it is dropped at the end.
        self.made_scope: cog_scope.Scope | None = None
        # A client follows the prediction: every element of a list is sent as its own chunk.
        self.is_itemized = EVENTS in meta
        self.is_canceled = False
        # What the server's spans need to know, if they are recorded.
        self.timing = Timing() if TIMES in meta else None
        # Text without a final newline, per log source; nothing before the first text.
        self.partial: dict[int, str] = {}
        self.urgency = urgency
        # How many outputs were file objects so far, which are numbered instead of named.
        self.file_objects = 0
        # Temporary folders whose removal waits for the end; see temporaries.py.
        self.folders: list[Any] | None = None

    @property
    def scope(self) -> cog_scope.Scope:
        """The scope that the model sees, made on request, because most models don't ask."""
        scope = self.made_scope
        if scope is None:
            with _making_scope:
                scope = self.made_scope
                if scope is None:
                    context, trace = self._meta.get(CONTEXT) or {}, self._meta.get(TRACE)
                    scope = cog_scope.Scope._for_prediction(context, self.record_metric, trace, self)
                    self.made_scope = scope
        return scope

    def open(self) -> None:
        """Allow a cancel to interrupt the model from now on.

        Raises:
            CancelationException: the cancel has already come.
        """

    def close(self) -> None:
        """Prevent interruption from now on; can be repeated."""

    def log(self, source: int, text: str) -> None:
        """Send text of its log immediately, because a program that the model starts next writes to a pipe."""
        _coglet.send(frames.LOG, source, self.token, text, frames.NO_DESCRIPTOR, frames.SOON)

    def record_metric(self, mode: str, name: str, value: str) -> None:
        """Send a metric: with the next frame, unless someone follows the prediction. `value` is JSON text."""
        urgency = frames.SOON if self.is_itemized else frames.LATER
        content = f'{{"mode":"{mode}","name":"{name}","value":{value}}}'
        _coglet.send(frames.METRIC, 0, self.token, content, frames.NO_DESCRIPTOR, urgency)

    def flush_logs(self) -> None:
        """Send text that still waits for its newline: it must not show up in a later prediction."""
        if self.partial:
            for source, text in self.taken_partial():
                _coglet.send(frames.LOG, source, self.token, text, frames.NO_DESCRIPTOR, frames.HELD)

    def taken_partial(self) -> list[tuple[int, str]]:
        """Remove and return the text that waits for its newline, by log source; threads may keep printing."""
        taken = [(source, self.partial.pop(source, "")) for source in list(self.partial)]
        return [(source, text) for source, text in taken if text]


# The prediction that the current context belongs to. NOBODY marks code that serves no prediction, such as a health
# check. There is no value in a thread that was started without its starter's context. It may be a batch, whose text
# belongs to all of its predictions. `with scope:` changes it too.
current: ContextVar[Running | None] = cog_scope._owner

# All running predictions, by token; for a batch, the batch instead.
running: dict[int, Running] = {}


def of_caller() -> Running | None:
    """Return the prediction that the calling code belongs to, or None."""
    try:
        return current.get()
    except LookupError:
        pass
    if len(running) == 1:
        # An unknown thread while exactly one prediction is running can only belong to that one.
        for only in running.values():
            return only
    return None


def enter(prediction: Running, meta: dict[str, Any]) -> None:
    """Make `prediction` the current one; call this inside the context it runs in."""
    current.set(prediction)
    join_trace(meta)


def join_trace(meta: dict[str, Any]) -> None:
    """Make the spans that a model creates with OpenTelemetry part of a request's trace."""
    if TRACE in meta and "opentelemetry" in sys.modules:
        _join_trace(meta[TRACE])


# Kept after the first use; an import statement would cost more than the rest.
_join: Callable[[dict[str, str]], object] | None = None


def _join_trace(trace: dict[str, str]) -> None:
    global _join
    if _join is None:
        from . import joining

        # The provider is ours, and so is the trace.
        _join = joining.join_checked if "cog._worker.tracing" in sys.modules else joining.join
    _join(trace)
