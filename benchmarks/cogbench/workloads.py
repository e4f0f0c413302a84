"""The models that are measured: a directory for each, as a built image has it."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .environments import BENCHMARKS

# What the small models answer at once, whichever of the two they read.
READY_BODY = '{"input":{"s":"world","n":1}}'

_STRING = {"type": "string"}
_URI = {"type": "string", "format": "uri"}
_STRINGS = {"type": "array", "items": {"type": "string"}, "x-cog-array-type": "iterator"}


@dataclass(frozen=True, eq=False)
class Workload:
    """A class of one of the files in models/, and what its document says."""

    name: str
    reference: str
    inputs: dict[str, Any] = field(default_factory=dict)
    output: dict[str, Any] = field(default_factory=lambda: _STRING)
    slots: int = 1
    file: str = "predict.py"
    variables: dict[str, str] = field(default_factory=dict)
    """Settings that only this project's server gets."""
    ready_body: str = READY_BODY
    packages: tuple[str, ...] = ()
    """What the model imports."""

    @property
    def streams(self) -> bool:
        return self.output is _STRINGS

    def stage(self, directory: Path, with_document: bool) -> None:
        """Puts the model into `directory`.

        The original reads its document from a file that its build tool makes; without one it checks no input and
        offers no event stream, so it gets one `with_document`.
        """
        directory.mkdir(parents=True)
        shutil.copy(BENCHMARKS / "models" / self.file, directory / self.file)
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

# More clients than slots: those that find none free wait for one.
_QUEUE = {"COG_QUEUE_LIMIT": "64"}
_NUMBERS = {"type": "array", "items": {"type": "number"}}


def _payload(
    name: str, reference: str, inputs: dict[str, Any], output: dict[str, Any], ready_input: dict[str, Any]
) -> Workload:
    return Workload(
        name, reference, inputs, output, file="payloads.py", variables=_QUEUE,
        ready_body=json.dumps({"input": ready_input}), packages=("numpy",),
    )  # fmt: skip


JPEG = _payload("jpeg", "Jpeg", {"image": _URI}, _URI, {"image": "data:image/jpeg;base64,AAAA"})
OBJECT = _payload("object", "Object", {"data": {"type": "object"}}, {"type": "object"}, {"data": {}})
FLOATS = _payload("floats", "Floats", {"values": _NUMBERS}, _NUMBERS, {"values": []})
PIXELS = _payload("pixels", "Pixels", {"s": _STRING}, {}, {"s": ""})
PAYLOADS = tuple(workload.name for workload in (JPEG, OBJECT, FLOATS, PIXELS))
ANYTHING = _payload("anything", "Anything", {"data": {}}, {"type": "integer"}, {"data": []})

CPU = Workload("cpu", "Cpu", {"n": {"type": "integer"}}, {"type": "integer"}, variables=_QUEUE | {"COG_WORKERS": "2"})
BATCHED = Workload("batched", "Batched", {"s": _STRING}, file="batched.py", variables=_QUEUE)
FORKED = Workload("forked", "Buffer", {"s": _STRING}, file="buffer.py", variables=_QUEUE | {"COG_WORKER_START": "fork"})
FORKED_POOL = Workload(
    "forked-pool", "Buffer", {"s": _STRING}, file="buffer.py", variables=FORKED.variables | {"COG_WORKERS": "4"}
)
