"""Yields 0 and 1, waits for the file "go", yields 2."""

import os
import time
from pathlib import Path
from typing import Iterator

from cog import BaseRunner, streaming


class Runner(BaseRunner):
    @streaming
    def run(self, name: str = "go") -> Iterator[int]:
        print("so far", flush=True)
        yield 0
        yield 1
        Path("reached").touch()
        while not os.path.exists(name):
            time.sleep(0.01)
        yield 2
