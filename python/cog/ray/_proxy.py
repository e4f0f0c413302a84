"""Forwards the requests of a replica to its prediction server, and the responses back."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, Protocol
from urllib.parse import quote

import aiohttp
from yarl import URL

from ._server import Server

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Fields = list[tuple[bytes, bytes]]

# RFC 9110, 7.6.1, and fields that only the first server of a request answers.
_HOP_BY_HOP = frozenset(
    {b"connection", b"expect", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)
GOES_ON = frozenset({201, 202})
"""Responses to clients that don't wait for the end of their prediction; Replicate's clients get 201."""
_WHOLE_ANSWER_BYTES = 65_536
"""Responses up to this size are sent in one message."""
_KEPT_BODY_BYTES = 8 * 1024 * 1024
"""Bodies up to this size are kept, so that another replica can take a request that is refused here."""
_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 2.0


class ClientLeft(ConnectionError):
    """The client disconnected before its request was complete."""


class Proxy:
    """An ASGI application in front of a server.

    Args:
        server: the server.
        others: the other replicas.
    """

    def __init__(self, server: Server, others: Others) -> None:
        self._server = server
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, following ASGI."""
        if scope["type"] == "http":
            with contextlib.suppress(ClientLeft):
                await self._forward(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:  # The server has no WebSockets.
            await receive()
            await send({"type": "websocket.close", "code": 1003})

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self._server.stop()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, target = scope["method"], _target(scope)
        fields = _request_fields(scope)
        first = await receive()
        if first["type"] == "http.disconnect":
            return
        body = await _body(first, receive, fields)
        async with request(self._server, method, target, fields, body) as answer:
            found: Answer | None = None
            if answer.status == 404 and is_about_a_prediction(method, target):
                found = await self._others.look_up(method, target, fields)
            elif is_refusal(answer) and begins_a_prediction(method, target) and not isinstance(body, AsyncIterator):
                found = Answer(answer.status, answer_fields(answer), await answer.read())
                if await self._others.take(method, target, fields, body, send):
                    return
            if found is not None:
                await found.send(send)
                return
            text = await _pass_on(answer, send, keeps=answer.status in GOES_ON)
        if text:
            await stay(self._server, text, fields)


class Others(Protocol):
    """The other replicas of a deployment."""

    async def look_up(self, method: str, target: str, fields: Fields) -> Answer | None:
        """Return the answer of the one that knows a prediction, or None."""
        ...

    async def take(self, method: str, target: str, fields: Fields, body: bytes | None, send: Send) -> bool:
        """Let one of them answer a request that is refused here; return whether one did."""
        ...


class Answer:
    """A complete response, which can be sent between replicas.

    Args:
        status: its status.
        fields: its header fields.
        body: its content.
    """

    def __init__(self, status: int, fields: Fields, body: bytes) -> None:
        self.status = status
        self.fields = fields
        self.body = body

    async def send(self, send: Send) -> None:
        """Send it to a client."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.fields})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


async def stay(server: Server, text: bytes, fields: Fields) -> None:
    """Wait until a prediction has ended for which no client waits.

    The request counts as ongoing in the meantime. So Ray sends no more requests here than there are slots, adds
    replicas when they are busy, and doesn't stop this one.

    Args:
        server: the server that runs the prediction.
        text: the response that the client got.
        fields: the header fields of its request.
    """
    try:
        id = json.loads(text)["id"]
    except (ValueError, KeyError, TypeError):
        return
    target = f"/predictions/{quote(id, safe='')}"
    kept = [(name, value) for name, value in fields if name in (b"authorization", b"x-api-key")]
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while True:
        # A prediction that has already taken long is unlikely to end within the next moments.
        await asyncio.sleep(min(max((loop.time() - begun) / 10, _FIRST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS))
        async with request(server, "GET", target, kept, None) as answer:
            state = await answer.read()
            if answer.status != 200 or json.loads(state).get("status") not in ("starting", "processing"):
                return


async def ask(server: Server, method: str, target: str, fields: Fields) -> Answer:
    """Request a complete response from a server."""
    async with request(server, method, target, fields, None) as answer:
        return Answer(answer.status, answer_fields(answer), await answer.read())


def request(
    server: Server, method: str, target: str, fields: Fields, body: bytes | AsyncIterator[bytes] | None
) -> aiohttp.client._RequestContextManager:
    """Start a request. Leaving its block early closes the connection, which cancels the prediction.

    Args:
        server: the server to send it to.
        method: its method.
        target: its path and query, as they were sent.
        fields: its header fields, without those of a single connection.
        body: its content.
    """
    headers = [(_text(name), _text(value)) for name, value in fields]
    if not isinstance(body, AsyncIterator):  # The client counts the bytes itself.
        headers = [(name, value) for name, value in headers if name != "content-length"]
    return server.session.request(
        method, URL(f"http://127.0.0.1:{server.port}{target}", encoded=True), headers=headers, data=body
    )


def is_about_a_prediction(method: str, target: str) -> bool:
    """Return whether a request is about an existing prediction, which only the replica that runs it knows."""
    parts = target.partition("?")[0].split("/")
    if parts[-1] in ("cancel", "stream") and parts[-3:-2] == ["predictions"]:
        return method == ("POST" if parts[-1] == "cancel" else "GET")
    return method in ("GET", "HEAD") and parts[-2:-1] == ["predictions"]


def begins_a_prediction(method: str, target: str) -> bool:
    """Return whether a request starts a prediction, on any of the server's routes."""
    last = target.partition("?")[0].rpartition("/")[2]
    return method in ("POST", "PUT") and last not in ("cancel", "shutdown")


def is_refusal(answer: aiohttp.ClientResponse) -> bool:
    """Return whether a server hasn't started the prediction because it can't now."""
    return answer.status == 503 or (answer.status in (409, 429) and "Retry-After" in answer.headers)


async def _pass_on(answer: aiohttp.ClientResponse, send: Send, keeps: bool) -> bytes:
    """Send a response to the client as it arrives. Returns its content if it has to be kept."""
    fields = answer_fields(answer)
    if keeps or (answer.content_length or _WHOLE_ANSWER_BYTES + 1) <= _WHOLE_ANSWER_BYTES:
        body = await answer.read()
        await Answer(answer.status, fields, body).send(send)
        return body if keeps else b""
    await send({"type": "http.response.start", "status": answer.status, "headers": fields})
    async for chunk in answer.content.iter_any():
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
    return b""


async def _body(first: Message, receive: Receive, fields: Fields) -> bytes | AsyncIterator[bytes] | None:
    """Return the body of a request: as a whole if it is short, otherwise as it arrives."""
    if not first.get("more_body"):
        return first.get("body") or None
    length = dict(fields).get(b"content-length", b"")
    rest = _rest_of_body(first, receive)
    if length.isdigit() and int(length) <= _KEPT_BODY_BYTES:
        return b"".join([chunk async for chunk in rest])
    return rest


async def _rest_of_body(message: Message, receive: Receive) -> AsyncIterator[bytes]:
    while True:
        if message["type"] == "http.disconnect":
            raise ClientLeft("the client disconnected before its request was complete")
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body"):
            return
        message = await receive()


def _target(scope: Scope) -> str:
    """Return path and query as sent by the client, below the application's prefix."""
    path = scope.get("raw_path") or quote(scope["path"]).encode()
    prefix = quote(scope.get("root_path", "")).encode()
    query = scope.get("query_string", b"")
    target = path.partition(b"?")[0].removeprefix(prefix) or b"/"
    return _text(target + (b"?" + query if query else b""))


def _request_fields(scope: Scope) -> Fields:
    fields = [(name.lower(), value) for name, value in scope["headers"] if name.lower() not in _HOP_BY_HOP]
    prefix = scope.get("root_path", "").rstrip("/")
    if prefix and not any(name == b"x-forwarded-prefix" for name, _ in fields):
        fields.append((b"x-forwarded-prefix", quote(prefix).encode()))
    return fields


def answer_fields(answer: aiohttp.ClientResponse) -> Fields:
    """Return the header fields of a response, without those of a single connection."""
    return [(name.lower(), value) for name, value in answer.raw_headers if name.lower() not in _HOP_BY_HOP]


def _text(value: bytes) -> str:
    """Return a text that the client library encodes to the same bytes, if they are UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
