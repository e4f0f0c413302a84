"""Models whose payload is what costs: an image, structured data, long lists. They pass on what they get."""

from typing import Any

import numpy

from cog import Path

SIDE = 224


class Jpeg:
    """Gives back an image file."""

    def predict(self, image: Path) -> Path:
        return image


class Object:
    """Gives back an object."""

    def predict(self, data: dict[str, Any]) -> dict[str, Any]:
        return data


class Floats:
    """Gives back a list of numbers."""

    def predict(self, values: list[float]) -> list[float]:
        return values


class Pixels:
    """Gives an image as an array of numpy."""

    def setup(self) -> None:
        self.image = numpy.arange(SIDE * SIDE * 3, dtype=numpy.uint8).reshape(SIDE, SIDE, 3)

    def predict(self, s: str) -> Any:
        return self.image


class Anything:
    """Takes any value and says how much it holds."""

    def predict(self, data: Any) -> int:
        return len(data)
