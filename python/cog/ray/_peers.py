"""A replica's requests to the others of its deployment, through Ray."""

from __future__ import annotations

import json
from typing import Any, cast

from ray.serve.handle import DeploymentHandle, DeploymentResponseGenerator

from ._proxy import Answer, Fields, Send

_LOOKUP_SECONDS = 30.0
_ATTEMPTS = 5
_UNANSWERED = "Not all replicas have answered whether they run this prediction. Try again when they are less busy."


class Peers:
    """The replicas of a deployment, this one included.

    Args:
        handle: calls the deployment.
        has_room: whether replicas accept more requests at a time than they have slots. Otherwise, they answer nothing
            while their slots are taken.
    """

    def __init__(self, handle: DeploymentHandle[Any], has_room: bool) -> None:
        self._handle = handle
        self._has_room = has_room

    async def look_up(self, method: str, target: str, fields: Fields) -> Answer | None:
        """Return the answer of the replica that knows a prediction, or None."""
        if not self._has_room:
            return None
        follows = target.partition("?")[0].endswith("/stream") or any(
            name == b"accept" and b"text/event-stream" in value for name, value in fields
        )
        answers = self._handle.broadcast("look_up", method, target, fields)
        try:
            # A replica that dies in the meantime has lost the prediction too. Events come after all of them have
            # happened.
            results = await answers.results_async(
                timeout_s=None if follows else _LOOKUP_SECONDS, return_exceptions=True
            )
        except TimeoutError:
            return _unanswered()
        return next((Answer(*found) for found in results if isinstance(found, tuple)), None)

    async def take(self, method: str, target: str, fields: Fields, body: bytes | None, send: Send) -> bool:
        """Let a replica answer a request that is refused here; return whether one did.

        Ray chooses the replica. It may choose this one, or another one that refuses too, so there are several attempts.
        """
        for _ in range(_ATTEMPTS):
            called = self._handle.options(stream=True).take.remote(method, target, fields, body)
            parts = cast("DeploymentResponseGenerator[Any]", called)
            head = await anext(parts)
            if head is None:
                continue
            status, answer_fields = head
            await send({"type": "http.response.start", "status": status, "headers": answer_fields})
            async for chunk in parts:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return True
        return False


def _unanswered() -> Answer:
    body = json.dumps({"error": _UNANSWERED, "status": "failed"}).encode()
    fields = [(b"content-type", b"application/json"), (b"retry-after", b"1"), (b"content-length", b"%d" % len(body))]
    return Answer(503, fields, body)
