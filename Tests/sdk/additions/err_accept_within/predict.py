from typing import Annotated

from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        names: list[Annotated[str, Input(accept="image/*")]],
    ) -> str:
        return ""
