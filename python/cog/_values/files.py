"""Files in inputs: where they can be, and how a URL becomes one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

from .._types.forms import (
    AnyForm,
    DictForm,
    FileForm,
    Form,
    IteratorForm,
    Leaf,
    ListForm,
    NoneForm,
    NullableForm,
    OpaqueForm,
    PathForm,
    RecordForm,
    SetForm,
    TupleForm,
    UnionForm,
    UnknownForm,
    UnsupportedForm,
    assert_never,
)
from .._types.record_forms import record_forms
from .._types.records import Record
from ..types import File, Path, URLPath, _path_for_pydantic
from .input_error import InputError, escaped

_URL_PREFIXES = ("http://", "https://", "data:")
_NOT_A_URL = "must be an http://, https:// or data: URL"


class _Place:
    """A place for files: whether plain text is allowed there too, and whether the model opens the file itself."""

    __slots__ = ("is_opened", "takes_text")

    def __init__(self, takes_text: bool, is_opened: bool) -> None:
        self.takes_text = takes_text
        self.is_opened = is_opened


def file_patterns(form: Form, where: str) -> list[str]:
    """Find where files can be in an input.

    Args:
        form: the form of the input.
        where: its JSON pointer without the leading slash.

    Returns:
        For each place: letters, a colon, and its pointer, in which `*` is every item or value. The letter `t` means
        that strings other than URLs are also allowed. The letter `o` means that the model opens the file itself, so the
        server doesn't fetch http and https URLs there.
    """
    places: dict[str, _Place] = {}
    _find(form, where, (), places)
    return [f"{'t' * place.takes_text}{'o' * place.is_opened}:{pointer}" for pointer, place in places.items()]


def _find(form: Form, where: str, within: tuple[Record, ...], places: dict[str, _Place]) -> None:
    """Add the places in a form.

    Args:
        form: the form of the value at `where`.
        where: a pointer.
        within: the records it is part of, so that recursion ends.
        places: the known places.
    """
    match form:
        case PathForm() | FileForm():
            _add(where, _Place(False, isinstance(form, FileForm)), places)
        case UnionForm(members):
            for member in members:
                found: dict[str, _Place] = {}
                _find(member, where, within, found)
                others = [other for other in members if other is not member]
                for pointer, place in found.items():
                    segments = pointer[len(where) :].split("/")[1:]
                    takes_text = place.takes_text or any(_takes_text(other, segments) for other in others)
                    _add(pointer, _Place(takes_text, place.is_opened), places)
        case RecordForm(record):
            if record in within:
                return
            for _, inner, field in record_forms(record):
                place_of_field = where if record.is_root else f"{where}/{escaped(field.key)}"
                _find(inner, place_of_field, (*within, record), places)
        case ListForm() | DictForm():
            for part in form.parts:
                _find(part, f"{where}/*", within, places)
        case _:
            for part in form.parts:
                _find(part, where, within, places)


def _add(where: str, place: _Place, places: dict[str, _Place]) -> None:
    """Add a place; anything that a member of a union allows there is allowed."""
    known = places.get(where, _Place(False, True))
    places[where] = _Place(place.takes_text or known.takes_text, place.is_opened and known.is_opened)


def _takes_text(form: Form, segments: list[str], within: tuple[Record, ...] = ()) -> bool:
    """Return whether a string is legal at a place in a form.

    Args:
        form: the form of a value.
        segments: the place in that value, as in a pattern: `*` is every item or value.
        within: the records without a name of their own that led here, so that recursion ends.
    """
    match form:
        case NullableForm(inner):
            return _takes_text(inner, segments, within)
        case AnyForm() | UnknownForm() | OpaqueForm():
            return True
        case UnionForm(members):
            return any(_takes_text(member, segments, within) for member in members)
        case RecordForm(record) if record.is_root:
            inner_forms = [inner for _, inner, _ in record_forms(record)]
            return record not in within and any(_takes_text(each, segments, (*within, record)) for each in inner_forms)
        case RecordForm(record):
            return bool(segments) and any(
                _takes_text(inner, segments[1:])
                for _, inner, field in record_forms(record)
                if segments[0] in ("*", escaped(field.key))
            )
        case ListForm() | DictForm() | SetForm():
            return bool(segments) and (not form.parts or any(_takes_text(part, segments[1:]) for part in form.parts))
        case Leaf():
            return not segments and form.takes_text
        case NoneForm() | TupleForm() | IteratorForm() | UnsupportedForm():
            return False
        case _:
            assert_never(form)


def is_url(value: Any) -> bool:
    """Return whether a value is the URL of a file."""
    return isinstance(value, str) and value.strip().lower().startswith(_URL_PREFIXES)


def to_path(value: Any, where: str, files: dict[str, str]) -> Path:
    """Return the path of the local copy of a file.

    Args:
        value: what a client sent.
        where: the JSON pointer of the value.
        files: the files that the server has fetched, by pointer; any other is fetched here.

    Raises:
        InputError: the value isn't a URL, or the file can't be fetched.
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
    # The arguments hold the path while the prediction runs; the file is removed with it.
    finalize(path, _remove, str(path))
    return path


def fetched(url: str, where: str) -> Path:
    """Fetch a file. The caller removes it.

    Args:
        url: a data, http or https URL.
        where: the input it belongs to, for the error's text.

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
        pass  # The model moved it.


def to_file(value: Any, where: str, files: dict[str, str]) -> io.IOBase:
    """Return an open file: one in memory, or one that is fetched when it is first read.

    Args:
        value: what a client sent.
        where: the JSON pointer of the value.
        files: the files that the server has decoded from data URLs, by pointer.

    Raises:
        InputError: the value isn't a URL.
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


def _path_of_input(value: Any) -> PurePath:
    """Return the path that a pydantic model holds: fetched, if no converter has handled it.

    Raises:
        ValueError: it isn't a URL, or the file can't be fetched.
    """
    if isinstance(value, PurePath):
        return Path.validate(value)
    try:
        return to_path(value, "", {})
    except InputError as error:
        raise ValueError(error.message) from error


@contextmanager
def checking() -> Iterator[None]:
    """Inside this context, the values that pydantic converts to a `Path` were sent by a client."""
    token = _path_for_pydantic.set(_path_of_input)
    try:
        yield
    finally:
        _path_for_pydantic.reset(token)
