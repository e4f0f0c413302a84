"""Defaults and choices as JSON values."""

from __future__ import annotations

from enum import Enum
from typing import Any

# The JSON names of Python's plain types.
SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}


class NotJSON(Exception):
    """A value that JSON doesn't have."""


def json_value(value: Any) -> Any:
    """Return a default or choice as plain JSON values.

    Args:
        value: as the model's author wrote it.

    Raises:
        NotJSON: JSON can't represent it.
    """
    if isinstance(value, Enum):
        return json_value(value.value)
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise NotJSON
        return value
    if isinstance(value, dict):
        return {_key(key): json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [json_value(item) for item in value]
    if hasattr(value, "__fspath__"):
        return str(value)
    if hasattr(value, "model_dump"):
        return json_value(value.model_dump())
    if hasattr(type(value), "__fields__"):  # pydantic 1
        return json_value(value.dict())
    if type(value).__name__ != "Secret" and hasattr(type(value), "__dataclass_fields__"):
        return {name: json_value(getattr(value, name)) for name in type(value).__dataclass_fields__}
    raise NotJSON


def value_type(values: list[Any]) -> str | None:
    """Return the JSON type that all of the plain values have, or None."""
    types = {SCALARS.get(type(value)) for value in values}
    if types == {"integer", "number"}:
        return "number"
    return types.pop() if len(types) == 1 else None


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    return str(json_value(key))
