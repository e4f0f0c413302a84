"""Generated signatures and inputs: what is accepted arrives with the annotated type and value."""

from __future__ import annotations

import json
import time
from enum import Enum
from typing import Any, Literal, Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cog import Secret
from cog._document.openapi import describe
from cog._values.inputs import InputError, InputPlan


class Color(Enum):
    RED = "red"
    ONE = 1


SCALARS: list[tuple[Any, st.SearchStrategy[Any], Any]] = [
    (str, st.text(), lambda value: value),
    (bool, st.booleans(), lambda value: value),
    (int, st.integers() | st.integers(-(2**53), 2**53).map(float), int),
    (float, st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53), float),
    (Secret, st.text(), Secret),
    (Color, st.sampled_from(["red", 1]), Color),
    (Literal["a", 2, True], st.sampled_from(["a", 2, True]), lambda value: value),
]


def grow(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Wrap annotations, with their values and what becomes of them."""

    def listed(parts: Any) -> Any:
        annotation, values, convert = parts
        return list[annotation], st.lists(values, max_size=3), lambda value: [convert(item) for item in value]

    def keyed(parts: Any) -> Any:
        annotation, values, convert = parts
        return (
            dict[str, annotation],
            st.dictionaries(st.text(), values, max_size=3),
            lambda value: {key: convert(item) for key, item in value.items()},
        )

    def optional(parts: Any) -> Any:
        annotation, values, convert = parts
        return Optional[annotation], st.none() | values, lambda value: None if value is None else convert(value)

    return inner.map(listed) | inner.map(keyed) | inner.map(optional)


KINDS = st.recursive(st.sampled_from(SCALARS), grow, max_leaves=4)


def function(annotations: dict[str, Any]) -> Any:
    """Return a function with these parameters."""
    names: dict[str, Any] = {}
    exec(f"def run({', '.join(annotations)}): pass", names)
    names["run"].__annotations__ = {**annotations, "return": str}
    return names["run"]


@settings(max_examples=300, deadline=None)
@given(st.data(), st.lists(KINDS, min_size=1, max_size=4))
def test_values_arrive_as_annotated(data: st.DataObject, kinds: list[Any]) -> None:
    names = [f"p{index}" for index in range(len(kinds))]
    run = function({name: kind[0] for name, kind in zip(names, kinds, strict=True)})
    properties = describe(run)["components"]["schemas"]["Input"]["properties"]
    assert list(properties) == names
    given_values = {name: data.draw(kind[1]) for name, kind in zip(names, kinds, strict=True)}
    expected = {name: kind[2](given_values[name]) for name, kind in zip(names, kinds, strict=True)}
    got = InputPlan(run).convert(given_values, {})
    assert got == expected
    assert same_types(got, expected)


def same_types(left: Any, right: Any) -> bool:
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return all(same_types(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return all(same_types(*pair) for pair in zip(left, right, strict=True))
    return True


@settings(max_examples=200, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=5))
def test_what_does_not_fit_is_refused_by_name(value: Any) -> None:
    def run(p: dict[str, int], q: list[int] | bool) -> str:
        return ""

    plan = InputPlan(run)
    if type(value) is int:
        assert plan.convert({"p": {"k": value}}, {}) == {"p": {"k": value}}
    else:
        with pytest.raises(InputError) as caught:
            plan.convert({"p": {"k": value}}, {})
        assert caught.value.field == "p/k"
    fits = type(value) is bool or (type(value) is list and all(type(item) is int for item in value))
    if fits or value is None:
        assert plan.convert({"q": value}, {}) == {"q": value}
    else:
        with pytest.raises(InputError, match="^q: "):
            plan.convert({"q": value}, {})


def test_a_thousand_fields() -> None:
    """Conversion of 1 000 fields stays below 5 ms."""
    run = function({f"p{index}": (int, float, str, Secret)[index % 4] for index in range(1000)})
    values = {f"p{index}": (1.0, 1, "x", "s")[index % 4] for index in range(1000)}
    plan = InputPlan(run)
    best = 1.0
    for _ in range(20):
        start = time.process_time()
        plan.convert(values, {})
        best = min(best, time.process_time() - start)
    assert best < 0.005


def test_many_arguments_have_the_names_of_the_function() -> None:
    """The same objects, not equal texts: with those a call takes time with the square of their number."""
    run = function({f"p{index}": str for index in range(100)})
    values = json.loads(json.dumps({name: "x" for name in run.__code__.co_varnames}))
    arguments = InputPlan(run).convert(values, {})
    assert arguments == values
    assert all(name is own for name, own in zip(arguments, run.__code__.co_varnames, strict=True))


def test_nothing_to_convert_costs_nothing() -> None:
    values = {"a": "x"}
    assert InputPlan(function({"a": str, "b": Any})).convert(values, {}) is values
