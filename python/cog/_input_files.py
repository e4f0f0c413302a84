"""Files in inputs: where they can stand, and how a URL becomes one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import PurePath
from typing import Any

from ._forms import Form, record_forms
from ._input_error import InputError, escaped
from ._records import Record
from ._schema import json_value
from .types import File, Path, URLPath

_URL_PREFIXES = ("http://", "https://", "data:")
_NOT_A_URL = "must be an http://, https:// or data: URL"


def file_patterns(form: Form, where: str, within: tuple[Record, ...] = (), plain: bool = False) -> list[str]:
    """Find where in an input files can stand.

    Args:
        form: what the input is.
        where: its JSON pointer without the leading slash.
        within: the records it is part of, so that recursion ends.
        plain: a text that is no URL is legal there too.

    Returns:
        Pointers; `*` is every item or value, and `?` at the end says that texts other than URLs are legal.
    """
    if form.kind == "path":
        return [where + "?" if plain else where]
    if form.kind == "union":
        plain = any(_takes_text(member) for member in form.children)
    if form.kind in ("list", "dict"):
        where += "/*"
        plain = False
    if form.kind == "record":
        if form.value in within:
            return []
        return [
            pattern
            for _, inner, field in record_forms(form.value)
            for pattern in file_patterns(
                inner, where if form.value.is_root else f"{where}/{escaped(field.key)}", (*within, form.value)
            )
        ]
    found: list[str] = []
    for child in form.children:
        found += [pattern for pattern in file_patterns(child, where, within, plain) if pattern not in found]
    return found


def _takes_text(form: Form) -> bool:
    if form.kind in ("literal", "enum"):
        return any(isinstance(json_value(value), str) for value in form.value)
    return form.kind in ("any", "opaque", "secret", "file") or (form.kind == "scalar" and form.value is str)


def is_url(value: Any) -> bool:
    """Tell whether a value is the URL of a file."""
    return isinstance(value, str) and value.lower().startswith(_URL_PREFIXES)


def to_path(value: Any, where: str, files: dict[str, str]) -> Path:
    """Return the path of the local copy of a file.

    Args:
        value: what a client sent.
        where: the JSON pointer of the value.
        files: the files that the server has fetched, by pointer; any other is fetched here.

    Raises:
        InputError: the value is no URL, or the file can't be fetched.
    """
    local = files.get(where)
    if local is not None:
        return Path(local)
    if not is_url(value):
        raise InputError(where, _NOT_A_URL)
    return _fetched_for_once(value, where)


def _fetched_for_once(url: str, where: str) -> Path:
    """Fetch a file that the server didn't: one at a place that no pattern names, such as a record within itself."""
    from weakref import finalize

    path = fetched(url, where)
    # The arguments hold the path while the prediction runs; the file goes with it.
    finalize(path, _remove, str(path))
    return path


def fetched(url: str, where: str) -> Path:
    """Fetch a file; whoever asks for it removes it.

    Args:
        url: a data, http or https URL.
        where: the input that it is for, for the error's text.

    Raises:
        InputError: the file can't be fetched.
    """
    try:
        source = Path.validate(url)
        assert isinstance(source, URLPath)
        return source.convert()
    except (OSError, ValueError) as error:
        raise InputError(where, str(error)) from error


def _remove(file: str) -> None:
    import os

    try:
        os.unlink(file)
    except FileNotFoundError:
        pass  # The model has moved it.


def to_file(value: Any, where: str, files: dict[str, str]) -> io.IOBase:
    """Return an open file, which is fetched when it is first read.

    Args:
        value: what a client sent.
        where: the JSON pointer of the value.
        files: not looked at: the server fetches no such files.

    Raises:
        InputError: the value is no URL.
    """
    if not is_url(value):
        raise InputError(where, _NOT_A_URL)
    try:
        return File.validate(value)
    except (OSError, ValueError) as error:
        raise InputError(where, str(error)) from error


# Whether the values that pydantic is looking at were sent by a client.
_is_input: ContextVar[bool] = ContextVar("cog._input_files._is_input", default=False)


@contextmanager
def checking() -> Iterator[None]:
    """Within it, what pydantic makes of a `Path` was sent by a client."""
    token = _is_input.set(True)
    try:
        yield
    finally:
        _is_input.reset(token)


def path_for_pydantic(value: Any) -> Any:
    """Return the path that a pydantic model holds: fetched, where a client sent it and no converter has seen it.

    Args:
        value: what the field is given.

    Raises:
        ValueError: a client sent what is no URL, or the file can't be fetched.
    """
    if not _is_input.get() or isinstance(value, PurePath):
        return Path.validate(value)
    try:
        return to_path(value, "", {})
    except InputError as error:
        raise ValueError(error.message) from error
