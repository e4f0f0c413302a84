from typing import Optional

from cog import BaseRunner, Input

calls = []


def count() -> int:
    calls.append(1)
    return len(calls)


class Runner(BaseRunner):
    def run(
        self,
        items: list[str] = Input(default_factory=list),
        shared: list[str] = Input(default=[]),
        number: Optional[int] = Input(default_factory=lambda: 5),
        odd: float = Input(default_factory=lambda: float("inf")),
    ) -> str:
        items.append("a")
        shared.append("b")
        return repr((items, shared, number, odd))
