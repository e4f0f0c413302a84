"""The names of the local copies of URLs."""

from __future__ import annotations

import os

__all__ = ["FILENAME_ILLEGAL_CHARS", "FILENAME_MAX_LENGTH", "get_filename", "shortened"]

FILENAME_ILLEGAL_CHARS = {"\0", "/"}
FILENAME_MAX_LENGTH = 200


def get_filename(url: str) -> str:
    """Name the local copy of a URL.

    Args:
        url: a data, http or https URL.

    Returns:
        The last component of the path, decoded; for data URLs, `file` and the extension of the media type. At most 200
        bytes long, without slashes.
    """
    from urllib.parse import unquote_plus, urlparse

    parts = urlparse(url)
    if parts.scheme == "data":
        import mimetypes

        media_type = parts.path.partition(",")[0].partition(";")[0] or "text/plain"
        return "file" + (mimetypes.guess_extension(media_type) or "")
    name = shortened(unquote_plus(os.path.basename(parts.path)))
    for character in FILENAME_ILLEGAL_CHARS:
        name = name.replace(character, "_")
    return name


def shortened(name: str) -> str:
    """Return the name, shortened to at most 200 bytes; it keeps its extension if possible."""
    if len(name.encode("utf-8", "surrogateescape")) <= FILENAME_MAX_LENGTH:
        return name
    stem, extension = os.path.splitext(name)
    room = FILENAME_MAX_LENGTH - 1 - len(extension.encode("utf-8", "surrogateescape"))
    if room < 1:  # What follows the last dot is not an extension.
        stem, extension, room = name, "", FILENAME_MAX_LENGTH - 1
    kept = stem.encode("utf-8", "surrogateescape")[:room].decode("utf-8", "ignore")
    return f"{kept}~{extension}"
