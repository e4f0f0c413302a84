"""Records the metrics of predictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["BatchRecorder", "MetricRecorder", "Record"]

_MAX_NAME_LENGTH = 128
_MAX_SEGMENTS = 4
# The model's names for modes, and the names that the server and its clients use.
_MODES = {"replace": "replace", "incr": "increment", "increment": "increment", "append": "append"}
_TYPES: tuple[type[Any], ...] = (bool, int, float, str, list, dict)

# Takes the mode, the name and the value as JSON text.
Record = Callable[[str, str, str], None]


class MetricRecorder:
    """Records the metrics of a prediction. Does nothing outside of one."""

    __slots__ = ("_record", "_types")

    _record: Record | None
    _types: dict[str, str]

    def __new__(cls, *_: Any, **__: Any) -> MetricRecorder:
        raise TypeError("cannot create 'coglet._sdk.MetricRecorder' instances")

    @classmethod
    def _make(cls, record: Record | None) -> MetricRecorder:
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


class BatchRecorder(MetricRecorder):
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


MetricRecorder.__module__ = "coglet._sdk"


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
