from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Dict, List, Literal, Optional, Tuple, Union
from uuid import UUID

from cog import BaseRunner, Path
from pydantic import BaseModel, ConfigDict, Field, PositiveInt


class Color(Enum):
    RED = "red"


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: PositiveInt = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    owner: Optional["Dog"] = None


class Everything(BaseModel):
    model_config = ConfigDict(extra="forbid")

    when: datetime
    day: Optional[date] = None
    id: Optional[UUID] = None
    price: Decimal = Decimal("1.5")
    pair: Tuple[int, str] = (1, "a")
    color: Color = Color.RED
    table: Dict[str, int] = {}
    pet: Annotated[Union[Cat, Dog], Field(discriminator="kind")] = Cat(kind="cat")
    share: float = Field(default=0.5, gt=0, lt=1)
    either: Union[int, str, None] = None
    files: List[Path] = []


class Runner(BaseRunner):
    def run(self, what: Everything, dog: Optional[Dog] = None) -> str:
        files = [each.read_text() for each in what.files]
        return f"{what.when} {what.id} {what.price} {what.pair} {what.color} {what.table} {what.pet} {what.either} {files} {dog}"
