"""Two clients: an ordinary one, and a raw socket for what an ordinary one can't say."""

import errno
import http.client
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .environment import DEADLINE


@dataclass
class Response:
    """An answer, with its field names as they came."""

    status: int
    reason: str
    fields: list[tuple[str, str]]
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """The fields by lower-case name."""
        return {name.lower(): value for name, value in self.fields}

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One connection at a time to one server."""

    def __init__(self, port: int, host: str = "127.0.0.1", timeout: float = DEADLINE) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=timeout)

    def request(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Response:
        """Sends a request; a body that is not bytes goes out as JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body).encode()
            if not any(name.lower() == "content-type" for name in headers):
                headers["Content-Type"] = "application/json"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        return Response(answer.status, answer.reason, answer.getheaders(), answer.read())

    def stream(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> "EventStream":
        """Sends a request that asks for an event stream; the answer is read as it comes."""
        headers = {"Accept": "text/event-stream", **(headers or {})}
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body).encode()
        self._connection.request(method, path, body, headers)
        return EventStream(self._connection, self._connection.getresponse())

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass
class Event:
    """An event of a stream; a comment has the name ":" and its text as data."""

    name: str
    data: Any
    id: str = ""


class EventStream:
    """An event stream being read. `raw` keeps every byte."""

    def __init__(self, connection: http.client.HTTPConnection, answer: http.client.HTTPResponse) -> None:
        self._connection = connection
        self._answer = answer
        self.status = answer.status
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        self.raw = b""
        # Comments keep a silent stream alive for ever: this ends the wait for an event that never comes.
        self._deadline = time.monotonic() + 3 * DEADLINE

    def read(self) -> bytes:
        """The rest of the body, for answers that are no event stream."""
        self.raw += self._answer.read()
        return self.raw

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        name, id, data = "", "", []
        while True:
            if time.monotonic() > self._deadline:
                raise AssertionError(f"the stream has not ended in time; last bytes: {self.raw[-500:]!r}")
            line = self._answer.readline()
            self.raw += line
            if not line:
                raise StopIteration
            text = line.decode().rstrip("\n")
            if not text:
                if name or data:
                    return Event(name, json.loads("\n".join(data)), id)
            elif text.startswith(":"):
                return Event(":", text[1:].strip())
            elif text.startswith("event: "):
                name = text[7:]
            elif text.startswith("id: "):
                id = text[4:]
            elif text.startswith("data: "):
                data.append(text[6:])
            else:
                raise AssertionError(f"not a line of an event stream: {text!r}")

    def events(self) -> list[Event]:
        """All events to the end, comments left out."""
        return [event for event in self if event.name != ":"]

    def until(self, name: str) -> list[Event]:
        """The events up to the first of this name, which is the last of the list."""
        seen = []
        for event in self:
            seen.append(event)
            if event.name == name:
                return seen
        raise AssertionError(f"the stream ended without {name!r}: {seen}")

    def close(self) -> None:
        # http.client gives the socket away to the answer of a closing connection: both have to go.
        self._answer.close()
        self._connection.close()

    def __enter__(self) -> "EventStream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class RawConnection:
    """A socket: exact bytes out, exact bytes back."""

    def __init__(self, port: int, host: str = "127.0.0.1", timeout: float = DEADLINE) -> None:
        self.socket = socket.create_connection((host, port), timeout=timeout)
        self._buffer = b""

    def send(self, data: bytes) -> "RawConnection":
        self.socket.sendall(data)
        return self

    def half_close(self) -> None:
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            if error.errno != errno.ENOTCONN:  # the peer has reset the connection: no need any more
                raise

    def _more(self) -> bool:
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self._buffer += data
        return bool(data)

    def read_until(self, mark: bytes) -> bytes:
        """Everything up to and with `mark`."""
        while mark not in self._buffer:
            if not self._more():
                raise AssertionError(f"closed before {mark!r}: {self._buffer!r}")
        end = self._buffer.index(mark) + len(mark)
        data, self._buffer = self._buffer[:end], self._buffer[end:]
        return data

    def read_bytes(self, count: int) -> bytes:
        while len(self._buffer) < count:
            if not self._more():
                raise AssertionError(f"closed after {len(self._buffer)} of {count} bytes")
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def read_to_end(self) -> bytes:
        """Everything until the peer closes; fails when it does not within the deadline."""
        while self._more():
            pass
        data, self._buffer = self._buffer, b""
        return data

    def closed_by_peer(self) -> bool:
        """Waits for the end of the connection; False if it does not come or bytes come instead (which are kept)."""
        try:
            return not self._more()
        except TimeoutError:
            return False

    def read_response(self, head_only: bool = False) -> "RawResponse":
        """One answer, its body by content-length or chunks."""
        head = self.read_until(b"\r\n\r\n")
        lines = head[:-4].split(b"\r\n")
        version, status, *_ = lines[0].decode().split(" ")
        fields = [tuple(line.decode("latin-1").split(": ", 1)) for line in lines[1:]]
        by_name = {name.lower(): value for name, value in fields}
        body = b""
        if not head_only and int(status) >= 200:
            if by_name.get("transfer-encoding") == "chunked":
                while size := int(self.read_until(b"\r\n")[:-2], 16):
                    body += self.read_bytes(size)
                    self.read_bytes(2)
                self.read_bytes(2)
            else:
                body = self.read_bytes(int(by_name.get("content-length", "0")))
        return RawResponse(version, int(status), head, by_name, body)

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "RawConnection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass
class RawResponse:
    version: str
    status: int
    head: bytes
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)
