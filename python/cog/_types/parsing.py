"""Finds the form of an annotation."""

from __future__ import annotations

import pathlib
import sys
import typing
from collections import abc
from typing import Any

from .. import types as cog_types
from ..input import FieldInfo
from .annotations import Names, Unresolved, Unsupported, evaluated, spelled
from .forms import (
    AnyForm,
    ChoiceForm,
    DatetimeForm,
    DictForm,
    FileForm,
    Form,
    IteratorForm,
    ListForm,
    NoneForm,
    NullableForm,
    OpaqueForm,
    PathForm,
    RecordForm,
    ScalarForm,
    SecretForm,
    SetForm,
    TupleForm,
    UnionForm,
    UnsupportedForm,
    without_none,
)
from .hints import fix_for
from .json_values import SCALARS
from .records import record_of


def parse_parameter(annotation: Any, names: Names) -> tuple[Form, FieldInfo | None]:
    """Find the form of a parameter, and the `Input(…)` of `Annotated[T, Input(…)]`.

    Args:
        annotation: as written.
        names: where names in quoted annotations are looked up.

    Returns:
        The form; and what `Input` was given, or None.

    Raises:
        Unsupported: there is no form.
    """
    annotation = evaluated(annotation, names)
    if typing.get_origin(annotation) is typing.Annotated:
        for extra in annotation.__metadata__:
            if isinstance(extra, FieldInfo):
                return _without_input(annotation, names), extra
    return parse(annotation, names), None


def parse(annotation: Any, names: Names) -> Form:
    """Find the form of an annotation.

    Args:
        annotation: as written.
        names: where names in quoted parts are looked up.

    Raises:
        Unsupported: there is none.
    """
    annotation = evaluated(annotation, names)
    if annotation is None or annotation is type(None):
        return NoneForm()
    if annotation is Any:
        return AnyForm()
    origin = typing.get_origin(annotation)
    if origin is not None:
        return _parse_generic(annotation, origin, names)
    if isinstance(annotation, type):
        return _parse_class(annotation)
    bare = {typing.Tuple: "tuple", typing.Set: "set", typing.Optional: "Optional", typing.Union: "Union"}  # noqa: UP006
    try:
        name = bare.get(annotation)
    except TypeError:
        name = None
    raise Unsupported(
        f"{name or spelled(annotation)} is not supported",
        "Add the types of its values." if name else fix_for(annotation),
    )


def _parse_generic(annotation: Any, origin: Any, names: Names) -> Form:
    arguments = typing.get_args(annotation)
    if origin is typing.Annotated:
        return _parse_annotated(annotation, names)
    if origin is typing.Union or type(annotation).__name__ == "UnionType":
        return _parse_union(arguments, names)
    if origin is typing.Literal:
        return _parse_literal(arguments)
    if origin is list:
        return ListForm(*_parse_all(annotation, arguments, names, 1))
    if origin is dict:
        return _parse_dict(annotation, arguments, names)
    if origin in ITERATORS:
        return _parse_iterator(annotation, origin, arguments, names)
    if origin in (set, frozenset):
        return SetForm(*_parse_all(annotation, arguments, names, 1))
    if origin is tuple:
        return TupleForm(tuple([parse(each, names) for each in arguments if each is not Ellipsis]))
    if str(origin) in ("typing.ClassVar", "typing.Final", "typing.Required", "typing.NotRequired"):
        return parse(arguments[0], names)
    if isinstance(origin, type) and (record := record_of(annotation)) is not None:
        return RecordForm(record)
    raise Unsupported(f"{spelled(annotation)} is not supported", fix_for(annotation))


def _parse_dict(annotation: Any, arguments: tuple[Any, ...], names: Names) -> Form:
    try:
        children = _parse_all(annotation, arguments, names, 2)
        if children and not isinstance(children[0], (ScalarForm, AnyForm, ChoiceForm)):
            raise Unsupported(f"{spelled(annotation)} has keys that JSON can't represent", "Use dict[str, …].")
    except Unresolved:
        raise
    except Unsupported as problem:
        if len(arguments) != 2:
            raise
        # As an input it is still an object; the reason is kept for code that needs more.
        return DictForm(None, UnsupportedForm(problem))
    return DictForm(*children)


# The return types of methods that give their output item by item, and their names.
ITERATORS: dict[Any, str] = {
    abc.Iterator: "Iterator",
    abc.AsyncIterator: "AsyncIterator",
    abc.Iterable: "Iterable",
    abc.AsyncIterable: "AsyncIterable",
    abc.Generator: "Generator",
    abc.AsyncGenerator: "AsyncGenerator",
    cog_types.ConcatenateIterator: "ConcatenateIterator",
    cog_types.AsyncConcatenateIterator: "AsyncConcatenateIterator",
}


def _parse_iterator(annotation: Any, origin: Any, arguments: tuple[Any, ...], names: Names) -> Form:
    name = ITERATORS[origin]
    if not arguments:
        return _parse_bare_iterator(name)
    return iterator(origin, parse(arguments[0], names), arguments[0])


def iterator(origin: Any, item: Form, annotation: Any) -> Form:
    """Return the form of an iterator.

    Args:
        origin: the iterator's type, one of `ITERATORS`.
        item: the form of its items.
        annotation: of the items, as written.

    Raises:
        Unsupported: clients can't concatenate such items.
    """
    name = ITERATORS[origin]
    concatenates = name.endswith("ConcatenateIterator")
    if concatenates and not (isinstance(item, ScalarForm) and item.cls is str):
        raise Unsupported(
            f"{name} element type must be str, got {spelled(annotation)}",
            f"Use {name.replace('Concatenate', '')}[{spelled(annotation)}].",
        )
    return IteratorForm(item, concatenates)


def _parse_bare_iterator(name: str) -> Form:
    if name.endswith("ConcatenateIterator"):
        return IteratorForm(ScalarForm(str), True)  # It can only give texts.
    raise Unsupported(f"{name} doesn't say what its items are", f"Write {name}[str], for example.")


def _parse_annotated(annotation: Any, names: Names) -> Form:
    form = _without_input(annotation, names)
    for extra in annotation.__metadata__:
        if isinstance(extra, FieldInfo):
            _refuse_default(extra)
            form = form.with_limits(extra)
    return form


def _refuse_default(info: FieldInfo) -> None:
    if info.__dict__["_has_default"] or info.__dict__["_default_factory"] is not None:
        raise Unsupported(
            "an Input(…) inside another type can't have a default", "Put the default on the parameter or field itself."
        )


def _without_input(annotation: Any, names: Names) -> Form:
    inner = annotation.__origin__
    if not any(isinstance(extra, cog_types._Opaque) for extra in annotation.__metadata__):
        return parse(inner, names)
    inner = evaluated(inner, names)
    if typing.get_origin(inner) is typing.Union or type(inner).__name__ == "UnionType":
        members = [each for each in typing.get_args(inner) if each is not type(None)]
        opaque = _opaque(members[0] if len(members) == 1 else None)
        return NullableForm(opaque) if len(members) < len(typing.get_args(inner)) else opaque
    return _opaque(inner)


def _opaque(inner: Any) -> Form:
    if inner is list or typing.get_origin(inner) is list:
        return ListForm(OpaqueForm())
    return OpaqueForm()


def _parse_union(arguments: tuple[Any, ...], names: Names) -> Form:
    members = [parse(each, names) for each in arguments]
    nullable = any(member.is_nullable for member in members)
    flat: list[Form] = []
    for member in members:
        if isinstance(member, NoneForm):
            continue
        member = without_none(member)
        flat.extend(member.members if isinstance(member, UnionForm) else (member,))
    form = flat[0] if len(flat) == 1 else UnionForm(tuple(flat))
    return NullableForm(form) if nullable else form


def _parse_literal(values: tuple[Any, ...]) -> Form:
    plain = tuple([value for value in values if value is not None])
    for value in plain:
        if _plain_value(value) is None:
            raise Unsupported(f"Literal has the value {value!r}, which JSON can't represent", "Use strings or numbers.")
    if not plain:
        raise Unsupported("Literal[None] has only one value", "Remove the parameter.")
    form = ChoiceForm(plain)
    return NullableForm(form) if len(plain) < len(values) else form


def _plain_value(value: Any) -> Any:
    """Return the JSON value of an Enum member or scalar, None if there is none."""
    from enum import Enum

    if isinstance(value, Enum):
        value = value.value
    return value if isinstance(value, (str, int, float)) else None


def _parse_all(annotation: Any, arguments: tuple[Any, ...], names: Names, count: int) -> tuple[Form, ...]:
    if not arguments or all(isinstance(each, typing.TypeVar) for each in arguments):
        return ()
    if len(arguments) != count:
        what = "exactly 1 type argument" if count == 1 else f"0 or {count} type arguments"
        name = getattr(typing.get_origin(annotation), "__name__", spelled(annotation))
        raise Unsupported(f"{name} expects {what}, got {len(arguments)}", "Correct it.")
    return tuple([parse(each, names) for each in arguments])


def _parse_class(cls: type[Any]) -> Form:
    if cls in SCALARS:
        return ScalarForm(cls)
    if cls in (dict, list):
        return DictForm() if cls is dict else ListForm()
    if cls is cog_types.Secret:
        return SecretForm()
    if issubclass(cls, pathlib.PurePath):
        return PathForm()
    if cls is cog_types.File:
        return FileForm()
    enum = sys.modules.get("enum")
    if enum is not None and issubclass(cls, enum.Enum):
        return _parse_enum(cls)
    record = record_of(cls)
    if record is not None:
        return RecordForm(record)
    datetime = sys.modules.get("datetime")
    if datetime is not None and cls is datetime.datetime:
        return DatetimeForm()
    if cls in (tuple, set, frozenset):
        return TupleForm() if cls is tuple else SetForm()
    if cls in ITERATORS:
        return _parse_bare_iterator(ITERATORS[cls])
    raise Unsupported(f"{spelled(cls)} is not supported", fix_for(cls))


def _parse_enum(cls: Any) -> Form:
    for member in cls:
        if _plain_value(member) is None:
            raise Unsupported(
                f"{cls.__name__}.{member.name} has a value that JSON can't represent",
                "Give its members strings or numbers.",
            )
    return ChoiceForm(tuple(cls))
