"""Draws photo.jpg: a cafe sign as a phone camera would catch it, askew, unevenly lit, a little blurred and noisy.

Needs Pillow, numpy and the DejaVu fonts (Debian: fonts-dejavu-core). The same picture comes out each time.
"""

from pathlib import Path

import numpy
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = Path("/usr/share/fonts/truetype/dejavu")
LINES = [
    ("DejaVuSerif-Bold.ttf", 92, "HARBOUR CAFE"),
    ("DejaVuSans.ttf", 46, "Open daily 8:00 - 18:30"),
    ("DejaVuSans.ttf", 46, "Fresh coffee and cinnamon rolls"),
    ("DejaVuSans-Bold.ttf", 54, "Soup of the day  4.50"),
    ("DejaVuSansMono.ttf", 38, "Please mind the step"),
]


def sign() -> Image.Image:
    """The board with its text, seen from straight ahead."""
    board = Image.new("RGB", (1000, 620), (34, 52, 46))
    draw = ImageDraw.Draw(board)
    draw.rectangle((14, 14, 985, 605), outline=(196, 178, 132), width=6)
    top = 52
    for name, size, text in LINES:
        font = ImageFont.truetype(str(FONTS / name), size)
        left = (1000 - draw.textlength(text, font=font)) / 2
        draw.text((left, top), text, font=font, fill=(236, 228, 205))
        top += int(size * 1.25) + 34
    return board


def wall(random: numpy.random.Generator, width: int, height: int) -> Image.Image:
    """Brick courses with a random shade each."""
    image = Image.new("RGB", (width, height), (150, 140, 130))
    draw = ImageDraw.Draw(image)
    for row, y in enumerate(range(-10, height, 58)):
        for x in range(-140 + (row % 2) * 66, width, 132):
            shade = int(random.integers(-18, 18))
            draw.rectangle((x, y, x + 126, y + 52), fill=(142 + shade, 78 + shade, 62 + shade))
    return image.filter(ImageFilter.GaussianBlur(2.5))


def perspective(corners: list[tuple[float, float]], width: int, height: int) -> list[float]:
    """The eight coefficients that map the picture's corner points back to the board's."""
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, [(0, 0), (width, 0), (width, height), (0, height)], strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return list(numpy.linalg.solve(numpy.array(rows, float), numpy.array(values, float)))


def photograph() -> Image.Image:
    random = numpy.random.default_rng(7)
    width, height = 1280, 960
    board = sign()
    corners = [(170.0, 205.0), (1090.0, 130.0), (1135.0, 745.0), (140.0, 720.0)]
    coefficients = perspective(corners, *board.size)
    warped = board.transform((width, height), Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)
    mask = Image.new("L", board.size, 255).transform(
        (width, height), Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC
    )
    scene = wall(random, width, height)
    shadow = mask.filter(ImageFilter.GaussianBlur(16)).point(lambda level: level * 0.55)
    scene.paste((20, 15, 12), (14, 20), shadow)
    scene.paste(warped, (0, 0), mask)
    scene = scene.rotate(-2.2, Image.Resampling.BICUBIC, expand=False).crop((40, 40, width - 40, height - 40))
    scene = scene.filter(ImageFilter.GaussianBlur(0.9))

    pixels = numpy.asarray(scene, float)
    rows, columns = numpy.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]]
    light = 1.12 - 0.5 * numpy.hypot(columns - 420, rows - 260) / 1200  # the sun stands at the upper left
    pixels = pixels * light[..., None] + random.normal(0, 7, pixels.shape)
    return Image.fromarray(numpy.clip(pixels, 0, 255).astype("uint8"))


if __name__ == "__main__":
    photograph().save(Path(__file__).with_name("photo.jpg"), quality=72)
