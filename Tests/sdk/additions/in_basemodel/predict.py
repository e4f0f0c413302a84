from typing import Optional

from cog import BaseModel, BaseRunner, Input


class Item(BaseModel):
    label: str
    score: float = 0.5
    inner: Optional["Item"] = None

    def __post_init__(self) -> None:
        if not self.label:
            raise ValueError("an item needs a label")


class Special(Item):
    extra: int = 3


class Runner(BaseRunner):
    def run(self, item: Item, items: list[Special] = Input(default=[], description="more")) -> list[Special]:
        assert type(item) is Item
        return [Special(label=item.label, score=item.score), *items]
