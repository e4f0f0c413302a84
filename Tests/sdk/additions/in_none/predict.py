from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal, Union

from cog import BaseModel, BaseRunner, File, Input, Opaque, Path


class Color(Enum):
    RED = "red"


@dataclass
class Size:
    width: int = None
    height: Annotated[int, Input(ge=1)] = None


class Box(BaseModel):
    size: Size = None
    label: str = None
    image: Path = None


class Runner(BaseRunner):
    def run(
        self,
        either: Union[int, str] = None,
        bar: int | list[int] = Input(default=None, description="One or several"),
        file_or_text: Path | str = None,
        limited: int = Input(None, ge=3, le=5),
        pattern: str = Input(default=None, regex="^a"),
        annotated: Annotated[float, Input(ge=0)] = None,
        within: Annotated[bool, Input(default=None)] = Input(default=None),
        mode: Literal["a", 1] = None,
        color: Color = Input(default=None),
        chosen: str = Input(default=None, choices=["x", "y"]),
        several: list[str] = Input(default=None, choices=["x", "y"]),
        options: dict[str, int] = None,
        anything: Any = None,
        opaque: Annotated[Color, Opaque] = None,
        pages: list[Path] = None,
        sound: File = None,
        box: Box = None,
        quoted: "int" = None,
        made: int = Input(default_factory=lambda: None),
        *,
        last: bool = None,
    ) -> str:
        given = {name: value for name, value in locals().items() if name != "self" and value is not None}
        return str({name: type(value).__name__ if name == "pages" else value for name, value in given.items()})
