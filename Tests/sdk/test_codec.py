"""The worker's own JSON codec gives what `json` gives, or leaves the value to it."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cases import PYTHONS, short
from support.worker import Worker

# Each property is checked with this many generated values, on each version of Python.
EXAMPLES = int(os.environ.get("COG_TEST_EXAMPLES", "25"))
SOURCE = (Path(__file__).parent / "codec_model.py").read_text()
NO_VALUE = "is not a JSON value. Return None or a number instead"


@pytest.fixture(scope="module", params=PYTHONS, ids=short)
def run(request: Any) -> Iterator[Callable[[str], Any]]:
    """Evaluates an expression in the model's file, in a worker of each version of Python."""
    worker = Worker(request.param, SOURCE)

    def evaluate(code: str) -> Any:
        token = worker.send({"code": code})
        (outcome,), _ = worker.outcomes([token])
        assert outcome.status == "succeeded", f"{outcome.error}\n{outcome.logs}"
        return ast.literal_eval(outcome.output)

    yield evaluate
    assert worker.stop() == 0
    worker.discard()


@pytest.mark.parametrize(
    "property_",
    [
        "plain_values_are_written",
        "other_values_are_written_alike_or_left",
        "floats_are_written_and_read",
        "texts_are_read_alike_or_left",
        "lists_of_numbers_are_read_alike_or_left",
        "bytes_are_read_alike_or_left",
        "arrays_are_written",
    ],
)
def test_property(run: Callable[[str], Any], property_: str) -> None:
    assert run(f"holds({property_}, {EXAMPLES}, {'CI' in os.environ})") is None


# MARK: - Writing

FAST, SLOW = True, False


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("[2**63 - 1, -2**63]", (FAST, "[9223372036854775807,-9223372036854775808]")),
        ("[2**64, 1]", (SLOW, "[18446744073709551616,1]")),
        ("[1e-4, 1e-5, 1e-7, -5e-324]", (FAST, "[0.0001,1e-05,1e-07,-5e-324]")),
        (
            "[1e15, 1e16, 1e22, 1.7976931348623157e308]",
            (FAST, "[1000000000000000.0,1e+16,1e+22,1.7976931348623157e+308]"),
        ),
        (
            "[0.1, 1/3, 100.0, 9007199254740993.0, 2**-44]",
            (FAST, "[0.1,0.3333333333333333,100.0,9007199254740992.0,5.684341886080802e-14]"),
        ),
        ("[-0.0, 0.0]", (FAST, "[-0.0,0.0]")),
        ("[float('nan')]", (SLOW, f"OutputError: Failed to parse output item JSON: nan (at 0) {NO_VALUE}")),
        ("{'a': -float('inf')}", (SLOW, f"OutputError: Failed to parse output JSON: -inf (at a) {NO_VALUE}")),
        ("nested(127)", (FAST, "[" * 127 + "0" + "]" * 127)),
        ("nested(128)", (SLOW, "[" * 128 + "0" + "]" * 128)),
        (
            "circular()",
            (SLOW, "OutputError: Failed to serialize output item: ValueError: Circular reference detected (at 1)"),
        ),
        ("[Text('t'), Number(0.5), Pair(1, 2), OrderedDict(b=1)]", (SLOW, '["t",0.5,[1,2],{"b":1}]')),
        ("Refusing(a=1)", (SLOW, "OutputError: Failed to serialize output: ValueError: no")),
        ("[Level.LOW, Letter.A]", (SLOW, '[1,"a"]')),
        ("[__import__('uuid').UUID(int=1)]", (SLOW, '["00000000-0000-0000-0000-000000000001"]')),
        ("[__import__('datetime').date(2026, 1, 2)]", (SLOW, '["2026-01-02"]')),
        ("{1: 1, 1.5: 2, None: 3, True: 4}", (SLOW, '{"1":4,"1.5":2,"null":3}')),
        ("{(1, 2): 3}", (SLOW, '{"1,2":3}')),
        ("{Text('t'): 1}", (SLOW, '{"t":1}')),
        ("{'b': 1, 'a': (None, True, False)}", (FAST, '{"b":1,"a":[null,true,false]}')),
        (
            r"['\x00\x1f\x7f\"\\/\b\t\n\f\r\u2028é😀']",
            (FAST, r'["\u0000\u001f' "\x7f" r"\"\\/\b\t\n\f\r" "\u2028é😀" '"]'),
        ),
        ("['\"' + 'a' * 70 + '\"' + 'a' * 15 + '\\n']", (FAST, '["\\"' + "a" * 70 + '\\"' + "a" * 15 + '\\n"]')),
        (
            r"['\ud800']",
            (
                SLOW,
                "OutputError: Failed to parse output item JSON: the text holds the lone surrogate \\ud800, "
                "which is not a character (at 0)",
            ),
        ),
        ("[]", (FAST, "[]")),
        ("{'': {}}", (FAST, '{"":{}}')),
    ],
)
def test_written(run: Callable[[str], Any], value: str, expected: tuple[bool, str]) -> None:
    assert run(f"written({value})") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("numpy.array([[0.1, 1e-5], [1e16, -0.0]])", (FAST, "[[0.1,1e-05],[1e+16,-0.0]]")),
        ("numpy.array([0.1], 'f4')", (FAST, "[0.10000000149011612]")),
        ("numpy.array([0.1], 'f2')", (FAST, "[0.0999755859375]")),
        ("numpy.array([0.1], '>f8')[::-1]", (FAST, "[0.1]")),
        ("numpy.array([2**64 - 1], 'u8')", (FAST, "[18446744073709551615]")),
        ("numpy.array([[], []])", (FAST, "[[],[]]")),
        ("numpy.ma.masked_array([1.5, 2.5], [False, True])", (SLOW, "[1.5,null]")),
        ("[numpy.array([1, -2], 'i1'), numpy.array([True])]", (FAST, "[[1,-2],[true]]")),
        (
            "{'a': numpy.float32(0.1), 'b': numpy.float64(0.1), 'c': numpy.int64(5), 'd': numpy.bool_(True)}",
            (FAST, '{"a":0.10000000149011612,"b":0.1,"c":5,"d":true}'),
        ),
        ("[numpy.array(0.5), numpy.array(['é']), numpy.array([None, 'x'], object)]", (FAST, '[0.5,["é"],[null,"x"]]')),
        ("numpy.array(['2026-01-02'], 'M8[D]')", (FAST, '["2026-01-02"]')),
        ("numpy.str_('x')", (SLOW, '"x"')),
        ("numpy.longdouble(0.5)", (SLOW, "0.5")),
        ("numpy.array([0.5], numpy.longdouble)", (FAST, "[0.5]")),
    ],
)
def test_numpy_is_written(run: Callable[[str], Any], value: str, expected: tuple[bool, str]) -> None:
    code = f"(numpy := __import__('numpy'), results.encoded([numpy.int8(1)]), written({value}))[2]"
    assert run(code) == expected


def test_every_half(run: Callable[[str], Any]) -> None:
    assert run("every_half()") is True


# MARK: - Reading


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '{"a": 9223372036854775808, "b": 999999999999999999}',
            (FAST, "{'a': 9223372036854775808, 'b': 999999999999999999}"),
        ),
        ("[" + "9" * 400 + "]", (FAST, "[" + "9" * 400 + "]")),
        ("[" + "9" * 5000 + "]", (SLOW, "ValueError")),
        ("[-0, -0.0, 0e5, 1E2, 1e-400, -1.5e+3]", (FAST, "[0, -0.0, 0.0, 100.0, 0.0, -1500.0]")),
        ("[1e999, -1e999]", (FAST, "[inf, -inf]")),
        ("[NaN, Infinity]", (SLOW, "[nan, inf]")),
        (
            "[0.1000000000000000055511151231257827, 9007199254740993, 9007199254740993.0]",
            (FAST, "[0.1, 9007199254740993, 9007199254740992.0]"),
        ),
        (r'"\ud83d\ude00\u00e9\/\b\f\n\r\t\"\\ é"', (FAST, r"""'😀é/\x08\x0c\n\r\t"\\ é'""")),
        (r'"\ud800"', (SLOW, r"'\ud800'")),
        (r'"\ud800\u0041"', (SLOW, r"'\ud800A'")),
        (
            "[0.12345678, 00.5, 0.5" + " " * 40 + "]",
            (SLOW, "JSONDecodeError"),
        ),
        (
            "[-12345678.12345678901, 0.1234567890123456789, 0.12345678901234567890, 1.5e3, 7.0]" + " " * 40,
            (FAST, "[-12345678.12345679, 0.12345678901234568, 0.12345678901234568, 1500.0, 7.0]"),
        ),
        ("[1.5, .5]" + " " * 40, (SLOW, "JSONDecodeError")),
        ("[1.5, 2.]" + " " * 40, (SLOW, "JSONDecodeError")),
        ('{"a": 1, "b": 2, "a": 3}', (FAST, "{'a': 3, 'b': 2}")),
        ('{"a\\u0000": {"": 1}}', (FAST, r"{'a\x00': {'': 1}}")),
        (" \t\r\n[ 1 , 2 ]\n", (FAST, "[1, 2]")),
        ("[" * 127 + "]" * 127, (FAST, "[" * 127 + "]" * 127)),
        ("[" * 128 + "]" * 128, (SLOW, "[" * 128 + "]" * 128)),
        ("null", (SLOW, "None")),
        ("[null, true, false, {}]", (FAST, "[None, True, False, {}]")),
        *[
            (text, (SLOW, "JSONDecodeError"))
            for text in (
                "",
                "[1 2]",
                "[1,]",
                "{1:2}",
                '{"a"}',
                '{"a":1,}',
                "01",
                "-",
                "1.",
                ".5",
                "1e",
                "+1",
                "truex",
                '"',
                '"\\x"',
                '"\\u12"',
                '"\t"',
                "[",
                "{",
                "[1]]",
                "\ufeff1",
                "nul",
                '"\\',
            )
        ],
    ],
)
def test_read(run: Callable[[str], Any], text: str, expected: tuple[bool, str]) -> None:
    assert run(f"read({text.encode()!r})") == expected


def test_nothing_leaks(run: Callable[[str], Any]) -> None:
    values = r"[[0.1, 'é', {'a': [1, None]}], [2**64], {'a': [1, {2: 3}]}, nested(200), ['\ud800'], [float('nan')]]"
    values += " + [numpy.ones((2, 3)), numpy.array([b'a', b'b']), numpy.float32(1)]".replace(
        "numpy", "__import__('numpy')"
    )
    texts = r"""[b'{"a": [1.5, {"a": "x\\n"}]}', b'[1, [2, {"b": 1}', b'{"a": [1, "\\ud800"]}', b'{"a": 1 "b"}', b'[\xff]']"""
    assert run(f"leaks({values}, {texts})") < 50


def test_what_is_written_may_change(run: Callable[[str], Any]) -> None:
    assert run("shrunk()") == b'[{"0":1}]'


def test_interruptions_get_through(run: Callable[[str], Any]) -> None:
    assert run("interrupted(KeyError())") is None
    assert run("interrupted(KeyboardInterrupt())") == "KeyboardInterrupt"


def test_types_in(run: Callable[[str], Any]) -> None:
    assert run("_coglet.types_in((1, 1.5, True, 'a', None)) == {int, float, bool, str, type(None)}") is True
    assert run("_coglet.types_in([1, True, 'a', 2]) == {int, bool, str}") is True
    assert run("[_coglet.types_in(each) for each in ([], (), {})] == [set()] * 3") is True
    assert run("_coglet.types_in({'a': Text(), 1: None}) == {Text, type(None)}") is True
