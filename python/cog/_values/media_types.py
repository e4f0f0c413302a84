"""The media types of output files, from the same table that the server uses."""

from __future__ import annotations

from functools import cache

_UNKNOWN = "application/octet-stream"


def of_output(name: str) -> str:
    """Return the media type of an output file.

    Args:
        name: the file's name; its last extension counts, ignoring case.
    """
    stem, _, extension = name.rpartition(".")
    return _types().get(extension.lower(), _UNKNOWN) if stem else _UNKNOWN


@cache
def _types() -> dict[str, str]:
    from .._server_tables import MEDIA_TYPES

    types: dict[str, str] = {}
    for row in MEDIA_TYPES.replace(";", "\n").splitlines():
        if row := row.strip():
            media_type, *extensions = row.split(" ")
            for extension in extensions:
                types.setdefault(extension, media_type)
    return types
