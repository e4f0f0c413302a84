"""Generated annotations: what is written in the model, which JSON fits it, and what the model then gets.

This is a second opinion on what an annotation means; it shares nothing with the product.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Value = Any

# Any JSON value, small.
ANYTHING: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-3, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab1/~é", max_size=2), inner, max_size=2),
    max_leaves=3,
)

# What the model does to its arguments: their types and values as a text.
SHOW = """
def show(value):
    name = type(value).__name__
    if isinstance(value, Path):
        return f"Path {value.read_bytes()!r}"
    if isinstance(value, Secret):
        return f"Secret {value.get_secret_value()!a}"
    if isinstance(value, list):
        return "[" + ", ".join(show(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{show(key)}: {show(item)}" for key, item in value.items()) + "}"
    if hasattr(value, "__dataclass_fields__"):
        return f"{name}({', '.join(show(getattr(value, field)) for field in value.__dataclass_fields__)})"
    return f"{name} {value!a}"
"""


@dataclass
class Kind:
    """An annotation. `code` is how it is written, `declares` the classes it needs, by name."""

    code: str
    declares: dict[str, str]

    def fits(self, value: Value) -> bool:
        """Whether a client may send the value."""
        raise NotImplementedError

    def values(self) -> st.SearchStrategy[Value]:
        """JSON values that fit."""
        raise NotImplementedError

    def shown(self, value: Value) -> str:
        """What `show` makes of the argument that the value becomes."""
        raise NotImplementedError

    def wrong(self) -> st.SearchStrategy[Value]:
        """JSON values that don't fit."""
        return ANYTHING.filter(lambda value: not self.fits(value))


# MARK: - Single values


def is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_whole(value: Value) -> bool:
    return is_number(value) and value == int(value)


@dataclass
class Text(Kind):
    least: int = 0

    def fits(self, value: Value) -> bool:
        return isinstance(value, str) and len(value) >= self.least

    def values(self) -> st.SearchStrategy[Value]:
        return st.text(min_size=self.least, max_size=self.least + 4)

    def shown(self, value: Value) -> str:
        return f"str {value!a}"


class Password(Text):
    def shown(self, value: Value) -> str:
        return f"Secret {value!a}"


@dataclass
class Whole(Kind):
    least: int | None = None

    def fits(self, value: Value) -> bool:
        return is_whole(value) and (self.least is None or value >= self.least)

    def values(self) -> st.SearchStrategy[Value]:
        lowest = -(2**70) if self.least is None else self.least
        return st.integers(lowest, 2**70) | st.integers(max(lowest, -(2**53)), 2**53).map(float)

    def shown(self, value: Value) -> str:
        return f"int {int(value)!a}"


class Real(Kind):
    def fits(self, value: Value) -> bool:
        return is_number(value)

    def values(self) -> st.SearchStrategy[Value]:
        return st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70)

    def shown(self, value: Value) -> str:
        return f"float {float(value)!a}"


class Flag(Kind):
    def fits(self, value: Value) -> bool:
        return isinstance(value, bool)

    def values(self) -> st.SearchStrategy[Value]:
        return st.booleans()

    def shown(self, value: Value) -> str:
        return f"bool {value!a}"


class FilePath(Kind):
    def fits(self, value: Value) -> bool:
        # A text that isn't a URL is accepted; other tests check that such a prediction fails.
        return isinstance(value, str)

    def values(self) -> st.SearchStrategy[Value]:
        return st.binary(max_size=8).map(lambda content: "data:;base64," + base64.b64encode(content).decode())

    def shown(self, value: Value) -> str:
        return f"Path {base64.b64decode(value.partition(',')[2])!a}"


@dataclass
class Choice(Kind):
    """`Literal` or `Enum`: JSON values, each with what is shown for it."""

    choices: list[tuple[Value, str]]

    def _found(self, value: Value) -> str | None:
        for choice, shown in self.choices:
            if choice == value and isinstance(choice, bool) == isinstance(value, bool):
                return shown
        return None

    def fits(self, value: Value) -> bool:
        return self._found(value) is not None

    def values(self) -> st.SearchStrategy[Value]:
        return st.sampled_from([choice for choice, _ in self.choices])

    def shown(self, value: Value) -> str:
        return str(self._found(value))


# MARK: - What holds other kinds


@dataclass
class Optional(Kind):
    inner: Kind

    def fits(self, value: Value) -> bool:
        return value is None or self.inner.fits(value)

    def values(self) -> st.SearchStrategy[Value]:
        return st.none() | self.inner.values()

    def shown(self, value: Value) -> str:
        return "NoneType None" if value is None else self.inner.shown(value)


@dataclass
class Several(Kind):
    """A list."""

    inner: Kind

    def fits(self, value: Value) -> bool:
        return isinstance(value, list) and all(self.inner.fits(item) for item in value)

    def values(self) -> st.SearchStrategy[Value]:
        return st.lists(self.inner.values(), max_size=3)

    def shown(self, value: Value) -> str:
        return "[" + ", ".join(self.inner.shown(item) for item in value) + "]"

    def wrong(self) -> st.SearchStrategy[Value]:
        spoiled = st.tuples(self.values(), self.inner.wrong()).map(lambda pair: [*pair[0], pair[1]])
        return super().wrong() | spoiled


@dataclass
class Table(Kind):
    """A dictionary, with keys of str or int."""

    inner: Kind
    has_numbers: bool

    def _key_fits(self, key: str) -> bool:
        return not self.has_numbers or (key.lstrip("-").isascii() and key.lstrip("-").isdecimal())

    def fits(self, value: Value) -> bool:
        return isinstance(value, dict) and all(
            self._key_fits(key) and self.inner.fits(item) for key, item in value.items()
        )

    def values(self) -> st.SearchStrategy[Value]:
        # The server refuses U+0000 in names, whatever the model.
        texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=3)
        keys = st.integers(-99, 99).map(str) if self.has_numbers else texts
        return st.dictionaries(keys, self.inner.values(), max_size=3)

    def shown(self, value: Value) -> str:
        name = int if self.has_numbers else str
        items = [f"{name.__name__} {name(key)!a}: {self.inner.shown(item)}" for key, item in value.items()]
        return "{" + ", ".join(items) + "}"

    def wrong(self) -> st.SearchStrategy[Value]:
        spoiled = st.tuples(self.values(), self.inner.wrong()).map(lambda pair: {**pair[0], "7": pair[1]})
        return super().wrong() | spoiled


@dataclass
class Either(Kind):
    """A union of kinds that no value fits two of."""

    members: list[Kind]

    def fits(self, value: Value) -> bool:
        return any(member.fits(value) for member in self.members)

    def values(self) -> st.SearchStrategy[Value]:
        return st.one_of([member.values() for member in self.members])

    def shown(self, value: Value) -> str:
        return next(member.shown(value) for member in self.members if member.fits(value))


@dataclass
class Record(Kind):
    """A class with fields: name → kind, and whether it has a default, which is None."""

    fields: dict[str, tuple[Kind, bool]]
    is_typed_dict: bool

    def fits(self, value: Value) -> bool:
        if not isinstance(value, dict):
            return False
        return all(
            (kind.fits(value[name]) if name in value else has_default)
            for name, (kind, has_default) in self.fields.items()
        )

    def values(self) -> st.SearchStrategy[Value]:
        required = {name: kind.values() for name, (kind, has_default) in self.fields.items() if not has_default}
        other = {name: kind.values() for name, (kind, has_default) in self.fields.items() if has_default}
        return st.fixed_dictionaries(required, optional=other)

    def shown(self, value: Value) -> str:
        if self.is_typed_dict:
            items = [f"str {name!a}: {self.fields[name][0].shown(item)}" for name, item in value.items()]
            return "{" + ", ".join(items) + "}"
        parts = [kind.shown(value.get(name)) for name, (kind, _) in self.fields.items()]
        return f"{self.code}({', '.join(parts)})"

    def wrong(self) -> st.SearchStrategy[Value]:
        def spoiled(name: str) -> st.SearchStrategy[Value]:
            pairs = st.tuples(self.values(), self.fields[name][0].wrong())
            return pairs.map(lambda pair: {**pair[0], name: pair[1]})

        return super().wrong() | st.sampled_from(sorted(self.fields)).flatmap(spoiled)


# MARK: - Generating them


ENUM = "class Color(Enum):\n    RED = 'red'\n    ONE = 1\n    HALF = 0.5\n"

SINGLE: list[Kind] = [
    Text("str", {}),
    Text("Annotated[str, Input(min_length=2)]", {}, least=2),
    Password("Secret", {}),
    Whole("int", {}),
    Whole("Annotated[int, Input(ge=3)]", {}, least=3),
    Real("float", {}),
    Flag("bool", {}),
    FilePath("Path", {}),
    Choice("Literal['a', 2, True]", {}, [("a", "str 'a'"), (2, "int 2"), (True, "bool True")]),
    Choice(
        "Color",
        {"Color": ENUM},
        [("red", "Color <Color.RED: 'red'>"), (1, "Color <Color.ONE: 1>"), (0.5, "Color <Color.HALF: 0.5>")],
    ),
]


def grown(inner: st.SearchStrategy[Kind]) -> st.SearchStrategy[Kind]:
    """Kinds that hold those of `inner`."""
    optional = inner.map(lambda kind: Optional(f"Optional[{kind.code}]", kind.declares, kind))
    several = inner.map(lambda kind: Several(f"list[{kind.code}]", kind.declares, kind))
    texts = inner.map(lambda kind: Table(f"dict[str, {kind.code}]", kind.declares, kind, False))
    numbers = inner.map(lambda kind: Table(f"dict[int, {kind.code}]", kind.declares, kind, True))
    either = inner.filter(lambda kind: isinstance(kind, (Whole, Several, Table, Record))).map(
        lambda kind: Either(f"Union[str, bool, {kind.code}]", kind.declares, [Text("str", {}), Flag("bool", {}), kind])
    )
    records = st.tuples(
        st.sampled_from(["dataclass", "BaseModel", "TypedDict"]), st.lists(inner, min_size=1, max_size=3)
    )
    return optional | several | texts | numbers | either | records.map(lambda pair: record(*pair))


def record(base: str, kinds: list[Kind]) -> Kind:
    """A class with fields of these kinds; those that take None have it as their default."""
    fields: dict[str, tuple[Kind, bool]] = {}
    declares: dict[str, str] = {}
    lines = []
    for index, kind in enumerate(sorted(kinds, key=lambda kind: isinstance(kind, Optional))):
        has_default = isinstance(kind, Optional) and base != "TypedDict"
        fields[f"f{index}"] = (kind, has_default)
        declares |= kind.declares
        lines.append(f"    f{index}: {kind.code}" + (" = None" if has_default else ""))
    # Named after what it holds, so that equal classes are one.
    body = "\n".join(lines) + "\n"
    digest = hashlib.sha256(json.dumps([base, body, declares]).encode()).hexdigest()
    name = f"{base.title()}_{digest[:8]}"
    head = f"@dataclass\nclass {name}:\n" if base == "dataclass" else f"class {name}({base}):\n"
    return Record(name, {**declares, name: head + body}, fields, base == "TypedDict")


KINDS: st.SearchStrategy[Kind] = st.recursive(st.sampled_from(SINGLE), grown, max_leaves=4)


def source(kinds: list[Kind]) -> str:
    """A model with an input of each kind; it shows what it gets."""
    declares: dict[str, str] = {}
    for kind in kinds:
        declares |= kind.declares
    parameters = "".join([f"        p{index}: {kind.code},\n" for index, kind in enumerate(kinds)])
    shown = ", ".join([f"show(p{index})" for index in range(len(kinds))])
    return (
        "from dataclasses import dataclass\nfrom enum import Enum\n"
        "from typing import Annotated, Literal, Optional, TypedDict, Union\n\n"
        "from cog import BaseModel, BaseRunner, Input, Path, Secret\n"
        f"{SHOW}\n" + "\n".join(declares.values()) + "\n"
        "class Runner(BaseRunner):\n    def run(\n        self,\n"
        f"{parameters}    ) -> list[str]:\n        return [{shown}]\n"
    )
