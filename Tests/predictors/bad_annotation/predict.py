"""One annotation that does not resolve, one path: comes with a document of its own, none can be made of it."""

from __future__ import annotations

from cog import BaseRunner, Path


class Runner(BaseRunner):
    def run(self, path: Path, odd: NotDefinedAnywhere = None) -> str:  # noqa: F821
        return path.read_text()
