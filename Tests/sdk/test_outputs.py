"""What a model gives, as JSON text."""

from __future__ import annotations

import dataclasses
import enum
import io
import ipaddress
import itertools
import json
import tempfile
import uuid
from array import array
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, UserString, defaultdict, deque, namedtuple
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path as PurePath
from types import MappingProxyType
from typing import Any

import pytest

from cog import BaseModel, Path, Secret
from cog._values.output_error import OutputError
from cog._values.output_files import OpenedFile, open_file
from cog._values.outputs import encode


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


class Table:
    """A mapping that is registered as none."""

    def keys(self) -> list[str]:
        return ["a"]

    def __getitem__(self, key: str) -> int:
        return 1


class Numbers:
    def __iter__(self) -> Iterator[int]:
        return iter((1, 2))


class Tensor:
    """What tensors have: torch is too large to be installed for this."""

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("iteration over a 0-d tensor")

    def tolist(self) -> list[list[float]]:
        return [[1.5]]


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
        (date(2024, 1, 2), '"2024-01-02"'),
        (time(3, 4, 5, 6), '"03:04:05.000006"'),
        (datetime(2024, 1, 2, tzinfo=timezone.utc), '"2024-01-02T00:00:00+00:00"'),
        (timedelta(days=1, hours=2, seconds=3.5), '"P1DT2H3.5S"'),
        (timedelta(0), '"PT0S"'),
        (timedelta(minutes=-1), '"-PT1M"'),
        (Decimal("1.10"), '"1.10"'),
        (Fraction(1, 3), '"1/3"'),
        (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (ipaddress.ip_address("127.0.0.1"), '"127.0.0.1"'),
        (UserString("ab"), '"ab"'),
        (b"hi", '"aGk="'),
        (bytearray(b"hi"), '"aGk="'),
        (memoryview(b"hi")[::2], '"aA=="'),
        (array("d", [1, 2.5]), "[1.0,2.5]"),
        (deque([1, date(2024, 1, 2)]), '[1,"2024-01-02"]'),
        (UserList([1]), "[1]"),
        (range(3), "[0,1,2]"),
        (map(str, [1]), '["1"]'),
        (iter([1]), "[1]"),
        (zip([1], "a", strict=True), '[[1,"a"]]'),
        (itertools.chain([1], [2]), "[1,2]"),
        ({"a": 1}.keys(), '["a"]'),
        ({"a": 1}.values(), "[1]"),
        ({"a": 1}.items(), '[["a",1]]'),
        (MappingProxyType({"a": {1}}), '{"a":[1]}'),
        (ChainMap({"a": 1}, {"b": 2}), '{"b":2,"a":1}'),
        (UserDict(a=1), '{"a":1}'),
        (defaultdict(list, a=[1]), '{"a":[1]}'),
        (Counter("aab"), '{"a":2,"b":1}'),
        (Table(), '{"a":1}'),
        (Numbers(), "[1,2]"),
        (Tensor(), "[[1.5]]"),
        ({Color.RED: 1, Level.LOW: 2, Text.A: 3}, '{"red":1,"1":2,"a":3}'),
        ({(1, "a"): 1, (): 2, (Color.RED, (2.5, None)): 3}, '{"1,a":1,"":2,"red,2.5,null":3}'),
        (
            {date(2024, 1, 2): {Decimal("1.5"): {b"hi": {uuid.UUID(int=1): True}}}},
            '{"2024-01-02":{"1.5":{"aGk=":{"00000000-0000-0000-0000-000000000001":true}}}}',
        ),
        ({PurePath("/a"): {True: {None: {Secret("clear"): 1}}}}, '{"/a":{"true":{"null":{"**********":1}}}}'),
        # Values that can be read only once, next to keys that need a second pass.
        (
            {(1,): (item for item in "ab"), "file": io.BytesIO(b"hi")},
            '{"1":["a","b"],"file":"data:application/octet-stream;base64,aGk="}',
        ),
    ],
)
def test_text(value: Any, text: str) -> None:
    assert encode(value) == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1j, "Failed to serialize output: TypeError: Object of type complex is not JSON serializable"),
        (
            [object()],
            "Failed to serialize output item: TypeError: Object of type object is not JSON serializable (at 0)",
        ),
        (
            {"a/b": [{"c": deque([1, {"d": 1j}])}]},
            "Failed to serialize output: TypeError: Object of type complex is not JSON serializable (at a~1b/0/c/1/d)",
        ),
        (
            {"a": Point(1, {2: int})},
            "Failed to serialize output: TypeError: Object of type type is not JSON serializable (at a/more/2)",
        ),
        (
            {"a": (item for item in (1, int))},
            "Failed to serialize output: TypeError: Object of type type is not JSON serializable (at a/1)",
        ),
        (
            {"a": {frozenset([1]): 3}},
            "Failed to serialize output: TypeError: keys must be str, int, float, bool or None, not frozenset (at a)",
        ),
        (
            {"a": {int: 3}},
            "Failed to serialize output: TypeError: keys must be str, int, float, bool or None, not type (at a)",
        ),
        (
            {"a": {float("inf"): 3}},
            "Failed to parse output JSON: inf (at a) is not a JSON value. Return None or a number instead",
        ),
        (
            {"a": [0.5, float("nan")]},
            "Failed to parse output JSON: nan (at a/1) is not a JSON value. Return None or a number instead",
        ),
        (
            {"a": ["\udc80"]},
            "Failed to parse output JSON: the text holds the lone surrogate \\udc80, which is not a character (at a/0)",
        ),
        (
            {"a": [10**5000]},
            "Failed to serialize output: ValueError: the integer has more digits than sys.get_int_max_str_digits() allows (at a/0)",
        ),
        (float("nan"), "Failed to parse output JSON: nan is not a JSON value. Return None or a number instead"),
        ({"a": float("-inf")}, "Failed to parse output JSON: "),
        ("\ud800", "Failed to parse output JSON: the text holds the lone surrogate \\ud800"),
        ({"a": PurePath("/nothing/here")}, "Failed to process output: FileNotFoundError: [Errno 2] No such file"),
        ([[PurePath("/nothing/here")]], "Failed to process output item: FileNotFoundError: [Errno 2] No such file"),
        ({"a": io.StringIO("x")}, "Failed to read IOBase: TypeError: StringIO returns text, not bytes"),
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
    assert encode(numpy.longdouble(0.5)) == "0.5"
    assert encode(numpy.array([[0.5]], dtype=numpy.longdouble)) == "[[0.5]]"
    assert encode(numpy.array(3)) == "3"
    assert encode(numpy.array(["a", b"b", None], dtype=object)) == '["a","Yg==",null]'
    assert encode(numpy.array([(1, 0.5)], dtype=[("a", "i4"), ("b", "f8")])) == "[[1,0.5]]"
    assert encode(numpy.ma.array([1, 2], mask=[False, True])) == "[1,null]"
    assert encode({numpy.int64(1): 1, numpy.float32(0.5): 2, numpy.str_("a"): 3, numpy.bool_(False): 4}) == (
        '{"1":1,"0.5":2,"a":3,"false":4}'
    )
    assert encode({(numpy.int64(1), numpy.float64(2)): 3}) == '{"1,2.0":3}'
    with pytest.raises(OutputError, match=r"Object of type complex is not JSON serializable \(at a/1\)"):
        encode({"a": numpy.array([1, 1j], dtype=object)})
    with pytest.raises(OutputError, match=r"nan \(at a/1\) is not a JSON value"):
        encode({"a": numpy.array([1, float("nan")])})


def test_times_of_numpy() -> None:
    numpy = pytest.importorskip("numpy")
    assert encode(numpy.datetime64("2024-01-01")) == '"2024-01-01"'
    assert encode(numpy.datetime64("2024-01-01T02:03:04.123456789")) == '"2024-01-01T02:03:04.123456789"'
    assert encode(numpy.array(["2024-01", "2024-02"], dtype="datetime64[M]")) == '["2024-01","2024-02"]'
    assert encode({numpy.datetime64("2024-01-01"): numpy.timedelta64(90, "s")}) == '{"2024-01-01":"PT1M30S"}'
    assert encode(numpy.array([[1, -14]], dtype="timedelta64[M]")) == '[["P1M","-P14M"]]'
    for value in (numpy.datetime64("NaT"), numpy.timedelta64("NaT", "s"), numpy.array(["NaT"], dtype="datetime64[s]")):
        with pytest.raises(OutputError, match=r"Failed to parse output JSON: NaT \(at a\) is not a JSON value"):
            encode({"a": value})


def test_durations_are_those_of_pydantic() -> None:
    pydantic = pytest.importorskip("pydantic")
    adapter = pydantic.TypeAdapter(timedelta)
    for days in (0, 1, -1, 400):
        for seconds in (0, 1, 59, 60, 3599, 3600, 86399, 0.5, 0.000001, -0.25):
            value = timedelta(days=days, seconds=seconds)
            text = encode(value)
            assert adapter.validate_json(text) == value, text


def test_files_of_tempfile_within() -> None:
    with tempfile.NamedTemporaryFile(suffix=".txt") as file, tempfile.SpooledTemporaryFile() as spooled:
        file.write(b"hi")
        spooled.write(b"hi")
        assert encode([file, spooled]) == '["data:text/plain;base64,aGk=","data:application/octet-stream;base64,aGk="]'


def test_what_is_remembered_ends_with_the_output() -> None:
    values = iter([1, 2, 3])
    assert encode([values, values]) == "[[1,2,3],[1,2,3]]"
    assert encode([values]) == "[[]]"


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
            "Failed to read IOBase: TypeError: StringIO returns text, not bytes: open the file with mode 'rb'",
        ),
    ],
)
def test_no_file(value: Any, message: str) -> None:
    with pytest.raises(OutputError) as caught:
        open_file(value)
    assert str(caught.value) == message
