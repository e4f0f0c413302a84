from typing import Annotated

from cog import BaseRunner, Input

Steps = Annotated[int, Input(ge=1, default=3)]


class Runner(BaseRunner):
    def run(
        self,
        one: Steps,
        many: list[Steps],
    ) -> str:
        return ""
