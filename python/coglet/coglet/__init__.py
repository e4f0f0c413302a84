"""Carries the binaries of the prediction server: `coglet`, and `coglet-worker`, which it starts."""

import os
from importlib.metadata import version

__all__ = ["__version__", "binary_path"]

__version__ = version("coglet")


def binary_path(name: str) -> str:
    """Where a binary of this wheel lies.

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
