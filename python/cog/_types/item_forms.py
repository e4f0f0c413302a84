"""The items of a batched method's lists: the forms of a single request's inputs and output."""

from __future__ import annotations

import typing
from typing import Any

from .. import types as cog_types
from ..input import FieldInfo
from . import parsing
from .annotations import Names, Unsupported, evaluated, spelled
from .forms import Form


def parse_parameter(annotation: Any, names: Names) -> tuple[Form, FieldInfo | None]:
    """Find the form of one request's value in the list that a batched method takes.

    Args:
        annotation: of the parameter, as written: a list. An `Input(…)` around the list or around its items describes
            the value of one request.
        names: where names in quoted annotations are looked up.

    Returns:
        The form; and what `Input` was given, or None.

    Raises:
        Unsupported: it isn't a list, or there is no form for its items.
    """
    annotation = evaluated(annotation, names)
    outer = None
    if typing.get_origin(annotation) is typing.Annotated:
        outer = next((extra for extra in annotation.__metadata__ if isinstance(extra, FieldInfo)), None)
    item = _item(annotation, names)
    if item is None:
        raise Unsupported(
            "a batched method takes a list with one value for each request", f"Write {_list(annotation)}."
        )
    form, inner = parsing.parse_parameter(item, names)
    if outer is not None and inner is not None:
        raise Unsupported("it has two Input(…) calls", "Keep one of them.")
    return form, inner if outer is None else outer


def parse_output(annotation: Any, names: Names) -> Form:
    """Find the form of what one request gets from a batched method.

    Args:
        annotation: what the method returns, as written: a list, or an iterator of lists. Exceptions among the types of
            the items are left out, since they fail the request.
        names: where names in quoted annotations are looked up.

    Raises:
        Unsupported: it is neither, or there is no form for the items.
    """
    annotation = evaluated(annotation, names)
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if isinstance(annotation, type) and annotation in parsing.ITERATORS:
        origin = annotation  # Without a type in brackets.
    is_iterator = origin in parsing.ITERATORS
    given = annotation
    if is_iterator:
        given = evaluated(arguments[0], names) if arguments else str
    item = _item(given, names)
    if item is None:
        written = f"{parsing.ITERATORS[origin]}[{_list(given)}]" if is_iterator else f"-> {_list(given)}"
        raise Unsupported("a batched method returns a list with one value for each request", f"Write {written}.")
    form = parsing.parse(_without_exceptions(item, names), names)
    return parsing.iterator(origin, form, item) if is_iterator else form


def _item(annotation: Any, names: Names) -> Any:
    """Return what a list type holds, None if the annotation is something else."""
    opaque = None
    if typing.get_origin(annotation) is typing.Annotated:
        opaque = next((extra for extra in annotation.__metadata__ if isinstance(extra, cog_types._Opaque)), None)
        annotation = evaluated(annotation.__origin__, names)
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is not list or len(arguments) != 1:
        return None
    return arguments[0] if opaque is None else typing.Annotated[arguments[0], opaque]


def _list(annotation: Any) -> str:
    """Return how the list type is written that an annotation should have been."""
    if typing.get_origin(annotation) is typing.Annotated:
        annotation = annotation.__origin__
    is_bare = annotation in (list, tuple, typing.List, typing.Any)  # noqa: UP006
    return f"list[{'str' if is_bare else spelled(annotation)}]"


def _without_exceptions(item: Any, names: Names) -> Any:
    item = evaluated(item, names)
    if typing.get_origin(item) is not typing.Union and type(item).__name__ != "UnionType":
        return item
    members = typing.get_args(item)
    kept = tuple([each for each in members if not (isinstance(each, type) and issubclass(each, BaseException))])
    return item if len(kept) in (0, len(members)) else typing.Union[kept]  # noqa: UP007
