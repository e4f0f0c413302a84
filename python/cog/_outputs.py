"""Turns what a model gives into JSON text, and finds the files in it."""

from __future__ import annotations

import io
import json
import math
import os
from types import GeneratorType
from typing import Any, BinaryIO, cast

from .types import Secret

__all__ = ["OpenedFile", "OutputError", "described", "encode", "open_file"]


class OutputError(Exception):
    """An output that can't be sent. Its text follows `Prediction failed: `."""


class OpenedFile(io.FileIO):
    """A file that was opened here for a path, so whoever sends it closes it."""


def encode(value: Any, is_item: bool = False) -> str:
    """Return the JSON text of an output. Files within it become data URLs, secrets are masked.

    Args:
        value: what the model gave.
        is_item: it is one of several; only error texts differ.

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
    what = "output item" if is_item or kind is list or kind is tuple else "output"
    try:
        text = _encode(value)
    except OutputError:
        raise
    except _FileError as error:
        raise OutputError(f"Failed to process {what}: {described(error.cause)}") from error.cause
    except ValueError as error:
        if "JSON compliant" in str(error):
            raise OutputError(f"Failed to parse {what} JSON: {_not_a_number(str(error))}") from None
        raise OutputError(f"Failed to serialize {what}: {described(error)}") from error
    except Exception as error:
        raise OutputError(f"Failed to serialize {what}: {described(error)}") from error
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            surrogate = ord(text[error.start])
            raise OutputError(
                f"Failed to parse {what} JSON: the text holds the lone surrogate \\u{surrogate:04x}, "
                "which is no character"
            ) from None
    return text


def open_file(value: Any) -> tuple[BinaryIO, str] | None:
    """Open an output that is a file.

    Args:
        value: what the model gave, itself or an item of a list or iterator.

    Returns:
        The file and its name (empty if it has none); an `OpenedFile` if the value was a path, else the value itself.
        None if the value is no file.

    Raises:
        OutputError: the file is missing, is a directory, can't be read, or holds text.
    """
    if isinstance(value, io.IOBase):
        if isinstance(value, io.TextIOBase):
            raise OutputError(
                f"Failed to read IOBase: TypeError: {type(value).__name__} gives text, not bytes: "
                "open the file with mode 'rb'"
            )
        return cast(BinaryIO, value), _name_of(value)
    if isinstance(value, os.PathLike):
        try:
            path = os.fspath(value)
            opened = OpenedFile(path, "rb")
            _check_regular(opened, path)
        except OSError as error:
            raise OutputError(f"Failed to process output: {described(error)}") from error
        return cast(BinaryIO, opened), os.path.basename(os.fsdecode(path))
    return None


def _check_regular(opened: OpenedFile, path: Any) -> None:
    import stat

    if stat.S_ISDIR(os.fstat(opened.fileno()).st_mode):
        opened.close()
        raise IsADirectoryError(21, "Is a directory", os.fsdecode(path))


# MARK: - Values


class _FileError(Exception):
    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


def _default(value: Any) -> Any:
    """Give the encoder something it knows in place of a value that it doesn't."""
    if isinstance(value, Secret):
        return str(value) if value.secret_value is not None else None
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump()
    as_dict = getattr(value, "dict", None)
    if callable(as_dict) and not isinstance(value, type):
        return as_dict()
    cls: Any = type(value)
    if hasattr(cls, "__dataclass_fields__"):
        import dataclasses

        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, (set, frozenset, GeneratorType)):
        return list(value)
    if isinstance(value, (os.PathLike, io.IOBase)):
        return _data_url(value)
    from datetime import datetime
    from enum import Enum

    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if any(base.__module__.partition(".")[0] == "numpy" for base in cls.__mro__):
        return _numpy(value)
    raise TypeError(f"Object of type {cls.__name__} is not JSON serializable")


def _numpy(value: Any) -> Any:
    import numpy

    if isinstance(value, numpy.ndarray):
        return value.tolist()
    if isinstance(value, numpy.bool_):
        return bool(value)
    if isinstance(value, numpy.integer):
        return int(value)
    if isinstance(value, numpy.floating):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_default).encode


def _integer(value: int) -> str:
    try:
        return int.__repr__(value)
    except ValueError:
        # Python refuses to print huge numbers in decimal by default, since that takes long.
        raise OutputError(
            "Failed to serialize output: ValueError: the integer has more digits than "
            "sys.get_int_max_str_digits() allows"
        ) from None


# MARK: - Files


def _data_url(value: Any) -> str:
    from base64 import b64encode
    from mimetypes import guess_type

    opened = open_file(_bytes_checked(value))
    assert opened is not None
    file, name = opened
    try:
        if file.seekable():
            file.seek(0)
        content = file.read()
    except Exception as error:
        raise _FileError(error) from error
    finally:
        if isinstance(file, OpenedFile):
            file.close()
    media_type = (guess_type(name)[0] if name else None) or "application/octet-stream"
    return f"data:{media_type};base64,{b64encode(content).decode('ascii')}"


def _bytes_checked(value: Any) -> Any:
    # Within lists and objects the same failures carry other words than at the top.
    if isinstance(value, os.PathLike) and not isinstance(value, io.IOBase):
        try:
            with open(value, "rb"):
                pass
        except OSError as error:
            raise _FileError(error) from error
    return value


def _name_of(file: Any) -> str:
    name = getattr(file, "name", None)
    if isinstance(name, bytes):
        name = os.fsdecode(name)
    return os.path.basename(name) if isinstance(name, str) else ""


# MARK: - Texts


def described(error: BaseException) -> str:
    """Return `TypeName: text` of an exception, whatever its `__str__` does."""
    try:
        text = str(error)
    except Exception:
        text = "<exception str() failed>"
    return f"{type(error).__name__}: {text}"


def _not_a_number(text: str) -> str:
    found = text.rpartition(":")[2].strip()
    if not found or not _is_special(found):
        found = "NaN or infinity"
    return f"{found} is no JSON value. Give None or a number instead"


def _is_special(text: str) -> bool:
    try:
        return not math.isfinite(float(text))
    except ValueError:
        return False
