"""What becomes of values that JSON doesn't have, in answers, events, and webhooks alike (5)."""

import pytest

pytestmark = pytest.mark.ours

IMPORTS = (
    "import array, collections, datetime as d, decimal, enum, fractions, itertools, types, uuid\n"
    "class Color(enum.Enum):\n  RED = 'red'\n"
)

# An expression, and what a client gets.
VALUES = [
    ("d.date(2024, 1, 2)", "2024-01-02"),
    ("d.time(3, 4)", "03:04:00"),
    ("d.timedelta(days=1, seconds=90)", "P1DT1M30S"),
    ("decimal.Decimal('1.10')", "1.10"),
    ("fractions.Fraction(1, 3)", "1/3"),
    ("uuid.UUID(int=1)", "00000000-0000-0000-0000-000000000001"),
    ("b'hi'", "aGk="),
    ("bytearray(b'hi')", "aGk="),
    ("Color.RED", "red"),
    ("types.MappingProxyType({'a': {Color.RED}})", {"a": ["red"]}),
    ("{1: {(1, 'a'): {Color.RED: {d.date(2024, 1, 2): 0}}}}", {"1": {"1,a": {"red": {"2024-01-02": 0}}}}),
    ("collections.deque([1, 2])", [1, 2]),
    ("range(2)", [0, 1]),
    ("array.array('i', [1, 2])", [1, 2]),
    ("{'a': 1}.keys()", ["a"]),
    ("{'a': 1}.items()", [["a", 1]]),
    ("map(str, [1, 2])", ["1", "2"]),
    ("itertools.islice(itertools.count(), 2)", [0, 1]),
]
LISTS = [(code, wanted) for code, wanted in VALUES if isinstance(wanted, list)]


def output(answer):
    assert answer["status"] == "succeeded", answer
    return answer["output"]


@pytest.mark.every_python
@pytest.mark.parametrize(("code", "wanted"), VALUES)
def test_answer_event_and_webhook(shared, receiver, code, wanted):
    """The same value as an answer, within one, as an item of a stream, and in a webhook."""
    for name in ("script", "script_async"):
        assert output(shared(name).predict({"code": f"{IMPORTS}return {code}"}).json) == wanted
        assert output(shared(name).predict({"code": f"{IMPORTS}return {{'a': [{code}]}}"}).json) == {"a": [wanted]}
    server = shared("script_stream")
    with server.stream({"code": f"{IMPORTS}yield {code}"}) as stream:
        events = stream.events()
    assert [event.data["chunk"] for event in events if event.name == "output"] == [wanted]
    assert output(events[-1].data) == [wanted]
    path = f"/{abs(hash(code))}"
    server.predict({"code": f"{IMPORTS}yield {code}"}, webhook=receiver.url + path)
    assert output(receiver.wait_terminal(path)[-1].json) == [wanted]


@pytest.mark.parametrize(("code", "wanted"), LISTS)
def test_list_where_the_document_says_array(shared, code, wanted):
    """It is the output itself, not the one item of a list."""
    source = f"from typing import Any\n{IMPORTS}def run() -> list[Any]:\n    return {code}\n"
    assert output(shared(source=source, reference="predict.py:run").predict().json) == wanted


def test_arrays_of_numpy(shared):
    pytest.importorskip("numpy")
    code = "import numpy as n\nreturn {0}"
    for value, wanted in [
        ("n.arange(3)", [0, 1, 2]),
        ("n.datetime64('2024-01-02')", "2024-01-02"),
        ("{n.int64(1): n.array(['2024-01'], dtype='M8[M]')}", {"1": ["2024-01"]}),
    ]:
        assert output(shared("script").predict({"code": code.format(value)}).json) == wanted
    assert output(shared("listing").predict({"code": "__import__('numpy').arange(3)"}).json) == [0, 1, 2]


def test_files_in_a_collection(shared):
    code = (
        "import collections, pathlib\npathlib.Path('a.txt').write_text('a')\n"
        "return collections.deque([pathlib.Path('a.txt')])"
    )
    assert output(shared("script").predict({"code": code}).json) == ["data:text/plain;base64,YQ=="]


@pytest.mark.parametrize("name", ["script", "script_async"])
def test_iterator_is_followed_as_it_goes(shared, name):
    """What it gave before it failed is kept."""
    code = "def give(n):\n  if n == 2: raise ValueError('mid')\n  return n\nreturn map(give, range(5))"
    answer = shared(name).predict({"code": code}).json
    assert (answer["status"], answer["output"]) == ("failed", [0, 1])
    assert answer["error"].endswith("ValueError: mid")


def test_asynchronous_iterator_that_is_returned(shared):
    code = "async def give():\n  yield 1\n  yield 2\nreturn give()"
    assert output(shared("script_async").predict({"code": code}).json) == [1, 2]


@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("return 1j", "TypeError: Object of type complex is not JSON serializable"),
        ("return {'a': [0, {'b/c': 1j}]}", "Object of type complex is not JSON serializable (at a/1/b~1c)"),
        ("return [1, object()]", "Object of type object is not JSON serializable (at 1)"),
        ("return {'a': (n for n in [1, 1j])}", "Object of type complex is not JSON serializable (at a/1)"),
        ("return {'a': {frozenset(): 1}}", "keys must be str, int, float, bool or None, not frozenset (at a)"),
        ("return {'a': [float('nan')]}", "nan (at a/0) is not a JSON value. Return None or a number instead"),
        ("return {'a': ['\\udc80']}", "the text holds the lone surrogate \\udc80, which is not a character (at a/0)"),
        ("return {'a': __import__('pathlib').Path('nope')}", "No such file or directory: 'nope' (at a)"),
    ],
)
def test_what_remains_unknown_is_told_with_its_place(shared, code, end):
    for name in ("script", "script_async"):
        answer = shared(name).predict({"code": code}).json
        assert answer["status"] == "failed"
        assert answer["error"].endswith(end), answer["error"]


def test_place_of_an_item(shared):
    answer = shared("script_stream").predict({"code": "yield 1\nyield {'a': 1j}"}).json
    assert (answer["status"], answer["output"]) == ("failed", [1])
    assert answer["error"].endswith("Object of type complex is not JSON serializable (at 1/a)")
