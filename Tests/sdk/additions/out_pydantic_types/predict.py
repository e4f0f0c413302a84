from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path as PurePath
from typing import Any, Optional
from uuid import UUID

from cog import BaseRunner, Path, Secret
from pydantic import (
    BaseModel,
    Field,
    HttpUrl,
    RootModel,
    SecretStr,
    computed_field,
    field_serializer,
    model_serializer,
)


class Part(BaseModel):
    url: HttpUrl
    when: Optional[datetime] = None


class Days(RootModel[list[date]]):
    pass


class Pair(BaseModel):
    first: int
    second: int

    @model_serializer
    def as_list(self) -> list[int]:
        return [self.first, self.second]


class Answer(BaseModel):
    day: date
    at: time = time(3, 4)
    gap: timedelta = timedelta(seconds=90)
    price: Decimal
    id: UUID = Field(alias="ID")
    url: HttpUrl = Field(serialization_alias="theUrl")
    content: bytes = b"hi"
    secret: SecretStr = SecretStr("clear")
    hidden: str = Field(default="x", exclude=True)
    parts: list[Part] = []
    by_day: dict[date, Decimal] = {}
    days: Days = Days([])
    pair: Pair = Pair(first=1, second=2)
    shown: int = 5
    image: Optional[Path] = None
    more: Any = None

    @field_serializer("shown")
    def show(self, value: int) -> str:
        return f"<{value}>"

    @computed_field
    @property
    def total(self) -> Decimal:
        return self.price * 2


class Runner(BaseRunner):
    def run(self, what: str = "") -> Answer:
        answer = Answer(day=date(2024, 1, 2), price=Decimal("1.10"), ID=UUID(int=1), url="http://example.com")
        if what == "parts":
            answer.parts = [Part(url="http://example.com/a", when=datetime(2024, 1, 2))]
            answer.by_day = {date(2024, 1, 2): Decimal(3)}
            answer.days = Days([date(2024, 1, 2)])
        if what == "files":
            PurePath("a.txt").write_text("hi")
            answer.image = Path("a.txt")
            answer.more = {"here": [PurePath("a.txt")], "key": Secret("clear"), "when": date(2024, 1, 2)}
        return answer
