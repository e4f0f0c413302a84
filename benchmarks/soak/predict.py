"""The models of the soak test: the behaviours that a load can ask for."""

import asyncio
import hashlib
import signal
import time
from collections.abc import AsyncIterator, Iterator

from cog import Path, current_scope, streaming


def common(kind: str, n: int) -> None:
    print(f"{kind} {n}")
    current_scope().record_metric("asked.n", n)
    if kind == "fail":
        raise ValueError("asked to fail")
    if kind == "crash":
        signal.raise_signal(signal.SIGSEGV)  # to this very thread: it does not return


class Sync:
    @streaming
    def predict(self, kind: str, n: int = 0, text: str = "") -> Iterator[str]:
        common(kind, n)
        if kind == "sleep":
            time.sleep(n / 1000)
        for index in range(n if kind == "yield" else 1):
            yield f"{index}{text}"


class Async:
    @streaming
    async def predict(self, kind: str, n: int = 0, text: str = "") -> AsyncIterator[str]:
        common(kind, n)
        if kind == "sleep":
            await asyncio.sleep(n / 1000)
        for index in range(n if kind == "yield" else 1):
            yield f"{index}{text}"


class Files:
    def predict(self, kind: str, file: Path) -> Path:
        common(kind, 0)
        output = Path("digest.txt")
        output.write_text(hashlib.sha256(file.read_bytes()).hexdigest())
        return output
