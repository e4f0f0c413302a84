from typing import Literal, Optional

from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        mode: Literal["fast", "good"],
        size: Literal[256, 512] = 256,
        scale: Literal[1, 1.5, 2] = 1,
        mixed: Literal["auto", 7, True] = "auto",
        maybe: Optional[Literal["a", "b"]] = None,
        many: list[Literal["x", "y"]] = Input(default=["x"], description="several"),
    ) -> str:
        return repr((mode, size, scale, mixed, maybe, many))
