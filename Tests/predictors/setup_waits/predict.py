"""Its setup waits for a file named "go"."""

import os
import time
from typing import Iterator

from cog import BaseRunner, streaming


class Runner(BaseRunner):
    def setup(self) -> None:
        while not os.path.exists("go"):
            time.sleep(0.01)

    @streaming
    def run(self, n: int = 1) -> Iterator[str]:
        yield "x"
