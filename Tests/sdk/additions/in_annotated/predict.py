from typing import Annotated, Optional

from cog import BaseRunner, Input

Steps = Annotated[int, Input(ge=1, le=100, description="how many")]


class Runner(BaseRunner):
    def run(
        self,
        steps: Steps,
        more: Steps = 7,
        name: Annotated[str, Input(default="x", max_length=3)] = "abc",
        given: Annotated[str, Input(default="inside")] = Input(default="outside"),
        maybe: Annotated[Optional[str], Input(description="may be left out")] = None,
        *,
        only: Annotated[str, Input(default="inside", choices=["inside", "out"])],
        made: Annotated[list[int], Input(default_factory=lambda: [1, 2])],
    ) -> str:
        return repr((steps, more, name, given, maybe, only, made))
