from typing import Annotated, Any, List, Optional, Union

from cog import BaseModel, BaseRunner, Input


class Box(BaseModel):
    value: Any
    values: list[Any] = []


class Runner(BaseRunner):
    def run(
        self,
        one: Any,
        several: list[Any] = [],
        maybe: Optional[Any] = None,
        either: Union[int, Any] = 0,
        grid: List[List[Any]] = [],
        table: dict[str, Any] = {},
        annotated: Annotated[Any, Input(description="anything")] = "text",
        mixed: list[Any] = [1, "a", None],
        chosen: Any = Input(default=1, choices=[1, "a", None]),
        chosen_list: list[Any] = Input(default=["a"], choices=[1, "a"]),
        box: Optional[Box] = None,
        made: Any = Input(default_factory=lambda: 5),
    ) -> list[str]:
        return [repr(value) for name, value in locals().items() if name != "self"]
