from typing import Annotated, Optional

from cog import BaseRunner, Path, Secret
from pydantic import BaseModel, Field, field_validator


class Part(BaseModel):
    name: str = Field(min_length=1, max_length=5)
    weight: Annotated[float, Field(ge=0, le=10)] = 1.0


class Order(BaseModel):
    id: int = Field(alias="orderId")
    parts: list[Part]
    note: Optional[str] = None
    photo: Optional[Path] = None
    token: Optional[Secret] = None

    @field_validator("note")
    @classmethod
    def short(cls, value: Optional[str]) -> Optional[str]:
        if value == "no":
            raise ValueError("a note says more")
        return value


class Runner(BaseRunner):
    def run(self, order: Order) -> str:
        photo = order.photo.read_text() if order.photo else None
        token = order.token.get_secret_value() if order.token else None
        return repr((order.id, order.parts, order.note, photo, token))
