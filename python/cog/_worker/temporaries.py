"""Lets a model return a file from a `with tempfile.TemporaryDirectory()` block.

Leaving the block removes the folder before anyone could open the file. During a prediction, the removal waits until the
output has been processed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from .running import Running, of_caller

# A prediction that makes many folders must not fill the disk: only the latest are kept.
_LIMIT = 8


def keep_until_the_end() -> None:
    """Delay the removal of temporary folders whose block ends during a prediction until the prediction has ended."""
    module = sys.modules.get("tempfile")
    if module is not None:
        _defer_removal(module)
    else:
        # Importing it here would cost every start several milliseconds, and most models never use it.
        sys.meta_path.insert(0, _Watch())


def remove(prediction: Running) -> None:
    """Remove the folders that `prediction` left behind. Call this when its output has been processed."""
    folders, prediction.folders = prediction.folders, None
    for folder in folders or ():
        _remove(folder)


def _remove(folder: Any) -> None:
    try:
        folder.cleanup()
    except OSError as error:
        print(f"The temporary folder {folder.name} can't be removed: {error}", file=sys.stderr)


def _defer_removal(tempfile: ModuleType) -> None:
    leave = tempfile.TemporaryDirectory.__exit__

    def leave_later(self: Any, kind: Any, error: Any, traceback: Any) -> None:
        prediction = of_caller() if kind is None else None
        if prediction is None:
            leave(self, kind, error, traceback)
        elif prediction.folders is None:
            prediction.folders = [self]
        else:
            prediction.folders.append(self)
            if len(prediction.folders) > _LIMIT:
                _remove(prediction.folders.pop(0))

    tempfile.TemporaryDirectory.__exit__ = leave_later


class _Watch:
    """Waits on the import path for `tempfile` to be imported, then steps out of the way."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "tempfile":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def execute_then_defer(module: ModuleType) -> None:
            execute(module)
            _defer_removal(module)

        spec.loader.exec_module = execute_then_defer  # type: ignore[method-assign]
        return spec
