"""Write machine-learning models that run as prediction servers.

A model is a class with a method `run` (or `predict`), or a function. The types of its parameters define what a client
may send; the return type defines what a client receives::

    from cog import BaseRunner, Input

    class Runner(BaseRunner):
        def run(self, name: str = Input(description="Whom to greet")) -> str:
            return f"hello {name}"
"""

from __future__ import annotations

from ._version import __version__

# `typing` is not loaded for this: `python -m cog…` looks for it in the model's folder first.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from coglet import CancelationException

    from . import coder as coder
    from . import errors as errors
    from . import exceptions as exceptions
    from . import input as input
    from . import mode as mode
    from . import model as model
    from . import predictor as predictor
    from . import suppress_output as suppress_output
    from . import types as types
    from ._deprecated import ExperimentalFeatureWarning, emit_metric
    from ._model.batched import SKIP, batched
    from ._model.decorators import concurrent, streaming
    from .coder import Coder as Coder
    from .input import FieldInfo, Input
    from .model import BaseModel
    from .predictor import BasePredictor, BaseRunner
    from .scope import current_scope, current_scopes
    from .types import (
        AsyncConcatenateIterator,
        ConcatenateIterator,
        File,
        Opaque,
        Path,
        Secret,
        URLFile,
        URLPath,
    )

__all__ = [
    "SKIP",
    "AsyncConcatenateIterator",
    "BaseModel",
    "BasePredictor",
    "BaseRunner",
    "CancelationException",
    "ConcatenateIterator",
    "ExperimentalFeatureWarning",
    "FieldInfo",
    "File",
    "Input",
    "Opaque",
    "Path",
    "Secret",
    "URLFile",
    "URLPath",
    "__version__",
    "batched",
    "concurrent",
    "current_scope",
    "current_scopes",
    "emit_metric",
    "streaming",
]

# Where each name lives. They are imported when they are first used: a model pays for what it needs.
_HOMES = {
    "AsyncConcatenateIterator": "cog.types",
    "BaseModel": "cog.model",
    "BasePredictor": "cog.predictor",
    "BaseRunner": "cog.predictor",
    "CancelationException": "coglet",
    "Coder": "cog.coder",
    "ConcatenateIterator": "cog.types",
    "ExperimentalFeatureWarning": "cog._deprecated",
    "FieldInfo": "cog.input",
    "File": "cog.types",
    "Input": "cog.input",
    "Opaque": "cog.types",
    "Path": "cog.types",
    "SKIP": "cog._model.batched",
    "Secret": "cog.types",
    "URLFile": "cog.types",
    "URLPath": "cog.types",
    "batched": "cog._model.batched",
    "concurrent": "cog._model.decorators",
    "current_scope": "cog.scope",
    "current_scopes": "cog.scope",
    "emit_metric": "cog._deprecated",
    "streaming": "cog._model.decorators",
}


# The modules that are there as soon as `cog` is, without an import of their own.
_MODULES = frozenset(
    {"coder", "errors", "exceptions", "input", "mode", "model", "predictor", "suppress_output", "types"}
)

if not TYPE_CHECKING:  # Type checkers would take it for a promise that any name is there.

    def __getattr__(name):
        home = _HOMES.get(name)
        if home is None and name not in _MODULES:
            raise AttributeError(f"module 'cog' has no attribute {name!r}")
        import importlib

        value = importlib.import_module(f"cog.{name}") if home is None else getattr(importlib.import_module(home), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_MODULES})
