"""Forms: the classes by which the SDK tells kinds of values apart."""

from __future__ import annotations

import typing
from typing import Annotated, Any, Optional

import pytest

from cog import Input
from cog._types import forms
from cog._types.annotations import Names
from cog._types.forms import DictForm, Form, ListForm, NullableForm, ScalarForm, UnionForm
from cog._types.parsing import parse


def classes(base: type[Any] = forms._Form) -> set[type[Any]]:
    """The classes of forms that have objects."""
    found = set()
    for each in base.__subclasses__():
        found |= classes(each) or {each}
    return found


def test_the_union_names_every_class() -> None:
    """Type checkers prove by the union that a `match` forgets none."""
    assert classes() == set(typing.get_args(Form))


def test_a_form_cannot_be_changed() -> None:
    form = ListForm(ScalarForm(int))
    with pytest.raises(AttributeError, match="item"):
        form.item = None  # type: ignore[misc]
    assert form.item is not None


def test_a_form_shows_what_it_holds() -> None:
    form = parse(dict[str, Optional[list[int]]], Names({}))
    assert repr(form) == ("DictForm(ScalarForm(<class 'str'>), NullableForm(ListForm(ScalarForm(<class 'int'>))))")
    assert isinstance(form, DictForm)
    assert form.parts == (form.value,)


def test_limits_belong_to_a_copy() -> None:
    plain = ScalarForm(int)
    limited = plain.with_limits(Input(ge=1))
    assert (plain.limits, limited.limits, limited.cls) == (None, Input(ge=1), int)


def test_limits_stand_on_the_type_that_they_are_written_around() -> None:
    form = parse(Optional[Annotated[int, Input(ge=1)] | str], Names({}))
    assert isinstance(form, NullableForm)
    assert isinstance(form.inner, UnionForm)
    assert [member.limits for member in form.inner.members] == [Input(ge=1), None]
    assert form.limits is None


def test_a_match_takes_the_parts_by_position() -> None:
    match parse(list[str], Names({})):
        case ListForm(ScalarForm(cls)):
            assert cls is str
        case other:
            pytest.fail(f"{other!r} is not a list of strings")


def test_what_was_forgotten_is_named() -> None:
    with pytest.raises(AssertionError, match=r"ScalarForm\(<class 'int'>\) was forgotten"):
        forms.assert_never(ScalarForm(int))  # type: ignore[arg-type]
