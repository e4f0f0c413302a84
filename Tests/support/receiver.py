"""The other end of webhooks, uploads and downloads: a server whose responses a test defines."""

import json
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .environment import DEADLINE
from .waiting import wait_for


@dataclass
class Answer:
    """What to answer, after `delay` seconds and, if `gate` is given, once it is set. `hangs_up` means no response."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0
    gate: threading.Event | None = None
    reset: bool = False
    hangs_up: bool = False
    claimed_length: int | None = None


@dataclass
class Received:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    time: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """Listens on a port of 127.0.0.1 and records what comes; answers 200 where nothing else is scripted.

    Args:
        tls: what it speaks https with; None is plain http.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Received] = []
        self._scripts: dict[str, list[Answer]] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        if tls:
            # The handshake is left to the thread of each connection: a client that refuses it ends that thread alone.
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def on(self, path: str, *answers: Answer) -> str:
        """Scripts the answers for a path, in order; the last one stays. Returns the URL."""
        self._scripts[path] = list(answers)
        return self.url + path

    def at(self, path: str) -> list[Received]:
        """What was received for a path, without the query."""
        with self._lock:
            return [r for r in self.requests if r.path.split("?")[0] == path]

    def wait(self, path: str, count: int = 1, seconds: float = DEADLINE) -> list[Received]:
        """The requests for a path once there are at least `count`."""
        wait_for(lambda: len(self.at(path)) >= count, f"{count} requests at {path}", seconds)
        return self.at(path)

    def wait_terminal(self, path: str, seconds: float = DEADLINE) -> list[Received]:
        """The webhooks for a path once a terminal one is among them."""
        ends = ("succeeded", "failed", "canceled")
        wait_for(lambda: any(r.json["status"] in ends for r in self.at(path)), f"terminal webhook at {path}", seconds)
        return self.at(path)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _received(self, request: Received) -> Answer:
        path = request.path.split("?")[0]
        with self._lock:
            self.requests.append(request)
            script = self._scripts.get(path) or [Answer()]
            return script.pop(0) if len(script) > 1 else script[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what some tests are about."""


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
                body = b""
                while size := int(self.rfile.readline().strip(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))

        def _answer(self) -> None:
            arrived = time.monotonic()
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = receiver._received(Received(self.command, self.path, headers, self._body(), arrived))
            time.sleep(answer.delay)
            if answer.gate:
                answer.gate.wait(DEADLINE)
            if answer.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                self.close_connection = True
                return
            if answer.hangs_up:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(answer.claimed_length or len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)
            if answer.claimed_length:
                self.close_connection = True

        do_GET = do_HEAD = do_POST = do_PUT = _answer

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler
