"""Turns a model's output into JSON text."""

from __future__ import annotations

import io
import json
import math
import os
from _thread import _local
from typing import Any

from .input_error import escaped
from .output_error import OutputError, described
from .output_files import OpenedFile, is_file, open_file, open_path, rewound
from .replacement import NoJSONValue, key, replacement

__all__ = ["encode", "unfolded"]


def encode(value: Any, where: int | str = "") -> str:
    """Return the JSON text of an output. Files within it become data URLs, secrets are masked.

    Args:
        value: what the model returned or yielded.
        where: its position in the output, for error messages.

    Raises:
        OutputError: JSON has no such value, or a file can't be read.
    """
    kind = type(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return _integer(value)
    try:
        text = _encode(value)
        if not text.isascii():
            text.encode("utf-8")
    except Exception:
        text = _encoded_slowly(value, str(where))
    if _once.made:
        _once.made = {}
    return text


def unfolded(value: Any) -> Any:
    """Return an output that isn't a file as a value that the encoder accepts. The values within it are left unchanged.

    Args:
        value: what the model returned or yielded.

    Raises:
        OutputError: the value can't be converted.
    """
    try:
        while type(value) not in _PLAIN and not isinstance(value, (str, int, float, dict, list, tuple)):
            if is_file(value):
                break
            value = replacement(value)
    except Exception as error:
        raise _failure(error, "output", "") from error
    return value


# MARK: - Values


class _FileError(Exception):
    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class _Once(_local):
    """The replacements of values that can be read only once, by identity: encoding may visit them twice."""

    made: dict[int, tuple[Any, Any]] = {}


_once = _Once()


def _default(value: Any) -> Any:
    """Replace a value that the encoder doesn't know."""
    if not hasattr(type(value), "__next__"):
        return _data_url(value) if is_file(value) else replacement(value)
    known = _once.made.get(id(value))
    if known is None:
        known = (value, _data_url(value) if is_file(value) else replacement(value))
        if not _once.made:
            _once.made = {}
        _once.made[id(value)] = known
    return known[1]


_PLAIN = frozenset({str, int, float, bool, type(None), dict, list, tuple})

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_default).encode


def _encoded_slowly(value: Any, where: str) -> str:
    """Encode a value that the encoder doesn't accept, such as a dictionary with tuples as keys.

    Raises:
        OutputError: JSON has no such value; the text names its place.
    """
    what = "output item" if type(value) in (list, tuple) else "output"
    problem = _Misfit()
    try:
        plain = _spelled_out(value, where, (), problem)
        problem.where = where
        return _encode(plain)
    except Exception as error:
        _once.made = {}
        raise _failure(error, what, problem.where) from error


class _Misfit:
    """The position of the first value that JSON can't represent."""

    def __init__(self) -> None:
        self.where = ""


def _spelled_out(value: Any, where: str, within: tuple[int, ...], problem: _Misfit) -> Any:
    """Return a value that consists of plain values only."""
    if value is None or isinstance(value, bool):
        return value
    problem.where = where
    if isinstance(value, int):
        _integer(value)
        return value
    if isinstance(value, str):
        value.encode("utf-8")
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NoJSONValue(float.__repr__(value))
        return value
    if id(value) in within:
        raise ValueError("Circular reference detected")
    within = (*within, id(value))
    if isinstance(value, dict):
        made = {}
        for name, item in value.items():
            problem.where = where
            text = key(name)
            made[text] = _spelled_out(item, _place(where, text), within, problem)
        return made
    if isinstance(value, (list, tuple)):
        return [_spelled_out(item, _place(where, str(index)), within, problem) for index, item in enumerate(value)]
    return _spelled_out(_default(value), where, within, problem)


def _place(where: str, name: str) -> str:
    return f"{where}/{escaped(name)}" if where else escaped(name)


def _failure(error: Exception, what: str, where: str) -> OutputError:
    at = f" (at {where})" if where and not isinstance(error, RecursionError) else ""
    if isinstance(error, OutputError):
        return OutputError(f"{error}{at}")
    if isinstance(error, _FileError):
        return OutputError(f"Failed to process {what}: {described(error.cause)}{at}")
    if isinstance(error, NoJSONValue):
        return OutputError(
            f"Failed to parse {what} JSON: {error}{at} is not a JSON value. Return None or a number instead"
        )
    if isinstance(error, UnicodeEncodeError):
        surrogate = ord(error.object[error.start])
        return OutputError(
            f"Failed to parse {what} JSON: the text holds the lone surrogate \\u{surrogate:04x}, "
            f"which is not a character{at}"
        )
    return OutputError(f"Failed to serialize {what}: {described(error)}{at}")


def _integer(value: int) -> str:
    try:
        return int.__repr__(value)
    except ValueError:
        # By default, Python refuses to print huge numbers in decimal, because that takes long.
        raise OutputError(
            "Failed to serialize output: ValueError: the integer has more digits than "
            "sys.get_int_max_str_digits() allows"
        ) from None


# MARK: - Files


def _data_url(value: Any) -> str:
    from base64 import b64encode

    from .media_types import of_output

    if isinstance(value, io.IOBase) or not isinstance(value, os.PathLike):
        opened = open_file(value)
        assert opened is not None
    else:
        try:
            opened = open_path(value)  # In lists and objects, the same failures have different wording than at the top.
        except OSError as error:
            raise _FileError(error) from error
    file, name = opened
    try:
        with rewound(file):
            content = file.read()
    except Exception as error:
        raise _FileError(error) from error
    finally:
        if isinstance(file, OpenedFile):
            file.close()
    media_type = of_output(name) if content else "text/plain"
    return f"data:{media_type};base64,{b64encode(content).decode('ascii')}"
