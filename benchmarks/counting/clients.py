"""One connection, and the heads that real clients send over it."""

import json
import socket
from typing import Any

_RECEIVE_BYTES = 1 << 20

_CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"

# The fields of each client, in its order; `Content-Type` and `Content-Length` stand where it puts those of a body.
HEADS: dict[str, tuple[str, ...]] = {
    "curl": ("Host: {host}", "User-Agent: curl/8.14.1", "Accept: */*", "Content-Type", "Content-Length"),
    "python-requests": (
        "Host: {host}",
        "User-Agent: python-requests/2.32.5",
        "Accept-Encoding: gzip, deflate",
        "Accept: */*",
        "Connection: keep-alive",
        "Content-Length",
        "Content-Type",
    ),
    "a browser": (
        "Host: {host}",
        "Connection: keep-alive",
        "Content-Length",
        'sec-ch-ua-platform: "Linux"',
        f"User-Agent: {_CHROME}",
        'sec-ch-ua: "Not)A;Brand";v="8", "Chromium";v="138", "Google Chrome";v="138"',
        "Content-Type",
        "sec-ch-ua-mobile: ?0",
        "Accept: */*",
        "Origin: http://{host}",
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Mode: cors",
        "Sec-Fetch-Dest: empty",
        "Referer: http://{host}/docs",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "Accept-Language: en-US,en;q=0.9",
    ),
}


class Client:
    """A keep-alive connection to 127.0.0.1 that sends the same request as often as it is told to.

    Args:
        port: where the server listens.
        head: one of `HEADS`.
    """

    def __init__(self, port: int, head: str = "curl") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._host = f"127.0.0.1:{port}"
        self._head = HEADS[head]

    def close(self) -> None:
        self._socket.close()

    def health(self, times: int) -> None:
        """Ask for the health check."""
        message = self._message("GET", "/health-check", b"")
        for _ in range(times):
            self._exchange(message)

    def predict(self, body: bytes, times: int = 1) -> Any:
        """Run the same prediction again and again; return its last output."""
        message = self._message("POST", "/predictions", body)
        for _ in range(times):
            answer = self._exchange(message)
        return json.loads(answer)["output"]

    def _message(self, method: str, path: str, body: bytes) -> bytes:
        of_body = {"Content-Type": "application/json", "Content-Length": len(body)}
        lines = [f"{method} {path} HTTP/1.1"]
        for field in self._head:
            if field not in of_body:
                lines.append(field.format(host=self._host))
            elif body:
                lines.append(f"{field}: {of_body[field]}")
        return "\r\n".join([*lines, "", ""]).encode() + body

    def _exchange(self, message: bytes) -> bytes:
        self._socket.sendall(message)
        received = bytearray()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = bytes(received[:end]).lower()
        if not head.startswith(b"http/1.1 200 "):
            raise ConnectionError(f"a request was answered {bytes(received[:500])!r}")
        length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
        while len(received) < end + 4 + length:
            received += self._more()
        return bytes(received[end + 4 :])

    def _more(self) -> bytes:
        received = self._socket.recv(_RECEIVE_BYTES)
        if not received:
            raise ConnectionError("the server closed the connection before its answer was complete")
        return received
