from typing import Generator, Optional

from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, n: int = 2) -> Generator[Optional[int], None, None]:
        yield None
        yield from range(n)
