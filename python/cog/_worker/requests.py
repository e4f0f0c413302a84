"""Decodes a prediction as it comes from the server."""

from __future__ import annotations

import json
from typing import Any

_NO_META: dict[str, Any] = {}


class Request:
    """A prediction to run.

    Attributes:
        token: identifies the prediction to the server.
        meta: what the server adds; keys that don't apply are missing. `context` (object of strings), `files`
            (JSON pointer without the leading slash → path), `events` (somebody follows the output), `trace`
            (`traceparent` and `tracestate` of the request, W3C Trace Context; empty if nobody records the trace).
        values: the request's `input`, without members that the model doesn't know; files are replaced by empty strings.
    """

    __slots__ = ("meta", "token", "values")

    def __init__(self, received: tuple[int, dict[str, Any] | bytes | None, dict[str, Any] | bytes | None]) -> None:
        self.token, meta, content = received
        self.meta = _NO_META if meta is None else read(meta)
        self.values: dict[str, Any] = {} if content is None else read(content)["input"]


def read(content: Any) -> Any:
    """Return a value that came from the server.

    Args:
        content: the value, or its JSON text if `json` has to decode it.
    """
    return json.loads(content.decode()) if type(content) is bytes else content
