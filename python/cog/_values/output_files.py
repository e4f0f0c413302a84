"""Opens the files in a model's output."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EINVAL, EISDIR, ENXIO
from typing import Any, BinaryIO, cast

from .output_error import OutputError, described

__all__ = ["OpenedFile", "is_file", "open_file", "open_path", "rewound"]


class OpenedFile(io.FileIO):
    """A file that was opened here for a path. The sender closes it."""


def is_file(value: Any) -> bool:
    """Return whether an output is a path or an open file."""
    return isinstance(value, (os.PathLike, io.IOBase)) or _wrapped(value) is not None


def open_file(value: Any) -> tuple[BinaryIO, str] | None:
    """Open an output that is a file.

    Args:
        value: the output, or an item of a list or iterator.

    Returns:
        The file and its name (empty if it has none); an `OpenedFile` if the value was a path, else the value itself.
        None if the value isn't a file.

    Raises:
        OutputError: the file is missing, isn't a regular file, can't be read, or is open as text.
    """
    value = _wrapped(value) or value
    if isinstance(value, io.IOBase):
        if isinstance(value, io.TextIOBase):
            raise OutputError(
                f"Failed to read IOBase: TypeError: {type(value).__name__} returns text, not bytes: "
                "open the file with mode 'rb'"
            )
        try:
            _check_object(value)
        except OSError as error:
            raise OutputError(f"Failed to process output: {described(error)}") from error
        return cast(BinaryIO, value), _name_of(value)
    if isinstance(value, os.PathLike):
        try:
            return open_path(value)
        except OSError as error:
            raise OutputError(f"Failed to process output: {described(error)}") from error
    return None


@contextmanager
def rewound(file: BinaryIO) -> Iterator[None]:
    """Let `file` be read from its start, if it can be rewound, and put it back where its owner left it."""
    if not file.seekable():
        yield
        return
    position = file.tell()
    file.seek(0)
    try:
        yield
    finally:
        file.seek(position)


def _wrapped(value: Any) -> Any:
    """Return the file inside a wrapper of `tempfile`, which isn't a file to Python; None for all other values."""
    cls = type(value)
    name = _WRAPPERS.get(cls.__name__) if cls.__module__ == "tempfile" else None
    return None if name is None or isinstance(value, io.IOBase) else getattr(value, name)


_WRAPPERS = {"_TemporaryFileWrapper": "file", "SpooledTemporaryFile": "_file"}


def open_path(value: os.PathLike[Any]) -> tuple[BinaryIO, str]:
    """Open the regular file at a path.

    Raises:
        OSError: there is none. Reading anything but a regular file may block forever or never end.
    """
    path = os.fspath(value)
    try:
        # Opening a FIFO would otherwise wait for a writer. It makes no difference for regular files.
        opened = OpenedFile(path, "rb", opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK))
    except OSError as error:
        if error.errno == ENXIO and (what := _irregular(os.stat(path).st_mode)):
            raise OSError(EINVAL, f"Is a {what}, not a file", os.fsdecode(path)) from None
        raise
    what = _irregular(os.fstat(opened.fileno()).st_mode)
    if what is not None:
        opened.close()
        if what == "directory":
            raise IsADirectoryError(EISDIR, "Is a directory", os.fsdecode(path))
        raise OSError(EINVAL, f"Is a {what}, not a file", os.fsdecode(path))
    return cast(BinaryIO, opened), os.path.basename(os.fsdecode(path))


def _check_object(file: io.IOBase) -> None:
    """Refuse an open file that may never end. An unnamed pipe ends with the process that writes to it."""
    raw: Any = file.raw if isinstance(file, (io.BufferedReader, io.BufferedRandom)) else file
    if type(raw).__module__ == "socket":
        raise OSError(EINVAL, "Is a socket, not a file")
    if not isinstance(raw, io.FileIO) or raw.closed:
        return
    what = _irregular(os.fstat(raw.fileno()).st_mode)
    if what is not None and not (what == "FIFO" and isinstance(raw.name, int)):
        raise OSError(EINVAL, f"Is a {what}, not a file", None if isinstance(raw.name, int) else os.fsdecode(raw.name))


def _irregular(mode: int) -> str | None:
    """Name the kind of a file by its mode; None for a regular file."""
    import stat

    if stat.S_ISREG(mode):
        return None
    if stat.S_ISDIR(mode):
        return "directory"
    if stat.S_ISFIFO(mode):
        return "FIFO"
    return "socket" if stat.S_ISSOCK(mode) else "device"


def _name_of(file: Any) -> str:
    name = getattr(file, "name", None)
    if isinstance(name, bytes):
        name = os.fsdecode(name)
    return os.path.basename(name) if isinstance(name, str) else ""
