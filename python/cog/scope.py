"""A running prediction's context and metrics."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

__all__ = ["MetricRecorder", "Scope", "current_scope", "current_scopes"]

_MAX_NAME_LENGTH = 128
_MAX_SEGMENTS = 4
# The model's names for modes, and the names that the server and its clients use.
_MODES = {"replace": "replace", "incr": "increment", "increment": "increment", "append": "append"}
_TYPES: tuple[type[Any], ...] = (bool, int, float, str, list, dict)

# Takes the mode, the name and the value as JSON text.
_Record = Callable[[str, str, str], None]


class MetricRecorder:
    """Records the metrics of a prediction. Does nothing outside of one."""

    __slots__ = ("_record", "_types")

    _record: _Record | None
    _types: dict[str, str]

    def __new__(cls, *_: Any, **__: Any) -> MetricRecorder:
        raise TypeError("cannot create 'coglet._sdk.MetricRecorder' instances")

    @classmethod
    def _make(cls, record: _Record | None) -> MetricRecorder:
        self = object.__new__(cls)
        self._record = record
        # The type of each key, which stays until the key is deleted.
        self._types = {}
        return self

    def record(self, key: str, value: Any, mode: str | None = None) -> None:
        """Record a metric.

        Args:
            key: letters, digits and underscores; up to four parts separated by dots form nested objects.
            value: a bool, int, float, str, list or dict.
            mode: "replace" (the default), "incr" to add to a number, "append" to add to a list.

        Raises:
            TypeError: the mode or the type of the value is invalid.
            ValueError: the name is invalid.
        """
        recorded_mode = _MODES.get("replace" if mode is None else mode)
        if recorded_mode is None:
            raise TypeError(f"Invalid metric mode: '{mode}'. Expected 'replace', 'incr', or 'append'.")
        if self._record is None:
            return
        _check_is_text(key)
        if key == "predict_time":
            raise ValueError("'predict_time' is reserved by the runtime")
        if key.startswith("cog."):
            raise ValueError("the 'cog.' prefix is reserved for system metrics")
        _check_name(key)
        type_name = _type_name(value)
        present = self._types.get(key)
        if present is not None and present != type_name:
            raise TypeError(f"Metric '{key}' has type {present}, cannot set to {type_name} without deleting first")
        if recorded_mode == "increment" and type_name not in ("int", "float"):
            raise TypeError(f"Increment mode requires int or float, got {type_name}")
        text = _json(value)
        self._types[key] = type_name
        if text is not None:
            self._record(recorded_mode, key, text)

    def delete(self, key: str) -> None:
        """Delete a metric; its key may have another type afterwards.

        Args:
            key: the name.

        Raises:
            ValueError: the name isn't valid.
        """
        if self._record is None:
            return
        _check_is_text(key)
        _check_name(key)
        self._types.pop(key, None)
        self._record("replace", key, "null")

    def __setitem__(self, key: str, value: Any) -> None:
        if value is None:
            self.delete(key)
        else:
            self.record(key, value)

    def __delitem__(self, key: str) -> None:
        self.delete(key)

    def __repr__(self) -> str:
        return "MetricRecorder(inactive)" if self._record is None else f"MetricRecorder(keys={len(self._types)})"


class _BatchRecorder(MetricRecorder):
    """Records metrics for every prediction of a batch."""

    __slots__ = ("_recorders",)

    _recorders: list[MetricRecorder]

    def record(self, key: str, value: Any, mode: str | None = None) -> None:
        for recorder in self._recorders:
            recorder.record(key, value, mode)

    def delete(self, key: str) -> None:
        for recorder in self._recorders:
            recorder.delete(key)

    def __repr__(self) -> str:
        return f"MetricRecorder(predictions={len(self._recorders)})"


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
        cls, context: dict[str, str], record: _Record | None, trace: dict[str, str] | None = None, owner: Any = None
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
        recorder = object.__new__(_BatchRecorder)
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


Scope.__module__ = MetricRecorder.__module__ = "coglet._sdk"

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


def _check_is_text(key: Any) -> None:
    if not isinstance(key, str):
        raise TypeError(f"argument 'key': '{type(key).__name__}' object cannot be cast as 'str'")


def _check_name(key: str) -> None:
    if not key:
        raise ValueError("metric name must not be empty")
    if len(key) > _MAX_NAME_LENGTH:
        raise ValueError(f"metric name must be {_MAX_NAME_LENGTH} characters or fewer (got {len(key)} characters)")
    segments = key.split(".")
    if len(segments) > _MAX_SEGMENTS:
        raise ValueError(f"metric name must have at most {_MAX_SEGMENTS} dot-separated segments (got {len(segments)})")
    if key[0] == ".":
        raise ValueError("metric name must not start with a dot")
    if key[-1] == ".":
        raise ValueError("metric name must not end with a dot")
    if "" in segments:
        raise ValueError("metric name must not contain empty segments (consecutive dots)")
    for segment in segments:
        _check_segment(segment)


def _check_segment(segment: str) -> None:
    if not (segment[0].isascii() and segment[0].isalpha()):
        raise ValueError(f"metric name segment '{segment}' must start with a letter")
    for character in segment:
        if not (character.isascii() and (character.isalnum() or character == "_")):
            raise ValueError(f"metric name segment '{segment}' contains invalid character '{character}'")
    if "__" in segment:
        raise ValueError(f"metric name segment '{segment}' must not contain consecutive underscores")
    if segment[-1] == "_":
        raise ValueError(f"metric name segment '{segment}' must end with a letter or digit")


def _type_name(value: Any) -> str:
    for known in _TYPES:
        if isinstance(value, known):
            return known.__name__
    raise TypeError(
        f"Unsupported metric value type: {type(value).__name__}. Expected bool, int, float, str, list, or dict."
    )


def _json(value: Any) -> str | None:
    """Return the JSON text of a metric, or None for a number that JSON doesn't have."""
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    import json

    _check_keys(value)
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise TypeError("Cannot convert object to JSON metric value") from None


def _check_keys(value: Any) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"'{type(key).__name__}' object cannot be cast as 'str'")
            _check_keys(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check_keys(item)
