"""Signatures that can't be described, as `python -m cog.command.openapi_schema` tells their author."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MODEL = """from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Generic, Literal, Optional, TypeVar, Union
from uuid import UUID

from cog import BaseModel, ConcatenateIterator, Input, Opaque, Path, Secret

T = TypeVar("T")


@dataclass
class Box(Generic[T]):
    item: T


def run(
    first: int,
    {parameter},
) -> {output}:
    raise NotImplementedError
"""
LINE = 1 + MODEL[: MODEL.index("{parameter}")].count("\n")


def refusal(parameter: str, output: str, folder: Path) -> str:
    """What the command says of a function with this second parameter and this output."""
    (folder / "predict.py").write_text(MODEL.format(parameter=parameter, output=output))
    done = subprocess.run(
        [sys.executable, "-m", "cog.command.openapi_schema", "--predict", "predict.py:run"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, ""), done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        ("x", "it has no type annotation. Add one, for example `x: str`."),
        ("x=3", "it has no type annotation. Add one, for example `x: str`."),
        ("x: None", "None can't be an input. Remove the parameter."),
        ("x: tuple[int, ...]", "tuple can't be an input. Use list[…], or a class that derives from cog.BaseModel."),
        ("x: set[int]", "set can't be an input. Use list[…]."),
        ("x: Iterator[int]", "an iterator can't be an input. Use list[…]."),
        ("x: datetime", "datetime can't be an input. Take a str and parse it."),
        ("x: date", "date is not supported. Use str."),
        ("x: Decimal", "Decimal is not supported. Use str."),
        ("x: UUID", "UUID is not supported. Use str."),
        ("x: bytes", "bytes is not supported. Use cog.Path for binary data."),
        ("x: Sequence[int]", "collections.abc.Sequence[int] is not supported. Use list[int]."),
        ("x: Collection[str]", "collections.abc.Collection[str] is not supported. Use list[str]."),
        ("x: Mapping[str, int]", "collections.abc.Mapping[str, int] is not supported. Use dict[str, int]."),
        ("x: Input()", "Input(…) is not supported. Write the type after the colon and Input(…) after the equals sign."),
        ("x: T", "~T is not supported. Write a separate class with the types filled in."),
        (
            "x: Box[int]",
            "predict.Box[int] is not supported. Write a separate class with the types filled in.",
        ),
        ("x: Optional", "Optional is not supported. Add the types of its values."),
        ("x: list[int, str]", "list expects exactly 1 type argument, got 2. Correct it."),
        ("x: dict[int]", "dict expects 0 or 2 type arguments, got 1. Correct it."),
        ("x: Literal[b'a']", "Literal has the value b'a', which JSON can't represent. Use strings or numbers."),
        ("x: Literal[None]", "Literal[None] has only one value. Remove the parameter."),
        (
            "x: 'Missing'",
            "the annotation 'Missing' can't be resolved: name 'Missing' is not defined. "
            "Import or define that name in the model's file, outside of `if TYPE_CHECKING:`.",
        ),
        ("x: 'list['", "the annotation 'list[' can't be resolved: SyntaxError: "),
        ("x: Any = object", "its default <class 'object'> is not a JSON value. Use a plain value, or Input(default_f"),
        ("x: str = Input(accept='image/*')", "accept is only valid on Path or File inputs. Remove it."),
        ("x: list[Annotated[int, Input(default=1)]]", "an Input(…) inside another type can't have a default. Put "),
        ("x: int = Input(ge='3')", "ge must be a number, got '3'. Write a number."),
        ("x: int = Input(le=True)", "le must be a number, got True. Write a number."),
        ("x: float = Input(ge=float('nan'))", "ge must be a number, got nan. Write a number."),
        ("x: float = Input(ge=float('inf'))", "ge must be a finite number, got inf. Write a number."),
        ("x: str = Input(min_length=-1)", "min_length must be 0 or greater, got -1. Write an integer."),
        ("x: str = Input(max_length='2')", "max_length must be 0 or greater, got '2'. Write an integer."),
        ("x: str = Input(regex=5)", "regex must be a string, got 5. Write a str."),
        ("x: str = Input(description=5)", "description must be a string, got 5. Write a str."),
        ("x: Path = Input(accept=['image/*'])", "accept must be a string, got ['image/*']. Write a str."),
        ("x: str = Input(choices='abc')", "choices must be a list of values, got 'abc'. Write a list."),
        ("x: int = Input(choices=5)", "choices must be a list of values, got 5. Write a list."),
        (
            "x: str = Input(choices=[b'a'])",
            "its choices include a value that JSON can't represent. Use strings or numbers.",
        ),
    ],
)
def test_input(parameter: str, text: str, tmp_path: Path) -> None:
    assert refusal(parameter, "str", tmp_path).startswith(
        f"ERROR: predict.py, line {LINE}: parameter 'x' of run(): {text}"
    )


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        ("x: int = 'a'", "invalid default: value must be an integer, got 'a'."),
        ("x: list[Annotated[int, Input(ge=3)]] = ['a']", "invalid default: item 0: value must be an integer, got 'a'."),
        ("x: Literal['a', 'b'] = 'c'", "invalid default: 'c' is not one of ['a', 'b']."),
        (
            "x: str = Input(regex='(')",
            "the pattern '(' is not a valid regular expression: missing ), unterminated subpattern",
        ),
    ],
)
def test_contradiction(parameter: str, text: str, tmp_path: Path) -> None:
    assert refusal(parameter, "str", tmp_path).startswith(
        f"ERROR: Model schema is invalid: predict.py, line {LINE}: parameter 'x' of run(): {text}"
    )


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("bytes", "bytes is not supported. Use cog.Path for binary data."),
        ("date", "date is not supported. Use str."),
        ("object", "object is not supported. Use str, int, float, bool, cog.Path, list, dict, or a class that "),
        ("Sequence[int]", "collections.abc.Sequence[int] is not supported. Use list[int]."),
        ("Iterator", "Iterator doesn't say what its items are. Write Iterator[str], for example."),
        ("ConcatenateIterator[int]", "ConcatenateIterator element type must be str, got int. Use Iterator[int]."),
        ("list['Missing']", "the annotation 'Missing' can't be resolved: name 'Missing' is not defined. Import or "),
    ],
)
def test_output(output: str, text: str, tmp_path: Path) -> None:
    line = 1 + MODEL[: MODEL.index("def run")].count("\n")
    assert refusal("x: int", output, tmp_path).startswith(f"ERROR: predict.py, line {line}: run(): the output: {text}")


def test_infinite_limits_are_none(tmp_path: Path) -> None:
    """They say that every number will do, so the document holds no limit."""
    (tmp_path / "predict.py").write_text(
        "from cog import Input\n\n"
        "def run(x: float = Input(ge=float('-inf'), le=float('inf'))) -> str:\n    return str(x)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "cog.command.openapi_schema", "--predict", "predict.py:run"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert '"minimum"' not in done.stdout and '"maximum"' not in done.stdout
