from typing import Dict, List, Optional

from cog import BaseRunner, Path
from pydantic import BaseModel, RootModel, v1


class Numbers(RootModel[List[int]]):
    pass


class Files(RootModel[Dict[str, Path]]):
    pass


class Old(v1.BaseModel):
    size: int = v1.Field(3, ge=2)
    name: Optional[str] = None


class Shelf(BaseModel):
    numbers: Numbers
    files: Files = Files({})


class Runner(BaseRunner):
    def run(self, numbers: Numbers, files: Files = Files({}), shelves: List[Shelf] = [], old: Old = Old()) -> Numbers:
        read = [path.read_text() for path in files.root.values()]
        kept = [(shelf.numbers.root, [path.read_text() for path in shelf.files.root.values()]) for shelf in shelves]
        print(read, kept, old.size)
        return Numbers([*numbers.root, old.size, len("".join(read)), *[sum(each) for each, _ in kept]])
