from dataclasses import dataclass
from typing import Annotated, Optional, Union

from cog import BaseRunner, Input


@dataclass
class Size:
    width: Annotated[int, Input(ge=1)] = 0


class Runner(BaseRunner):
    def run(
        self,
        least: int = Input(default=1, ge=3),
        greatest: float = Input(default=-1, le=-2),
        short: str = Input(default="a", min_length=2),
        long: str = Input(default="abc", max_length=2),
        pattern: str = Input(default="b", regex="^a$"),
        chosen: str = Input(default="", choices=["x", "y"]),
        several: list[str] = Input(default=["z"], choices=["x", "y"]),
        items: list[Annotated[int, Input(ge=1)]] = [0],
        within: list[Annotated[str, Input(choices=["x"])]] = ["z"],
        either: Union[Annotated[int, Input(ge=1)], str] = 0,
        annotated: Annotated[int, Input(ge=1)] = 0,
        size: Size = Size(),
        larger: Size = Size(width=2),
        maybe: Optional[int] = Input(default=1, ge=3),
        made: int = Input(default_factory=lambda: 0, ge=1),
    ) -> list[str]:
        return [str(value) for name, value in locals().items() if name != "self"]
