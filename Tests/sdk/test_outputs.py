"""What a model gives, as JSON text."""

from __future__ import annotations

import dataclasses
import enum
import io
import json
import tempfile
from collections import OrderedDict, namedtuple
from datetime import date, datetime
from pathlib import Path as PurePath
from typing import Any

import pytest

from cog import BaseModel, Path, Secret
from cog._outputs import OpenedFile, OutputError, encode, open_file


class Color(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Text(str, enum.Enum):
    A = "a"


@dataclasses.dataclass
class Point:
    x: int
    more: Any = None


class Model(BaseModel):
    key: Secret


Pair = namedtuple("Pair", "a b")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (5, "5"),
        (2**70, str(2**70)),
        (-(2**65), str(-(2**65))),
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        ("é日\n", '"é日\\n"'),
        ({"b": 1, "a": 2}, '{"b":1,"a":2}'),
        ({1: "a", None: "b", 1.5: "c", True: "d"}, '{"1":"d","null":"b","1.5":"c"}'),
        (OrderedDict(z=1, a=2), '{"z":1,"a":2}'),
        ([1, (2, 3), {4}], "[1,[2,3],[4]]"),
        (Pair(1, 2), "[1,2]"),
        ((item for item in (1, 2)), "[1,2]"),
        (Color.RED, '"red"'),
        (Level.LOW, "1"),
        (Text.A, '"a"'),
        (datetime(2024, 1, 2, 3), '"2024-01-02T03:00:00"'),
        (Point(1, Point(2)), '{"x":1,"more":{"x":2,"more":null}}'),
        (Secret("clear"), '"**********"'),
        ({"deep": [Model(Secret("clear"))]}, '{"deep":[{"key":"**********"}]}'),
        (Secret(), "null"),
        ({"image": io.BytesIO(b"hi")}, '{"image":"data:application/octet-stream;base64,aGk="}'),
    ],
)
def test_text(value: Any, text: str) -> None:
    assert encode(value) == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"x", "Failed to serialize output: TypeError: Object of type bytes is not JSON serializable"),
        ([b"x"], "Failed to serialize output item: TypeError: Object of type bytes is not JSON serializable"),
        (date(2024, 1, 2), "Failed to serialize output: TypeError: Object of type date is not JSON serializable"),
        (range(2), "Failed to serialize output: TypeError: Object of type range is not JSON serializable"),
        (map(str, []), "Failed to serialize output: TypeError: Object of type map is not JSON serializable"),
        (
            {(1, 2): 3},
            "Failed to serialize output: TypeError: keys must be str, int, float, bool or None, not tuple",
        ),
        (float("nan"), "Failed to parse output JSON: "),
        ({"a": float("-inf")}, "Failed to parse output JSON: "),
        ("\ud800", "Failed to parse output JSON: the text holds the lone surrogate \\ud800"),
        ({"a": PurePath("/nothing/here")}, "Failed to process output: FileNotFoundError: [Errno 2] No such file"),
        ([[PurePath("/nothing/here")]], "Failed to process output item: FileNotFoundError: [Errno 2] No such file"),
        ({"a": io.StringIO("x")}, "Failed to read IOBase: TypeError: StringIO gives text, not bytes"),
        ([lst := [], lst.append(lst)][0], "Failed to serialize output item: ValueError: Circular reference detected"),
    ],
)
def test_failure(value: Any, message: str) -> None:
    with pytest.raises(OutputError) as caught:
        encode(value)
    assert str(caught.value).startswith(message)


def test_an_error_of_the_model_itself() -> None:
    class Broken:
        def model_dump(self) -> dict[str, Any]:
            raise RuntimeError("no")

    with pytest.raises(OutputError, match="^Failed to serialize output: RuntimeError: no$"):
        encode(Broken())


def test_numpy() -> None:
    numpy = pytest.importorskip("numpy")
    assert encode(numpy.float32(0.1)) == "0.10000000149011612"
    assert encode({"a": numpy.array([[1, 2]]), "b": numpy.int64(3)}) == '{"a":[[1,2]],"b":3}'
    assert encode(numpy.array([True])) == "[true]"
    assert encode(numpy.bool_(True)) == "true"
    with pytest.raises(OutputError, match="Object of type datetime64 is not JSON serializable"):
        encode(numpy.datetime64("2024-01-01"))


def test_pydantic() -> None:
    pydantic = pytest.importorskip("pydantic")
    made = pydantic.create_model("Made", key=(Secret, ...), inner=(list[int], ...))(key=Secret("clear"), inner=[1])
    assert json.loads(encode([made])) == [{"key": "**********", "inner": [1]}]


def test_files_at_the_top() -> None:
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        file.write(b"content")
        file.flush()
        for value in (Path(file.name), PurePath(file.name)):
            opened = open_file(value)
            assert opened is not None
            with opened[0] as content:
                assert isinstance(content, OpenedFile)
                assert (content.read(), opened[1]) == (b"content", PurePath(file.name).name)
        given = open_file(file.file)
        assert given is not None
        assert given[0] is file.file
    unnamed = io.BytesIO(b"x")
    assert open_file(unnamed) == (unnamed, "")
    assert open_file("text") is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            Path("/nothing"),
            "Failed to process output: FileNotFoundError: [Errno 2] No such file or directory: '/nothing'",
        ),
        (Path("/tmp"), "Failed to process output: IsADirectoryError: [Errno 21] Is a directory: '/tmp'"),
        (
            io.StringIO("x"),
            "Failed to read IOBase: TypeError: StringIO gives text, not bytes: open the file with mode 'rb'",
        ),
    ],
)
def test_no_file(value: Any, message: str) -> None:
    with pytest.raises(OutputError) as caught:
        open_file(value)
    assert str(caught.value) == message
