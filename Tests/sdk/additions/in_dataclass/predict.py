from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional

from cog import BaseRunner, Path, Secret


@dataclass
class Point:
    x: float
    y: float = 0.5


@dataclass
class Shape:
    name: str
    origin: Point
    points: List[Point] = field(default_factory=list)
    mask: Optional[Path] = None
    key: Optional[Secret] = None
    count: int = 1


class Runner(BaseRunner):
    def run(self, shape: Shape, maybe: Optional[Point] = None, points: List[Point] = []) -> str:
        mask = shape.mask.read_text() if shape.mask else None
        key = shape.key.get_secret_value() if shape.key else None
        return repr((shape.name, shape.origin, shape.points, mask, key, shape.count, maybe, points))
