"""A running prediction's context and metrics."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from ._metric_recorder import BatchRecorder, MetricRecorder, Record

__all__ = ["MetricRecorder", "Scope", "current_scope", "current_scopes"]


class Scope:
    """A prediction as the model sees it.

    `with scope:` makes it the current one. In a batched method, what is printed inside the block and what
    `current_scope()` records there belong to that prediction alone.
    """

    __slots__ = ("_context", "_metrics", "_owner", "_trace")

    _context: dict[str, str]
    _metrics: MetricRecorder
    # Receives printed text; None leaves the current receiver in place.
    _owner: Any
    _trace: dict[str, str]

    def __new__(cls, *_: Any, **__: Any) -> Scope:
        raise TypeError("cannot create 'coglet._sdk.Scope' instances")

    @classmethod
    def _for_prediction(
        cls, context: dict[str, str], record: Record | None, trace: dict[str, str] | None = None, owner: Any = None
    ) -> Scope:
        self = object.__new__(cls)
        self._trace = {} if trace is None else trace
        self._context = context
        self._metrics = MetricRecorder._make(record)
        self._owner = owner
        return self

    @classmethod
    def _for_batch(cls, scopes: tuple[Scope, ...]) -> Scope:
        self = cls._for_prediction({}, None)
        recorder = object.__new__(BatchRecorder)
        recorder._recorders = [scope._metrics for scope in scopes]
        self._metrics = recorder
        return self

    def __enter__(self) -> Scope:
        owner = _owner.get(None)
        _left.set((_current.get(), owner, _left.get()))
        _current.set(self)
        _owner.set(owner if self._owner is None else self._owner)
        return self

    def __exit__(self, *_: Any) -> None:
        left = _left.get()
        assert left is not None, "a scope was left that this context had not entered"
        scope, owner, outer = left
        _current.set(scope)
        _owner.set(owner)
        _left.set(outer)

    @property
    def context(self) -> dict[str, str]:
        """The contents of the request's `context`."""
        return self._context

    @property
    def trace(self) -> dict[str, str]:
        """The request's header fields `traceparent` and `tracestate` (W3C Trace Context); empty if there are none."""
        return self._trace

    @property
    def metrics(self) -> MetricRecorder:
        """The recorder of the prediction's metrics."""
        return self._metrics

    def record_metric(self, key: str, value: Any, mode: str | None = None) -> None:
        """Record a metric; the same as `metrics.record`.

        Args:
            key: the name.
            value: the value.
            mode: "replace" (the default), "incr" or "append".

        Raises:
            TypeError: the mode or the type of the value is invalid.
            ValueError: the name is invalid.
        """
        self._metrics.record(key, value, mode)

    def __repr__(self) -> str:
        return f"Scope({self._metrics!r})"


Scope.__module__ = "coglet._sdk"

_current: ContextVar[Scope | None] = ContextVar("cog.scope._current", default=None)

# The predictions of the running batch; empty in other calls.
_batch: ContextVar[tuple[Scope, ...]] = ContextVar("cog.scope._batch", default=())

# Receives printed text. Its scope is current unless `_current` has another one; see cog._worker.running.
_owner: ContextVar[Any] = ContextVar("cog_running")

# What `with scope:` has replaced, innermost first: scope, owner, and the same for the enclosing block. It is part of
# the context, so blocks of tasks and threads that share a scope don't mix.
_left: ContextVar[tuple[Scope | None, Any, Any] | None] = ContextVar("cog.scope._left", default=None)


def current_scope() -> Scope:
    """Return the scope of the running prediction; outside of one, a scope that records nothing.

    In a batched method it is a scope of the whole batch: it records metrics for each prediction, and its context is
    empty. Inside `with scope:`, it is that scope.
    """
    return _running_scope() or Scope._for_prediction({}, None)


def current_scopes() -> list[Scope]:
    """Return the scopes of the predictions that the running call answers, in the order of the lists that it was given.

    Contains one scope in a method that isn't batched, and none outside of a prediction.
    """
    batch = _batch.get()
    if batch:
        return list(batch)
    scope = _running_scope()
    return [] if scope is None else [scope]


def _running_scope() -> Scope | None:
    scope = _current.get()
    if scope is None:
        owner = _owner.get(None)
        if owner is not None:
            scope = owner.scope
    return scope
