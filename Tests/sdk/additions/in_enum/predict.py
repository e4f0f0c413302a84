from enum import Enum, IntEnum
from typing import Optional

from cog import BaseRunner, Input


class Color(Enum):
    RED = "red"
    GREEN = "green"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Runner(BaseRunner):
    def run(
        self,
        color: Color,
        other: Color = Color.GREEN,
        level: Level = Input(default=Level.LOW, description="how much"),
        by_value: Color = Input(default="red"),
        some: Color = Input(default=Color.RED, choices=[Color.RED]),
        named: str = Input(default="red", choices=list(Color)),
        maybe: Optional[Level] = None,
        many: list[Color] = Input(default=[]),
    ) -> list[str]:
        return [str(each) for each in (color, other, level is Level.LOW, by_value, some, named, maybe, many)]
