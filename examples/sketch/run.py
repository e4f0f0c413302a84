"""Turns a photograph into a drawing with OpenCV."""

import tempfile
from pathlib import Path as FilePath

import cv2
import numpy

from cog import BaseRunner, Input, Path

LONGEST_SIDE = 1600  # pixels; larger photographs are made smaller first


class Runner(BaseRunner):
    """
    # A photograph as a drawing

    Drop a picture into the form, or take one with the **camera**.

    | style | what it looks like |
    | --- | --- |
    | pencil | a graphite sketch |
    | colors | the same with colored pencils |
    | watercolor | large soft areas |
    | ink | black lines alone |
    """

    def run(
        self,
        image: Path = Input(description="The photograph", accept="image/*"),
        style: str = Input(
            description="How it is drawn", default="pencil", choices=["pencil", "colors", "watercolor", "ink"]
        ),
        detail: float = Input(description="How much of the photograph stays", default=0.5, ge=0, le=1),
        invert: bool = Input(description="White on black", default=False),
    ) -> Path:
        picture = read(image)
        drawing = STYLES[style](picture, detail)
        path = FilePath(tempfile.mkdtemp()) / "drawing.png"
        if not cv2.imwrite(str(path), 255 - drawing if invert else drawing):
            raise RuntimeError("the drawing can't be written")
        return Path(path)


def read(path: Path) -> numpy.ndarray:
    picture = cv2.imdecode(numpy.fromfile(str(path), numpy.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("this file is no picture that OpenCV can read")
    scale = LONGEST_SIDE / max(picture.shape[:2])
    print(f"{picture.shape[1]} × {picture.shape[0]} pixels")
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture


def sketched(picture: numpy.ndarray, detail: float) -> tuple[numpy.ndarray, numpy.ndarray]:
    """In graphite, and in colors. The noise of a camera would be drawn as dots, so it is smoothed first."""
    smooth = cv2.bilateralFilter(picture, 9, 60, 9)
    return cv2.pencilSketch(smooth, sigma_s=40, sigma_r=0.04 + 0.06 * (1 - detail), shade_factor=0.04)


def pencil(picture: numpy.ndarray, detail: float) -> numpy.ndarray:
    return sketched(picture, detail)[0]


def colors(picture: numpy.ndarray, detail: float) -> numpy.ndarray:
    return sketched(picture, detail)[1]


def watercolor(picture: numpy.ndarray, detail: float) -> numpy.ndarray:
    return cv2.stylization(picture, sigma_s=100 - 80 * detail, sigma_r=0.2 + 0.5 * (1 - detail))


def ink(picture: numpy.ndarray, detail: float) -> numpy.ndarray:
    gray = cv2.medianBlur(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), 7 if detail < 0.5 else 3)
    return cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 15, 3 + 8 * (1 - detail))


STYLES = {"pencil": pencil, "colors": colors, "watercolor": watercolor, "ink": ink}
