from typing import List, Optional

from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        several: List[str] = Input(choices=["a", "b"]),
        numbers: Optional[List[int]] = Input(default=None, choices=[1, 2]),
        listed: List[str] = Input(default=["a"], choices=["a", "b"]),
    ) -> str:
        return repr((several, numbers, listed))
