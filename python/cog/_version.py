"""The version that the SDK, the wheels and the binaries share: the file VERSION at the top of the sources."""

from __future__ import annotations

version = "0.24.0"
__version__ = version
version_tuple: tuple[int | str, ...] = tuple(int(part) if part.isdigit() else part for part in version.split("."))
__version_tuple__ = version_tuple
