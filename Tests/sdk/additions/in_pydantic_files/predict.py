from typing import Annotated, Dict, List, Literal, Mapping, Optional, Sequence, Set, Tuple, Union

from cog import BaseRunner, Path
from pydantic import BaseModel, Field


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]
    image: Optional[Path] = None


class Album(BaseModel):
    pets: List[Annotated[Union[Cat, Dog], Field(discriminator="kind")]] = []
    best: Optional[Dog] = None
    pair: Optional[Tuple[Path, int]] = None
    several: Set[Path] = set()
    sequence: Sequence[Path] = []
    mapping: Mapping[str, Path] = {}
    parts: Dict[str, "Album"] = {}


def read(value: object) -> object:
    if isinstance(value, Path):
        return value.read_text()
    if isinstance(value, BaseModel):
        return {name: read(item) for name, item in value if item}
    if isinstance(value, dict):
        return {name: read(item) for name, item in value.items()}
    return [read(item) for item in value] if isinstance(value, (list, tuple, set)) else value


class Runner(BaseRunner):
    def run(self, album: Album) -> dict:
        return read(album)
