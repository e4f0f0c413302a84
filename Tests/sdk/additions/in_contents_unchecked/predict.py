from datetime import datetime
from typing import Dict, TypedDict

from cog import BaseRunner


class Named(TypedDict, total=False):
    name: str
    raw: bytes
    when: datetime


class Runner(BaseRunner):
    def run(
        self,
        pairs: Dict[str, tuple[int, int]] = {},
        blobs: Dict[str, bytes] = {},
        cells: Dict[tuple[int, int], str] = {},
        named: Named = {},
        deep: list[Dict[str, Dict[str, set[int]]]] = [],
    ) -> str:
        return repr((pairs, blobs, cells, named, deep))
