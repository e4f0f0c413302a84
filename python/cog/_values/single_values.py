"""Makes the functions that convert values that contain no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._types.json_values import SCALARS
from ..types import Secret
from .input_error import InputError, shown

__all__ = ["Converter", "choice", "null_kept", "scalar", "to_int", "to_secret", "wrong_type"]

# Takes the value, its JSON pointer without the leading slash, and the files that were fetched, by pointer.
Converter = Callable[[Any, str, "dict[str, str]"], Any]


def wrong_type(where: str, value: Any, name: str) -> InputError:
    """Return the error about a value with the wrong JSON type.

    Args:
        where: the JSON pointer of the value.
        value: the value.
        name: the JSON type that is required.
    """
    return InputError(where, f'{shown(value)} is not of type "{name}"')


def to_int(value: Any, where: str, files: dict[str, str]) -> Any:
    """Convert a whole number to an int; a converter."""
    return int(value) if type(value) is float and value.is_integer() else value


def _to_float(value: Any, where: str, files: dict[str, str]) -> Any:
    if type(value) is not int:
        return value
    try:
        return float(value)
    except OverflowError:
        raise InputError(where, "is too large for a float") from None


_LENIENT: dict[type[Any], Converter | None] = {str: None, bool: None, int: to_int, float: _to_float}


def scalar(cls: type[Any], strict: bool) -> Converter | None:
    """Make the converter of a scalar type; None if values stay unchanged.

    Args:
        cls: str, bool, int, or float.
        strict: refuse values of other types.
    """
    lenient = _LENIENT[cls]
    if not strict:
        return lenient

    def convert(value: Any, where: str, files: dict[str, str]) -> Any:
        if lenient is not None:
            value = lenient(value, where, files)
        if type(value) is not cls:
            raise wrong_type(where, value, SCALARS[cls])
        return value

    return convert


def to_secret(value: Any, where: str, files: dict[str, str]) -> Secret:
    """Convert a string to a secret; a converter."""
    if not isinstance(value, str):
        raise InputError(where, 'the value is not of type "string"')
    return Secret(value)


def choice(pairs: list[tuple[Any, Any]]) -> Converter:
    """Make the converter of choices.

    Args:
        pairs: the JSON value of each choice, and the choice.
    """
    by_value: dict[tuple[bool, Any], Any] = {}
    for plain, value in pairs:
        # True equals 1 to Python, but not to JSON.
        by_value.setdefault((isinstance(plain, bool), plain), value)

    def convert(value: Any, where: str, files: dict[str, str]) -> Any:
        try:
            return by_value[isinstance(value, bool), value]
        except (KeyError, TypeError):
            raise InputError(where, f"{shown(value)} is not one of {shown([plain for plain, _ in pairs])}") from None

    return convert


def null_kept(convert: Converter) -> Converter:
    """Return a converter that leaves null unchanged.

    Args:
        convert: converts everything else.
    """
    return lambda value, where, files: None if value is None else convert(value, where, files)
