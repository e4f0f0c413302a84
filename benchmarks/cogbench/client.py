"""A plain HTTP/1.1 client on a blocking socket with a buffer made beforehand: the same for every server.

For single large or long answers, where what is measured is how fast the server takes and gives bytes. Throughput of
small requests is measured with wrk.
"""

import re
import socket
import time
from dataclasses import dataclass

RECEIVE_BYTES = 1 << 20
BUFFER_BYTES = 160 << 20


@dataclass
class Answer:
    status: int
    body: bytes
    seconds: float
    """From the first byte sent to the last byte received."""


class Client:
    """One keep-alive connection to 127.0.0.1."""

    def __init__(self, port: int, timeout: float = 60.0, buffer_bytes: int = BUFFER_BYTES) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray(b"\1") * buffer_bytes  # every page written, so that none is new while time is taken

    def close(self) -> None:
        self._socket.close()

    def request(self, method: str, path: str, body: bytes = b"", accept: str = "application/json") -> Answer:
        """Sends one request and reads its whole answer. `body`, if any, is JSON."""
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        elif method != "GET":
            head += "Content-Length: 0\r\n"
        message = head.encode() + b"\r\n" + body
        began = time.perf_counter()
        self._socket.sendall(message)
        status, body_start, end, chunked = self._receive()
        seconds = time.perf_counter() - began
        answer = bytes(memoryview(self._buffer)[body_start:end])
        return Answer(status, unchunk(answer) if chunked else answer, seconds)

    def _receive(self) -> tuple[int, int, int, bool]:
        view = memoryview(self._buffer)
        end = 0
        while (head_end := self._buffer.find(b"\r\n\r\n", 0, end)) < 0:
            end += self._more(view, end)
        head = bytes(view[:head_end]).lower()
        status = int(head.split(b" ", 2)[1])
        body_start = head_end + 4
        if b"transfer-encoding: chunked" in head:
            while self._buffer[end - 5 : end] != b"0\r\n\r\n":
                end += self._more(view, end)
            return status, body_start, end, True
        length = re.search(rb"content-length: *(\d+)", head)
        last = body_start + (int(length[1]) if length else 0)
        while end < last:
            end += self._more(view, end)
        return status, body_start, last, False

    def _more(self, view: memoryview, end: int) -> int:
        count = self._socket.recv_into(view[end : end + RECEIVE_BYTES])
        if count == 0:
            raise ConnectionError("the server closed the connection before its answer was complete")
        return count


def unchunk(body: bytes) -> bytes:
    """The content of a chunked body."""
    parts: list[bytes] = []
    position = 0
    while True:
        line_end = body.index(b"\r\n", position)
        size = int(body[position:line_end].split(b";")[0], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(body[line_end + 2 : line_end + 2 + size])
        position = line_end + 2 + size + 2
