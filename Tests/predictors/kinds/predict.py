"""Returns the Python type and repr of each input, and the contents of files."""

from typing import Annotated, Any, List, Optional, Union

from cog import BaseRunner, File, Input, Path, Secret


def told(value: Any) -> Any:
    if isinstance(value, Path):
        text = value.read_bytes().decode("latin-1")
        return {
            "type": "Path",
            "name": value.name,
            "dir": str(value.parent),
            "mode": value.stat().st_mode & 0o777,
            "text": text,
        }
    if hasattr(value, "read"):
        return {
            "type": type(value).__name__,
            "text": value.read().decode("latin-1"),
            "name": getattr(value, "name", None),
        }
    if isinstance(value, Secret):
        return {"type": "Secret", "str": str(value), "value": value.get_secret_value()}
    if isinstance(value, list):
        return [told(item) for item in value]
    return {"type": type(value).__name__, "repr": repr(value)}


class Runner(BaseRunner):
    def run(
        self,
        s: Optional[str] = None,
        i: Optional[int] = None,
        f: Optional[float] = None,
        b: Optional[bool] = None,
        d: Optional[dict] = None,
        ls: Optional[List[str]] = None,
        u: Union[str, int, None] = None,
        path: Optional[Path] = None,
        file: Optional[File] = None,
        secret: Optional[Secret] = None,
        paths: Optional[List[Path]] = None,
        annotated: Annotated[Optional[Path], "note"] = None,
        li: Optional[List[int]] = None,
        plain: str = "by default",
        listed: List[str] = Input(default=["a", "b"]),
    ) -> Any:
        names = dict(locals())
        del names["self"]
        return {name: told(value) for name, value in names.items() if value is not None}
