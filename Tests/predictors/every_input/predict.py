"""Gives back what came in, one input of each kind."""

from typing import Any, List, Optional, Union

from cog import BaseModel, BaseRunner, Input, Path, Secret


class Point(BaseModel):
    x: int
    y: int = 0


def told(value: Any) -> Any:
    if isinstance(value, Path):
        return {"file": value.read_bytes().decode("latin-1")[:100], "size": value.stat().st_size}
    if isinstance(value, Secret):
        return {"secret": value.get_secret_value()}
    if isinstance(value, Point):
        return {"x": value.x, "y": value.y}
    return [told(item) for item in value] if isinstance(value, list) else value


class Runner(BaseRunner):
    """
    # Echo

    Tells what it was given.

    *One* input of **each** kind, and a [link](https://example.com/).
    """

    def run(
        self,
        name: str = Input(description="What it is *called*", min_length=2, max_length=20, regex="^[a-zà ]+$"),
        prompt: str = Input(default="line one\nline two", examples=["short", "<i>two</i>\nlines"]),
        count: int = Input(default=3, ge=1, le=10),
        scale: float = Input(default=0.5, ge=0, le=1),
        seed: Optional[int] = None,
        size: int = Input(default=512, choices=[256, 512, 1024]),
        style: Optional[str] = Input(default=None, choices=["plain", "bold"]),
        loud: bool = True,
        maybe: Optional[bool] = None,
        tags: List[str] = Input(default=["a", "b"], examples=[["x"], []]),
        numbers: Optional[List[int]] = None,
        either: Union[int, str] = Input(default=5),
        key: Optional[Secret] = None,
        point: Optional[Point] = None,
        settings: Optional[dict] = None,
        image: Optional[Path] = Input(default=None, accept="image/*"),
        anything: Optional[Path] = None,
        files: Optional[List[Path]] = None,
    ) -> Any:
        given = dict(locals())
        del given["self"]
        return {key: told(value) for key, value in given.items() if value is not None}
