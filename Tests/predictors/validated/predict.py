"""A parameter for each rule of validation; returns what it was given."""

from typing import Any, Optional, Union

from cog import BaseRunner, File, Input, Path, Secret


class Runner(BaseRunner):
    def run(
        self,
        s: str,
        n: int,
        between: float = Input(default=5.0, ge=1, le=10),
        sized: str = Input(default="abc", min_length=2, max_length=4),
        one: str = Input(default="a", max_length=1),
        letters: str = Input(default="abc", regex="^[a-z]+$"),
        color: str = Input(default="red", choices=["red", "green"]),
        number: int = Input(default=1, choices=[1, 2]),
        flag: bool = False,
        li: list[int] = Input(default=[1]),
        either: Union[str, int] = "x",
        o: Optional[str] = None,
        oi: Optional[int] = Input(default=None, ge=3),
        d: dict = Input(default={}),
        path: Optional[Path] = None,
        file: Optional[File] = None,
        secret: Optional[Secret] = None,
    ) -> Any:
        names = dict(locals())
        del names["self"]
        return {name: [type(value).__name__, str(value)] for name, value in names.items()}
