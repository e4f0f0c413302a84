from typing import Any, Dict, List, Optional

from cog import BaseRunner, Input, Path, Secret


class Runner(BaseRunner):
    def run(
        self,
        grid: List[List[int]] = [],
        holes: List[Optional[str]] = [],
        either: "list[int | str]" = [],
        counts: Dict[str, int] = {},
        by_number: dict[int, float] = {},
        files: dict[str, Path] = {},
        deep: dict[str, list[Path]] = {},
        keys: List[Secret] = [],
        anything: list = [],
        maybe: Optional[List[Optional[Path]]] = Input(default=None, description="nested and optional"),
        table: Dict[str, Dict[str, Any]] = {},
    ) -> str:
        read = {name: path.read_text() for name, path in files.items()}
        deeper = {name: [path.read_text() for path in paths] for name, paths in deep.items()}
        more = maybe and [path and path.read_text() for path in maybe]
        return repr((grid, holes, either, counts, by_number, read, deeper, keys, anything, more, table))
