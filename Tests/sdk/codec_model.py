"""A model that compares the worker's own JSON codec with `json`, inside of the worker."""

import enum
import json
import sys
from collections import OrderedDict, namedtuple

import _coglet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cog import BaseRunner
from cog._values import outputs
from cog._values.output_error import OutputError
from cog._worker import requests, results

reference = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


class Text(str):
    pass


class Number(float):
    pass


class Level(int, enum.Enum):
    LOW = 1


class Letter(str, enum.Enum):
    A = "a"


class Refusing(dict):
    def items(self):
        raise ValueError("no")


Pair = namedtuple("Pair", "first second")

# MARK: - Generated values

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
)
ODD_LEAVES = (
    st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(
        [2**63, -(2**63) - 1, 10**400, Text("t"), Number(0.5), Level.LOW, Letter.A, b"b", 1j, {1}, object]
    )
)
ODD_KEYS = st.text(st.characters()) | st.integers() | st.floats() | st.none() | st.booleans() | st.just(Text("t"))
ANY = st.recursive(
    PLAIN | ODD_LEAVES,
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(ODD_KEYS, inner)
        | st.builds(Pair, inner, inner)
        | st.dictionaries(st.text(), inner).map(OrderedDict)
    ),
)
DECIMALS = st.from_regex(r"-?[0-9]{1,24}(\.[0-9]{1,24})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
TEXTS = st.builds(
    lambda value, ascii, indent: json.dumps(value, ensure_ascii=ascii, indent=indent),
    ANY.filter(lambda value: expected(reference, value) is not None),
    st.booleans(),
    st.sampled_from([None, 1]),
)
# Nearly JSON: pieces of it in a wrong order.
BROKEN = st.builds(
    lambda text, at, piece, cut: text[: at % (len(text) + 1)] + piece + text[at % (len(text) + 1) + cut :],
    TEXTS,
    st.integers(0, 1000),
    st.sampled_from(
        [*'",:[]{}\\-+.eE019\t\x00\x1f\x7f é', "\\u00e9", "\\ud83d\\ude00", "\\ud800", "\\u12", "NaN", "nul"]
    ),
    st.integers(0, 2),
)


def holds(property_, examples, is_repeatable):
    """Check a property for this many generated values."""
    check = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=is_repeatable,
        suppress_health_check=list(HealthCheck),
    )
    check(property_)()


def expected(function, value):
    """What `function` makes of a value, None if it refuses."""
    try:
        made = function(value)
        return made.encode() if isinstance(made, str) and function is reference else made
    except (ValueError, TypeError, RecursionError):
        return None


@given(PLAIN)
def plain_values_are_written(value):
    made = _coglet.encode(value, {})
    assert made == reference(value).encode()
    assert repr(_coglet.decode(made)) == repr(json.loads(made))


@given(ANY)
def other_values_are_written_alike_or_left(value):
    made = _coglet.encode(value, {})
    assert made is None or made == expected(reference, value)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=100))
def floats_are_written_and_read(value):
    made = _coglet.encode(value, {})
    assert made == reference(value).encode()
    assert list(map(float.hex, _coglet.decode(made))) == list(map(float.hex, value))


@given(TEXTS | DECIMALS | BROKEN)
def texts_are_read_alike_or_left(text):
    made = _coglet.decode(text.encode("utf-8", "surrogatepass"))
    assert made is None or repr(made) == repr(expected(json.loads, text))


# Numbers in lists are read in a separate loop, except near the end of the text.
@given(
    st.lists(
        st.from_regex(r"-?[0-9]{1,10}\.[0-9]{0,20}", fullmatch=True)
        | DECIMALS
        | st.sampled_from(["0.5/", "1.2:", "-.5"]),
        min_size=1,
    ),
    st.sampled_from([",", ", ", " ,\n"]),
    st.sampled_from(["]", "]" + " " * 40]),
)
def lists_of_numbers_are_read_alike_or_left(numbers, separator, end):
    text = f"[{separator.join(numbers)}{end}"
    made = _coglet.decode(text)
    assert made is None or repr(made) == repr(expected(json.loads, text))


@given(st.binary())
def bytes_are_read_alike_or_left(text):
    made = _coglet.decode(text)
    assert made is None or repr(made) == repr(expected(json.loads, text.decode()))


@given(
    st.sampled_from(["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", ">f8", ">i2", "q", "Q"]),
    st.lists(st.integers(0, 4), max_size=4),
    st.integers(0, 2**32 - 1),
    st.sampled_from(
        [
            lambda array: array,
            lambda array: array.T,
            lambda array: array[..., ::-1] if array.ndim else array,
            lambda array: array[::2] if array.ndim else array[()],
        ]
    ),
)
def arrays_are_written(kind, shape, seed, view):
    import numpy

    kind = numpy.dtype(kind)
    count = numpy.prod(shape, dtype=int)
    raw = numpy.random.default_rng(seed).integers(0, 2 if kind.kind == "b" else 256, count * kind.itemsize, "u1")
    array = raw.view(kind).reshape(shape)
    if kind.kind == "f":
        array[~numpy.isfinite(array)] = 0
    array = view(array)
    assert _coglet.encode(array, results._known_replacers()) == reference(array.tolist()).encode()


# MARK: - Single cases


def every_half():
    """Whether all numbers of 16 bits are written as those of Python are."""
    import numpy

    halves = numpy.arange(2**16, dtype="u2").view("f2")
    halves = halves[numpy.isfinite(halves)]
    return _coglet.encode(halves, results._known_replacers()) == reference(halves.tolist()).encode()


def written(value):
    """Whether the codec writes a value, and the text that the worker sends for it or the error."""
    is_fast = _coglet.encode(value, results._replacers) is not None
    try:
        made = results.encoded(value)
    except OutputError as error:
        return is_fast, f"OutputError: {error}"
    text = made.decode() if isinstance(made, bytes) else made
    assert text == outputs.encode(value)
    return is_fast, text


def read(text):
    """Whether the codec reads a text, and what the worker makes of it or the error."""
    value = _coglet.decode(text)
    try:
        return value is not None, repr(requests.read(text if value is None else value))
    except ValueError as error:
        return value is not None, type(error).__name__


def leaks(values, texts):
    """How many blocks of memory are lost when all of these are written and read a thousand times."""

    def all_once():
        for value in values:
            _coglet.encode(value, results._replacers)
        for text in texts:
            _coglet.decode(text)

    for _ in range(100):
        all_once()
    before = sys.getallocatedblocks()
    for _ in range(1000):
        all_once()
    return sys.getallocatedblocks() - before


def nested(depth, value=0):
    for _ in range(depth):
        value = [value]
    return value


def circular():
    value = [1]
    value += [value, value]
    return value


class Shrinking:
    pass


def shrunk():
    """A replacer that empties the list and the dictionary that are being written."""
    inner = {str(index): Shrinking() for index in range(100)}
    outer = [inner, *[Shrinking() for _ in range(100)]]

    def replacer(value):
        inner.clear()
        outer.clear()
        return 1

    return _coglet.encode(outer, {Shrinking: replacer})


def interrupted(error):
    def replacer(value):
        raise error

    try:
        return _coglet.encode([1, Shrinking()], {Shrinking: replacer})
    except BaseException as problem:
        return type(problem).__name__


class Runner(BaseRunner):
    def run(self, code: str) -> str:
        return repr(eval(code, globals()))
