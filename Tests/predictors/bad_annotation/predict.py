"""One annotation that doesn't resolve, and one path. The document is supplied, because none can be made of this model."""

from __future__ import annotations

from cog import BaseRunner, Path


class Runner(BaseRunner):
    def run(self, path: Path, odd: NotDefinedAnywhere = None) -> str:  # noqa: F821
        return path.read_text()
