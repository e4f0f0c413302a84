from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Literal, NamedTuple, Optional, Union

from cog import BaseRunner


class Color(Enum):
    RED = "red"


@dataclass
class Part:
    name: str
    weight: Optional[float] = None


@dataclass
class Whole:
    parts: list[Part]
    pair: tuple[int, str]
    many: tuple[int, ...]
    colors: set[Color]
    when: datetime
    kind: Literal["a", "b"]
    either: Union[int, str]
    rows: list[Optional[int]]
    nothing: None = None


class Runner(BaseRunner):
    def run(self) -> Optional[Whole]:
        return Whole([Part("a")], (1, "b"), (1, 2), {Color.RED}, datetime(2024, 1, 2), "a", 5, [None, 1])
