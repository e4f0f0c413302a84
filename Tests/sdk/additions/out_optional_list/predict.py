from typing import Optional

from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, count: int) -> Optional[list[str]]:
        return ["item"] * count if count else None
