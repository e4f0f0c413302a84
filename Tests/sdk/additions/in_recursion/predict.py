from dataclasses import dataclass, field
from typing import List, Optional, TypedDict

from cog import BaseRunner, Path


@dataclass
class Tree:
    name: str
    children: List["Tree"] = field(default_factory=list)
    leaf: Optional[Path] = None

    def shown(self) -> str:
        leaf = self.leaf.read_text() if self.leaf else ""
        return f"{self.name}{leaf}({' '.join(child.shown() for child in self.children)})"


class Chain(TypedDict, total=False):
    value: int
    rest: "Chain"


class Runner(BaseRunner):
    def run(self, tree: Tree, chain: Chain = {}) -> str:
        return f"{tree.shown()} {chain}"
