from dataclasses import dataclass
from enum import Enum
from typing import Union

from cog import BaseRunner, Path


class Size(Enum):
    SMALL = "small"


@dataclass
class Box:
    width: int


class Runner(BaseRunner):
    def run(
        self,
        source: Union[Path, str],
        number: Union[int, float] = 1,
        whole: Union[str, int] = "a",
        size: Union[Size, Box, int] = 1,
        files: Union[Path, list[Path], None] = None,
    ) -> str:
        shown = source.read_text() if isinstance(source, Path) else source
        many = files.read_text() if isinstance(files, Path) else files and [each.read_text() for each in files]
        return repr((type(source).__name__, shown, number, whole, size, many))
