"""Carries the binaries of the prediction server: `coglet`, and `coglet-worker`, which it starts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import _sdk as _sdk
    from . import server as server

    __version__: str
    __build__: str

__all__ = ["CancelationException", "__build__", "__version__", "binary_path", "server"]


class CancelationException(BaseException):
    """Raised in a synchronous prediction when it is canceled; a model that raises it ends its prediction as canceled.

    It isn't an `Exception`, so that `except Exception` doesn't catch it.
    """


def binary_path(name: str) -> str:
    """Return the path of a binary in this wheel.

    Args:
        name: "coglet" or "coglet-worker".

    Returns:
        The absolute path of the executable.

    Raises:
        FileNotFoundError: this wheel has no such binary.
    """
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", name)
    if not os.access(path, os.X_OK):
        raise FileNotFoundError(f"the coglet package has no executable {path}: reinstall it")
    return path


def __getattr__(name: str) -> Any:
    # These are slow to import and seldom needed.
    value: Any
    if name in ("_sdk", "server"):
        import importlib

        return importlib.import_module(f"coglet.{name}")
    if name in ("__version__", "__build__"):
        from importlib.metadata import PackageNotFoundError, version

        try:
            value = version("coglet")
        except PackageNotFoundError:  # Running from the sources.
            from cog._version import version as value
        globals().update(__version__=value, __build__=value)
        return value
    raise AttributeError(f"module 'coglet' has no attribute {name!r}")
