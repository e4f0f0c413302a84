"""The models that are measured: a directory for each, as a built image has it."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .environments import BENCHMARKS

_STRING = {"type": "string"}
_URI = {"type": "string", "format": "uri"}
_STRINGS = {"type": "array", "items": {"type": "string"}, "x-cog-array-type": "iterator"}


@dataclass(frozen=True, eq=False)
class Workload:
    """A class of models/predict.py, and what its document says."""

    name: str
    reference: str
    inputs: dict[str, Any] = field(default_factory=dict)
    output: dict[str, Any] = field(default_factory=lambda: _STRING)
    slots: int = 1

    @property
    def streams(self) -> bool:
        return self.output is _STRINGS

    def stage(self, directory: Path, with_document: bool) -> None:
        """Puts the model into `directory`.

        The original reads its document from a file that its build tool makes; without one it checks no input and
        offers no event stream, so it gets one `with_document`.
        """
        directory.mkdir(parents=True)
        shutil.copy(BENCHMARKS / "models" / "predict.py", directory / "predict.py")
        if with_document:
            (directory / ".cog").mkdir()
            (directory / ".cog" / "openapi_schema.json").write_text(json.dumps(self.document()))

    def document(self) -> dict[str, Any]:
        properties = {
            name: {"title": name.title(), "x-order": order, **schema}
            for order, (name, schema) in enumerate(self.inputs.items())
        }
        schemas = {
            "Input": {"title": "Input", "type": "object", "required": list(properties), "properties": properties},
            "Output": {"title": "Output", **self.output},
        }
        operation = {"x-cog-streaming": True} if self.streams else {}
        return {
            "openapi": "3.0.2",
            "info": {"title": "Cog", "version": "0.1.0"},
            "paths": {"/predictions": {"post": operation}},
            "components": {"schemas": schemas},
        }


SYNC = Workload("sync", "Sync", {"s": _STRING})
ASYNC = Workload("async", "Async", {"s": _STRING}, slots=64)
TOKENS = Workload("tokens", "Tokens", {"n": {"type": "integer"}}, _STRINGS)
ASYNC_TOKENS = Workload("async-tokens", "AsyncTokens", {"n": {"type": "integer"}}, _STRINGS)
FILE_IN = Workload("file-in", "FileIn", {"f": _URI})
FILE_OUT = Workload("file-out", "FileOut", {"s": _STRING}, _URI)
TEXT = Workload("text", "Text", {"s": _STRING})
SLEEP = Workload("sleep", "Sleep", {"seconds": {"type": "number"}})
