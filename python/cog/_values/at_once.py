"""Converts all items of a list or object at once if the types of their values allow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._types.forms import FileForm, Form, NullableForm, PathForm, ScalarForm, UnionForm
from .probe import types_in

_NUMBERS = frozenset({int, float})


def converts_all(form: Form) -> Callable[[Any], Any]:
    """Make the function that converts all items of a list, or all values of an object, at once.

    Lists of numbers are long: converting one by one would take longer than everything else.

    Args:
        form: the form of each of them.

    Returns:
        The function, which returns None if each item must be converted separately.
    """
    kept = _kept(form)
    is_float = isinstance(form, ScalarForm) and form.cls is float

    def convert(items: Any) -> Any:
        types = types_in(items)
        if types <= kept:
            return items
        if is_float and types <= _NUMBERS:
            try:
                if type(items) is list:
                    return list(map(float, items))
                return dict(zip(items, map(float, items.values()), strict=True))
            except OverflowError:
                pass  # Converting one by one gives the position of the error.
        return None

    return convert


def exact_types(members: tuple[Form, ...]) -> frozenset[type[Any]]:
    """Return the types whose values fit a union unchanged.

    Args:
        members: what the union allows.
    """
    exact = frozenset({member.cls for member in members if isinstance(member, ScalarForm)})
    # In a union, a number keeps its JSON type: a whole number that fits the float stays an int.
    return exact | {int} if float in exact else exact


def _kept(form: Form) -> frozenset[type[Any]]:
    """Return the types of values that a form's function leaves unchanged, wherever they are."""
    match form:
        case ScalarForm(cls):
            return frozenset({cls})
        case NullableForm(inner):
            return _kept(inner) | {type(None)}
        case UnionForm(members):
            takes_files = any(isinstance(member, (PathForm, FileForm)) for member in members)
            return exact_types(members) - {str} if takes_files else exact_types(members)
        case _:
            return frozenset()  # Each must be examined.
