"""Files in inputs: where they can stand, and how a URL becomes one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import PurePath
from typing import Any, NamedTuple

from .._document.schema import json_value
from .._types.forms import Form, record_forms
from .._types.records import Record
from ..types import File, Path, URLPath
from .input_error import InputError, escaped

_URL_PREFIXES = ("http://", "https://", "data:")
_NOT_A_URL = "must be an http://, https:// or data: URL"


class _Place(NamedTuple):
    """What may stand at a place for files: also plain text, and only files that the model opens itself."""

    takes_text: bool
    is_opened: bool


def file_patterns(form: Form, where: str) -> list[str]:
    """Find where in an input files can stand.

    Args:
        form: what the input is.
        where: its JSON pointer without the leading slash.

    Returns:
        For each place letters, a colon, and its pointer, in which `*` is every item or value. A `t` says that texts
        other than URLs are legal, an `o` that the model opens the file itself: the server doesn't fetch http and https
        URLs there.
    """
    places: dict[str, _Place] = {}
    _find(form, where, (), places)
    return [f"{'t' * place.takes_text}{'o' * place.is_opened}:{pointer}" for pointer, place in places.items()]


def _find(form: Form, where: str, within: tuple[Record, ...], places: dict[str, _Place]) -> None:
    """Add the places in a form.

    Args:
        form: what stands at `where`.
        where: a pointer.
        within: the records it is part of, so that recursion ends.
        places: those that are known.
    """
    if form.kind in ("path", "file"):
        _add(where, _Place(False, form.kind == "file"), places)
    elif form.kind == "union":
        for member in form.children:
            found: dict[str, _Place] = {}
            _find(member, where, within, found)
            others = [other for other in form.children if other is not member]
            for pointer, place in found.items():
                segments = pointer[len(where) :].split("/")[1:]
                takes_text = place.takes_text or any(_takes_text(other, segments) for other in others)
                _add(pointer, _Place(takes_text, place.is_opened), places)
    elif form.kind == "record":
        if form.value in within:
            return
        for _, inner, field in record_forms(form.value):
            place_of_field = where if form.value.is_root else f"{where}/{escaped(field.key)}"
            _find(inner, place_of_field, (*within, form.value), places)
    else:
        if form.kind in ("list", "dict"):
            where += "/*"
        for child in form.children:
            _find(child, where, within, places)


def _add(where: str, place: _Place, places: dict[str, _Place]) -> None:
    """Add a place; what one of several members of a union allows there is allowed."""
    known = places.get(where, _Place(False, True))
    places[where] = _Place(place.takes_text or known.takes_text, place.is_opened and known.is_opened)


def _takes_text(form: Form, segments: list[str], within: tuple[Record, ...] = ()) -> bool:
    """Tell whether a text may stand at a place in a form.

    Args:
        form: what a value is.
        segments: the place in that value, as in a pattern: `*` is every item or value.
        within: the records without a name of their own that led here, so that recursion ends.
    """
    form = form.without_none()
    if form.kind in ("any", "anything", "opaque"):
        return True
    if form.kind == "union":
        return any(_takes_text(member, segments, within) for member in form.children)
    if form.kind == "record" and form.value.is_root:
        inner = [inner for _, inner, _ in record_forms(form.value)]
        return form.value not in within and any(_takes_text(each, segments, (*within, form.value)) for each in inner)
    if not segments:
        if form.kind in ("literal", "enum"):
            return any(isinstance(json_value(value), str) for value in form.value)
        return form.kind in ("secret", "datetime") or (form.kind == "scalar" and form.value is str)
    if form.kind == "record":
        return any(
            _takes_text(inner, segments[1:])
            for _, inner, field in record_forms(form.value)
            if segments[0] in ("*", escaped(field.key))
        )
    if form.kind not in ("list", "dict", "set"):
        return False
    return not form.children or any(_takes_text(child, segments[1:]) for child in form.children)


def is_url(value: Any) -> bool:
    """Tell whether a value is the URL of a file."""
    return isinstance(value, str) and value.strip().lower().startswith(_URL_PREFIXES)


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
    return _fetched_for_once(value.strip(), where)


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
    """Return an open file: one in memory, or one that is fetched when it is first read.

    Args:
        value: what a client sent.
        where: the JSON pointer of the value.
        files: the files that the server has decoded from data URLs, by pointer.

    Raises:
        InputError: the value is no URL.
    """
    local = files.get(where)
    if local is not None:
        with open(local, "rb") as file:
            return io.BytesIO(file.read())
    if not is_url(value):
        raise InputError(where, _NOT_A_URL)
    try:
        return File.validate(value.strip())
    except (OSError, ValueError) as error:
        raise InputError(where, str(error)) from error


# Whether the values that pydantic is looking at were sent by a client.
_is_input: ContextVar[bool] = ContextVar("cog._values.files._is_input", default=False)


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
