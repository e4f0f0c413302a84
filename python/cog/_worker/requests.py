"""Takes a prediction apart as it comes from the server."""

from __future__ import annotations

import json
from typing import Any

_decode = json.JSONDecoder().raw_decode

_NO_META: dict[str, Any] = {}


class Request:
    """A prediction to run.

    Attributes:
        token: names the prediction towards the server.
        meta: what the server adds; keys that don't apply are missing. `context` (object of strings), `files`
            (JSON pointer without the leading slash → path), `unknown` (names to leave out), `events` (somebody follows
            the output), `placeholder` (start of the strings that stand for `strings`), `trace` (`traceparent` and
            `tracestate` of the request, W3C Trace Context).
        values: the request's `input`.
    """

    __slots__ = ("meta", "token", "values")

    def __init__(self, received: tuple[int, str, str, tuple[str | bytes, ...] | None]) -> None:
        self.token, meta, text, strings = received
        self.meta = _decode(meta)[0] if meta else _NO_META
        values = _decode(text if text[0] == "{" else text.lstrip(" \t\r\n"))[0].get("input") if text else None
        if strings is not None:
            values = _with_strings(values, self.meta["placeholder"], strings)
        self.values: dict[str, Any] = values or {}
        for name in self.meta.get("unknown", ()):
            self.values.pop(name, None)


def _with_strings(value: Any, placeholder: str, strings: tuple[str | bytes, ...]) -> Any:
    """Put the long strings, which travel outside of the JSON text, back where their placeholders stand."""
    if isinstance(value, str):
        if not value.startswith(placeholder):
            return value
        string = strings[int(value[len(placeholder) :])]
        return string if isinstance(string, str) else json.loads(b'"' + string + b'"')
    if isinstance(value, list):
        return [_with_strings(item, placeholder, strings) for item in value]
    if isinstance(value, dict):
        return {key: _with_strings(item, placeholder, strings) for key, item in value.items()}
    return value
