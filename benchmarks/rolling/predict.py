"""Takes a moment, and returns what it was given."""

import time

from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, number: int) -> int:
        time.sleep(0.005)
        return number
