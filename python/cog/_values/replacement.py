"""Converts values that JSON doesn't have, as the table in docs/python.md says."""

from __future__ import annotations

import io
import math
import os
import sys
from collections import abc
from typing import Any

from ..types import Secret


class NoJSONValue(ValueError):
    """A number or time that JSON can't represent, such as NaN. The message is the value's spelling."""


def replacement(value: Any) -> Any:
    """Return a replacement for a value that the JSON encoder doesn't know. It may contain more such values.

    Args:
        value: anything but None and values of bool, int, float, str, list, tuple, and dict; and no file.

    Raises:
        TypeError: it has no replacement.
        NoJSONValue: it is NaT, a time without a value.
        Exception: whatever methods of the value raise.
    """
    if isinstance(value, Secret):
        return str(value) if value.secret_value is not None else None
    cls: Any = type(value)
    if isinstance(value, type):
        raise TypeError(f"Object of type {cls.__name__} is not JSON serializable")
    if "pydantic_core" in sys.modules or "pydantic" in sys.modules:
        if cls not in _is_of_pydantic:
            from .pydantic_values import is_own

            _is_of_pydantic[cls] = is_own(cls)
        if _is_of_pydantic[cls]:
            from .pydantic_values import dumped

            return dumped(value, replacement)
    own = getattr(cls, "_cog_values", None)  # A `cog.BaseModel`, whose module imports this one.
    if own is not None:
        return own(value)
    for name in ("model_dump", "dict"):
        method = getattr(value, name, None)
        if callable(method):
            return method()
    if hasattr(cls, "__dataclass_fields__"):
        import dataclasses

        return {field.name: getattr(value, field.name) for field in dataclasses.fields(cls)}
    if isinstance(value, (set, frozenset)):
        return list(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        from base64 import b64encode

        return b64encode(bytes(value)).decode("ascii")
    for base in cls.__mro__:
        made = _BY_CLASS.get(f"{base.__module__}.{base.__qualname__}")
        if made is not None:
            return made(value)
    return _collected(value, cls)


# Whether pydantic knows best how to represent values of a class.
_is_of_pydantic: dict[Any, bool] = {}


def _collected(value: Any, cls: Any) -> Any:
    """Return the dictionary or list that represents a collection of any kind."""
    if isinstance(value, abc.Mapping):
        return dict(value)
    if hasattr(cls, "keys") and hasattr(cls, "__getitem__"):
        return {key: value[key] for key in value.keys()}  # noqa: SIM118 - iterating over it may give something else
    if callable(getattr(cls, "tolist", None)):
        return value.tolist()
    if hasattr(cls, "__iter__"):
        return list(value)
    raise TypeError(f"Object of type {cls.__name__} is not JSON serializable")


def spelled(value: Any) -> Any:
    """Return a value made of JSON's own types, with paths as strings.

    Args:
        value: any value.

    Raises:
        TypeError: it, or a part of it, has no replacement.
    """
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, dict):
        return {key(name): spelled(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [spelled(item) for item in value]
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, io.IOBase):
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    return spelled(replacement(value))


def key(value: Any) -> str:
    """Return the JSON key for a dictionary's key.

    Args:
        value: any hashable value.

    Raises:
        TypeError: it has no replacement.
        NoJSONValue: it is NaN, NaT, or an infinity.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NoJSONValue(float.__repr__(value))
        return float.__repr__(value)
    if isinstance(value, tuple):
        return ",".join([key(item) for item in value])
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    try:
        made = value if isinstance(value, io.IOBase) else replacement(value)
    except TypeError:
        made = value
    if made is None or isinstance(made, (str, int, float, tuple)):
        return key(made)
    raise TypeError(f"keys must be str, int, float, bool or None, not {type(value).__name__}")


# MARK: - Times


def _isoformat(value: Any) -> str:
    if value != value:  # pandas' NaT calls itself a datetime.
        raise NoJSONValue("NaT")
    text: str = value.isoformat()
    return text


def _duration(value: Any) -> str:
    """Return a timedelta as ISO 8601 writes durations."""
    if value != value:
        raise NoJSONValue("NaT")
    sign, value = ("-", -value) if value.days < 0 else ("", value)
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{value.microseconds:06}".rstrip("0") if value.microseconds else ""
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    time += f"{seconds}{fraction}S" if seconds or fraction else ""
    days = f"{value.days}D" if value.days else ""
    return f"{sign}P{days}{'T' + time if time else ''}" if days or time else "PT0S"


# MARK: - numpy


def numpy_replacements() -> dict[type[Any], Any]:
    """Return the converters of numpy's own types to plain values, by type; empty while numpy is still being loaded.

    Making them doesn't run the model's code, so doing it twice is harmless.
    """
    numpy = sys.modules["numpy"]
    types: list[Any] = [getattr(numpy, name, None) for name in _NUMPY_TYPES]
    return {} if None in types else dict.fromkeys(types, _from_numpy)


_NUMPY_TYPES = (
    *("ndarray", "bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("longlong", "ulonglong"),  # types of their own since numpy 2, even where they have as many bits as int64
    *("float16", "float32", "float64"),
)


def _from_numpy(value: Any) -> Any:
    """Return the plain values of an array or scalar of numpy."""
    kind = value.dtype.kind
    if kind == "M":
        return _times_from_numpy(value)
    if kind == "m":
        return [_from_numpy(item) for item in value] if value.shape else _duration_from_numpy(value)
    if kind == "f" and value.dtype.itemsize > 8:
        value = value.astype("float64")  # Python has no number of that size, so numpy would return its own.
    return value.tolist()


def _times_from_numpy(value: Any) -> Any:
    import numpy

    if numpy.isnat(value).any():
        raise NoJSONValue("NaT")
    return numpy.datetime_as_string(value).tolist()


def _duration_from_numpy(value: Any) -> str:
    import numpy

    if numpy.isnat(value):
        raise NoJSONValue("NaT")
    unit, step = numpy.datetime_data(value.dtype)
    count = int(value.astype("int64")) * step
    if unit in ("Y", "M"):  # months have no length in days
        return f"{'-' if count < 0 else ''}P{abs(count)}{unit}"
    made = value.astype("timedelta64[us]").item()
    if not hasattr(made, "microseconds"):
        raise TypeError("Object of type timedelta64 is not JSON serializable: it has no unit, or is too long")
    return _duration(made)


def _value(member: Any) -> Any:
    return member.value


# By module and name, so that examining a value loads no module.
_BY_CLASS: dict[str, Any] = {
    "enum.Enum": _value,
    "datetime.datetime": _isoformat,
    "datetime.date": _isoformat,
    "datetime.time": _isoformat,
    "datetime.timedelta": _duration,
    "decimal.Decimal": str,
    "fractions.Fraction": str,
    "uuid.UUID": str,
    "ipaddress._IPAddressBase": str,
    "collections.UserString": str,
    "numpy.generic": _from_numpy,
    "numpy.ndarray": _from_numpy,
}
