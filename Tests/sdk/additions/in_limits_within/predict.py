from dataclasses import dataclass
from typing import Annotated, Optional, TypedDict, Union

from cog import BaseModel, BaseRunner, Input, Path

Percent = Annotated[int, Input(ge=0, le=100)]
Image = Annotated[Path, Input(accept="image/*", description="a picture")]


@dataclass
class Crop:
    left: Percent
    right: Annotated[int, Input(description="from the left too")] = 100


class Style(BaseModel):
    name: Annotated[str, Input(min_length=2, max_length=5, regex="^[a-z]+$")]
    weight: Annotated[Optional[float], Input(ge=0)] = None
    kind: Annotated[str, Input(choices=["bold", "thin"], deprecated=True)] = "thin"


class Named(TypedDict, total=False):
    tag: Annotated[str, Input(max_length=3)]


class Runner(BaseRunner):
    def run(
        self,
        shares: list[Percent],
        maybe: Optional[Percent] = None,
        either: Union[Annotated[int, Input(ge=1)], Annotated[str, Input(max_length=2)]] = 1,
        table: dict[str, Percent] = {},
        crop: Optional[Crop] = None,
        style: Optional[Style] = None,
        named: Named = {},
        images: list[Image] = [],
        order: list[Annotated[str, Input(choices=["x", "y"])]] = Input(default=["x"], description="axes"),
    ) -> str:
        return repr((shares, maybe, either, table, crop, style, named, [each.read_text() for each in images], order))
