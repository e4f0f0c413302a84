"""What values of pydantic become: what its own `model_dump(mode="json", by_alias=True)` gives, with files as files."""

from __future__ import annotations

import dataclasses
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path as PurePath
from typing import Any
from uuid import UUID

import pytest

from cog import BaseModel, Path, Secret
from cog._values.output_error import OutputError
from cog._values.outputs import encode, unfolded

pydantic = pytest.importorskip("pydantic", minversion="2")

HI = "data:text/plain;base64,aGk="


class Holder(pydantic.BaseModel):  # type: ignore[misc, name-defined, unused-ignore]
    value: Any
    day: date = date(2024, 1, 2)


class Strict(pydantic.BaseModel):  # type: ignore[misc, name-defined, unused-ignore]
    """A model that dumps itself in its own way."""

    day: date = date(2024, 1, 2)
    other: int | None = None

    def model_dump(self, **options: Any) -> Any:
        return {"own": super().model_dump(**{**options, "exclude_none": True})}


class Narrow(pydantic.BaseModel):  # type: ignore[misc, name-defined, unused-ignore]
    day: date = date(2024, 1, 2)

    def model_dump(self) -> Any:
        return {"narrow": self.day}


class Inner(BaseModel):
    key: Secret


@dataclasses.dataclass
class Plain:
    value: Any


def value_of(value: Any) -> Any:
    return json.loads(encode(Holder(value=value)))["value"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (timedelta(seconds=90), "PT1M30S"),
        (b"\xff", "/w=="),
        (Secret("clear"), "**********"),
        ([Inner(Secret("clear"))], [{"key": "**********"}]),
        (Plain(Plain({1: Secret("clear")})), {"value": {"value": {"1": "**********"}}}),
        (io.BytesIO(b"hi"), "data:application/octet-stream;base64,aGk="),
        (Holder(value=Holder(value=1)), {"value": {"value": 1, "day": "2024-01-02"}, "day": "2024-01-02"}),
    ],
)
def test_a_field_of_any_type(value: Any, expected: Any) -> None:
    assert value_of(value) == expected


def test_numpy_within() -> None:
    numpy = pytest.importorskip("numpy")
    assert value_of([numpy.arange(2), numpy.float32(0.5)]) == [[0, 1], 0.5]


def test_what_nobody_knows_is_told_with_its_place() -> None:
    with pytest.raises(OutputError, match=r"Object of type object is not JSON serializable \(at a/value/0\)$"):
        encode({"a": Holder(value=[object()])})


def test_files_stay_files(tmp_path: PurePath) -> None:
    file = tmp_path / "a.txt"
    file.write_text("hi")
    for value in (file, Path(file)):
        assert value_of({"a": [value]}) == {"a": [HI]}
        assert (
            encode(Holder(value=(value, Plain(value)))) == f'{{"value":["{HI}",{{"value":"{HI}"}}],"day":"2024-01-02"}}'
        )
    root: Any = pydantic.create_model("Root", __base__=pydantic.RootModel[list[Path]])
    assert unfolded(root([Path(file)])) == [Path(file)]


def test_models_with_a_dump_of_their_own() -> None:
    assert encode([Strict()]) == '[{"own":{"day":"2024-01-02"}}]'
    assert encode([Narrow()]) == '[{"narrow":"2024-01-02"}]'


def test_values_of_pydantic_outside_of_models() -> None:
    url = pydantic.TypeAdapter(pydantic.HttpUrl).validate_python("http://example.com/")
    assert encode({"url": url, "secret": pydantic.SecretStr("clear")}) == (
        '{"url":"http://example.com/","secret":"**********"}'
    )


def test_dataclasses_of_pydantic() -> None:
    made: Any = pydantic.dataclasses.dataclass(
        dataclasses.make_dataclass("Made", [("day", date), ("other", int, pydantic.Field(default=1, alias="theOther"))])
    )
    assert encode(made("2024-01-02")) == '{"day":"2024-01-02","theOther":1}'


def test_version_1(tmp_path: PurePath) -> None:
    v1 = pytest.importorskip("pydantic.v1")
    config = type("Config", (), {"json_encoders": {timedelta: lambda gap: gap.days}})
    made: Any = v1.create_model(
        "Made",
        __config__=config,
        day=(date, ...),
        price=(Decimal, Decimal("1.5")),
        id=(UUID, v1.Field(UUID(int=1), alias="ID")),
        gap=(timedelta, timedelta(2)),
        value=(Any, None),
    )
    (tmp_path / "a.txt").write_text("hi")
    for value, expected in [
        (Path(tmp_path / "a.txt"), HI),
        (Secret("clear"), "**********"),
        (Plain([Secret("clear")]), {"value": ["**********"]}),
        (b"\xff", "/w=="),
    ]:
        assert json.loads(encode(made(day="2024-01-02", value=value))) == {
            "day": "2024-01-02",
            "price": 1.5,
            "ID": "00000000-0000-0000-0000-000000000001",
            "gap": 2,
            "value": expected,
        }
