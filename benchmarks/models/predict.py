"""The models that are measured, each as small as can be, so that the servers are measured and not Python."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path as LocalPath

from cog import Path, streaming

FILE_BYTES = 32 * 1024 * 1024


class Sync:
    """A no-op on one slot."""

    def predict(self, s: str) -> str:
        return "hello " + s


class Async:
    """The same as a coroutine that never waits, on many slots."""

    async def predict(self, s: str) -> str:
        return "hello " + s


class Tokens:
    """A generator of many short strings, as a language model makes them."""

    @streaming
    def predict(self, n: int) -> Iterator[str]:
        for _ in range(n):
            yield "token "


class AsyncTokens:
    """The same as an asynchronous generator."""

    @streaming
    async def predict(self, n: int) -> AsyncIterator[str]:
        for _ in range(n):
            yield "token "


class FileIn:
    """Takes a file and says its size."""

    def predict(self, f: Path) -> str:
        return str(LocalPath(f).stat().st_size)


class FileOut:
    """Gives a large file that was there before."""

    def setup(self) -> None:
        self.path = LocalPath("large.bin").resolve()
        self.path.write_bytes(bytes(FILE_BYTES))

    def predict(self, s: str) -> Path:
        return Path(self.path)


class Text:
    """Gives back the string it gets."""

    def predict(self, s: str) -> str:
        return s


class Sleep:
    """Blocks in C until it is cancelled."""

    def predict(self, seconds: float) -> str:
        time.sleep(seconds)
        return "slept"


class Cpu:
    """Keeps one processor busy for a fixed number of iterations, about 20 ms."""

    def predict(self, n: int) -> int:
        total = 0
        for number in range(n):
            total += number & 7
        return total
