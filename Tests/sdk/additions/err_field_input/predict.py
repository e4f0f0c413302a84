from cog import BaseModel, BaseRunner, Input


class Item(BaseModel):
    label: str = Input(description="a text")


class Runner(BaseRunner):
    def run(
        self,
        item: Item,
    ) -> str:
        return ""
