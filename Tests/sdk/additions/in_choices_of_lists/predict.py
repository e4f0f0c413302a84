from typing import List, Optional

from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        several: List[str] = Input(choices=["a", "b"]),
        numbers: Optional[List[int]] = Input(default=None, choices=[1, 2]),
    ) -> str:
        return repr((several, numbers))
