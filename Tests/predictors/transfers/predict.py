"""Takes files and gives files, as many as are asked for."""

import ctypes
import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO, List, Optional

from cog import BaseRunner, Path


def files_of_no_name(count: int) -> Iterator[BinaryIO]:
    """Nothing is left of them when the model is killed."""
    for number in range(count):
        with tempfile.TemporaryFile() as file:
            file.write(str(number).encode())
            yield file


class Runner(BaseRunner):
    def run(self, files: Optional[List[Path]] = None, outputs: int = 0, crash: bool = False) -> Any:
        if crash:
            ctypes.string_at(0)
        return files_of_no_name(outputs) if outputs else len(files or [])
