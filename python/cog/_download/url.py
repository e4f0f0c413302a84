"""URLs of files: as written, as requested, and as shown in messages."""

from __future__ import annotations

import re
from typing import NamedTuple

_KEPT = "!#$%&'()*+,/:;=?@~"
_ESCAPE = re.compile("%([0-9a-fA-F]{2})")


class Target(NamedTuple):
    """The target of a request.

    Args:
        url: without credentials, in ASCII.
        user, password: the credentials; None when there are none.
    """

    url: str
    user: str | None
    password: str


def target(text: str) -> Target:
    """Normalize an http or https URL as `requests` does, and split off the credentials.

    Args:
        text: the URL, possibly surrounded by whitespace.

    Raises:
        ValueError: it can't be requested. The message doesn't show the URL.
    """
    from urllib.parse import unquote, urlsplit, urlunsplit

    try:
        parts = urlsplit(text.strip())
        host, port = _in_ascii(parts.hostname or ""), parts.port
    except ValueError:
        raise ValueError("invalid URL: its host or port isn't valid") from None
    if not host or not re.fullmatch(r"[\w.~:%-]+", host, re.ASCII):
        raise ValueError("invalid URL: no host supplied, or one that can't be used")
    network = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    url = urlunsplit((parts.scheme, network, _without_dots(_requoted(parts.path)), _requoted(parts.query), ""))
    user = None if parts.username is None else unquote(parts.username)
    return Target(url, user, unquote(parts.password or ""))


def _in_ascii(host: str) -> str:
    """Spell a host as the server does (Sources/HTTPClient/HostName.swift). Python's own codec knows only IDNA 2003.

    Raises:
        ValueError: it isn't a valid name.
    """
    if host.isascii():
        return host
    from unicodedata import normalize

    labels = []
    for label in normalize("NFC", host.translate(_spellings()).lower()).split("."):
        name = label if label.isascii() else "xn--" + label.encode("punycode").decode()
        if len(name) > 63 or not label.isprintable() or " " in label:
            raise ValueError(host)
        labels.append(name)
    return ".".join(labels)


def _spellings() -> dict[int, str]:
    """Other spellings of ASCII characters: dots, full-width letters, and invisible characters."""
    wide = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    return {**wide, **dict.fromkeys((0x3002, 0xFF0E, 0xFF61), "."), **dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF), "")}


def printable(text: str) -> str:
    """Return a URL in the form for messages and logs: without credentials and query.

    Args:
        text: the URL.
    """
    try:
        return re.split("[?#]", target(text).url)[0]
    except ValueError:
        return "(unusable URL)"


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _requoted(part: str) -> str:
    from urllib.parse import quote

    if len(_ESCAPE.findall(part)) != part.count("%"):
        return quote(part, safe=_KEPT.replace("%", ""))
    return quote(_ESCAPE.sub(_unescaped, part), safe=_KEPT)


def _unescaped(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if re.fullmatch("[A-Za-z0-9._~-]", character) else escape[0].upper()
