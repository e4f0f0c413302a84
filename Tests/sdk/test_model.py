"""`cog.BaseModel` as it was when it was pydantic's: optional fields, order, mutable defaults, and methods."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import json
import pickle
from dataclasses import KW_ONLY, InitVar, dataclass, field
from datetime import date
from pathlib import Path as PurePath
from typing import Annotated, Any, ClassVar, Literal, Optional, Union

import pytest

from cog import BaseModel, Input, Path, Secret
from cog._document.openapi import describe
from cog._values.inputs import InputPlan
from cog._values.outputs import encode


class Later(BaseModel):
    first: Optional[str]
    second: int
    later: Optional[Undefined]  # noqa: F821 - a name that only type checkers know
    node: Optional[Later] = None


class Parts(BaseModel):
    tags: list[str] = []
    table: dict[str, list[int]] = {"a": [1]}
    count: int = 3
    name: str
    other: Union[int, None]


def test_optional_fields_may_be_left_out() -> None:
    made = Later(second=1)
    assert (made.first, made.second, made.later, made.node) == (None, 1, None, None)
    assert Later("a", 2) == Later(first="a", second=2, later=None)
    with pytest.raises(TypeError, match=r"missing 1 required positional argument: 'second'"):
        Later()
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        Later(second=1, unknown=2)
    assert list(inspect.signature(Later).parameters) == ["first", "second", "later", "node"]


def spelled(annotation: Any) -> Any:
    """Make a class with an optional field, whose annotation isn't a string."""
    return type("Made", (BaseModel,), {"__annotations__": {"x": annotation, "y": int}, "__module__": __name__})


@pytest.mark.parametrize(
    "annotation",
    [
        Optional[int],
        Union[int, str, None],
        int | None,
        None | int,
        Annotated[Optional[int], Input(ge=1)],
        Literal["a", None],
        "int | None",
        "Optional[int]",
        Optional["Missing"],  # noqa: F821
    ],
)
def test_every_spelling_of_optional(annotation: Any) -> None:
    cls = spelled(annotation)
    assert (cls(y=1).x, cls(5, 1).x, cls(5, y=1).x) == (None, 5, 5)
    with pytest.raises(TypeError, match="'y'"):
        cls(5)


@pytest.mark.parametrize("annotation", [int, "int", Any, "list[None]", list[None]])
def test_what_is_not_optional_is_required(annotation: Any) -> None:
    with pytest.raises(TypeError, match="'x'"):
        spelled(annotation)(y=1)


def test_required_fields_after_optional_ones() -> None:
    made = Parts(name="n")
    assert (made.tags, made.count, made.name, made.other) == ([], 3, "n", None)
    assert Parts(["x"], {}, 1, name="n") == Parts(tags=["x"], table={}, count=1, name="n")
    assert [each.name for each in dataclasses.fields(made)] == ["tags", "table", "count", "name", "other"]
    with pytest.raises(TypeError, match="'name'"):
        Parts()


def test_order_through_parents() -> None:
    class Base(BaseModel):
        a: int = 1

    class Child(Base):
        b: str
        c: list[int] = field(default=[])
        d: int = field(repr=False)

    class Optionals(BaseModel):
        a: int
        b: int

    class First(Optionals):
        a: int = 5

    assert Child(b="x", d=2) == Child(1, b="x", c=[], d=2)
    assert Child(b="x", d=2).c is not Child(b="x", d=2).c
    assert (First(b=1).a, First(3, b=1).a) == (5, 3)
    assert Optionals(1, 2) == Optionals(a=1, b=2)


def test_defaults_are_copied() -> None:
    one, two = Parts(name="1"), Parts(name="2")
    one.tags.append("x")
    one.table["a"].append(2)
    assert (two.tags, two.table) == ([], {"a": [1]})

    class Holder(BaseModel):
        parts: Parts = Parts(name="inner")
        names: set[str] = {"a"}

    Holder().parts.tags.append("x")
    Holder().names.add("b")
    assert (Holder().parts.tags, Holder().names) == ([], {"a"})


def test_other_ways_of_dataclasses_still_work() -> None:
    class Made(BaseModel, frozen=True):
        shared: ClassVar[list[int]] = [1]
        start: InitVar[Optional[int]]
        x: Optional[int] = None
        _: KW_ONLY
        y: Optional[str]
        z: int

        def __post_init__(self, start: Any) -> None:
            object.__setattr__(self, "x", start)

    made = Made(3, z=1)
    assert (made.x, made.y, made.z, made.shared) == (3, None, 1, [1])
    assert made.dict() == {"x": 3, "y": None, "z": 1}
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.z = 2
    assert made.copy(update={"z": 5}).z == 5

    class Own(BaseModel):
        x: Optional[int]

        def __init__(self) -> None:
            self.x = 7

    assert Own().x == 7
    assert pickle.loads(pickle.dumps(Parts(name="n"))) == Parts(name="n")
    assert dataclasses.replace(Parts(name="n"), count=1).count == 1


def test_fields_that_are_called_like_the_methods() -> None:
    class Made(BaseModel):
        json: str
        dict: Optional[int]
        copy: int = 3

    made = Made(json="x")
    assert (made.json, made.dict, made.copy) == ("x", None, 3)
    assert encode(made) == '{"json":"x","dict":null,"copy":3}'
    with pytest.raises(TypeError, match="'json'"):
        Made()


def test_dict() -> None:
    @dataclass
    class Plain:
        x: int

    class Outer(BaseModel):
        inner: Parts
        several: list[Parts] = []
        by_name: dict[str, tuple[Parts, ...]] = {}
        path: Optional[Path] = None
        plain: Optional[Plain] = None

    part = Parts(name="n")
    plain = {"tags": [], "table": {"a": [1]}, "count": 3, "name": "n", "other": None}
    made = Outer(part, [part], {"a": (part,)}, Path("x"), Plain(1))
    assert (
        made.dict()
        == made.model_dump()
        == {
            "inner": plain,
            "several": [plain],
            "by_name": {"a": (plain,)},
            "path": Path("x"),
            "plain": Plain(1),
        }
    )
    assert made.dict(include={"path"}) == {"path": Path("x")}
    assert list(made.dict(exclude={"path", "inner"})) == ["several", "by_name", "plain"]
    assert part.dict(exclude_none=True) == {name: value for name, value in plain.items() if name != "other"}
    assert part.dict(exclude_defaults=True) == {"name": "n", "other": None}
    assert part.dict(exclude_unset=True, exclude_none=True) == {"name": "n"}
    assert made.dict()["inner"] is not part.__dict__


def test_json() -> None:
    class Made(BaseModel):
        day: date
        path: Path
        key: Secret
        names: dict[int, set[str]] = {1: {"a"}}

    made = Made(date(2024, 1, 2), Path("a/b"), Secret("clear"))
    plain = {"day": "2024-01-02", "path": "a/b", "key": "**********", "names": {"1": ["a"]}}
    assert json.loads(made.json()) == json.loads(made.model_dump_json()) == made.model_dump(mode="json") == plain
    assert made.json(include={"path"}, indent=1) == '{\n "path": "a/b"\n}'
    assert made.model_dump_json(include={"path"}) == '{"path":"a/b"}'
    with pytest.raises(TypeError, match="Object of type complex is not JSON serializable"):
        made.copy(update={"day": 1j}).json()


def test_copy() -> None:
    made = Parts(["x"], name="n")
    assert made.copy() == made
    assert made.copy() is not made
    assert made.copy().tags is made.tags
    assert made.copy(deep=True).tags is not made.tags
    assert made.model_copy(update={"count": 9}).count == 9
    assert made.count == 3
    assert copy.deepcopy(made) == made


def test_a_dump_of_its_own_is_the_output() -> None:
    class Made(BaseModel):
        x: int

        def dict(self, **options: Any) -> Any:
            return {**super().dict(**options), "more": PurePath("x").name}

    class Outer(BaseModel):
        made: Made

    assert encode([Made(1)]) == '[{"x":1,"more":"x"}]'
    assert Outer(Made(1)).dict() == {"made": {"x": 1, "more": "x"}}


def test_a_class_that_is_no_dataclass() -> None:
    class Manual(BaseModel, auto_dataclass=False):
        def __init__(self, x: int) -> None:
            self.x = x

    assert Manual(1).dict() == {"x": 1}
    assert encode(Manual(1)) == '{"x":1}'


def test_fields_of_pydantic() -> None:
    pydantic = pytest.importorskip("pydantic")

    class Made(BaseModel):
        a: int = pydantic.Field(default=1, description="told")
        b: list[int] = pydantic.Field(default_factory=list)
        c: str = pydantic.Field(..., max_length=3)
        d: list[int] = pydantic.Field([1])

    assert Made(c="x").dict() == {"a": 1, "b": [], "c": "x", "d": [1]}
    assert Made(c="x").d is not Made(c="x").d


def test_as_an_input_and_as_an_output() -> None:
    def run(parts: Parts) -> Parts:
        return parts

    schemas = describe(run)["components"]["schemas"]
    assert schemas["Input"]["properties"]["parts"]["required"] == ["name"]
    assert schemas["Input"]["properties"]["parts"]["properties"]["tags"]["default"] == []
    assert schemas["Output"]["required"] == ["name"]
    made = InputPlan(run).convert({"parts": {"name": "n"}}, {})["parts"]
    assert made == Parts(name="n")
    assert encode(made) == '{"tags":[],"table":{"a":[1]},"count":3,"name":"n","other":null}'
