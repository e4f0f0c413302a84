from enum import Enum
from typing import Any, Dict, Literal

from cog import BaseRunner


class Axis(Enum):
    X = "x"
    ONE = 1


class Runner(BaseRunner):
    def run(
        self,
        by_int: Dict[int, str] = {},
        by_float: Dict[float, str] = {},
        by_flag: Dict[bool, str] = {},
        by_axis: Dict[Axis, str] = {},
        by_name: Dict[Literal["a", 2], Any] = {},
        by_any: Dict[Any, int] = {},
    ) -> str:
        return repr((by_int, by_float, by_flag, by_axis, by_name, by_any))
