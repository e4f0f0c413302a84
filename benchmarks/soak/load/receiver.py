"""The other end of webhooks, uploads and downloads. Now and then it answers 503, as real ones do."""

import hashlib
import json
import random
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TROUBLE = 0.05
"""The share of webhooks that is answered 503 at first."""

FILE_BYTES = 200_000
FILE = bytes(range(256)) * (FILE_BYTES // 256)
FILE_SHA256 = hashlib.sha256(FILE).hexdigest()
TERMINAL = ("succeeded", "failed", "canceled")


class Receiver:
    """Listens on a port of 127.0.0.1 until it is closed. Its counts may be read from any thread."""

    def __init__(self) -> None:
        self.delivered: Counter[str] = Counter()
        """Terminal webhooks that were taken, by prediction."""
        self.ends: dict[str, dict[str, Any]] = {}
        """What the last of them said."""
        self.uploads = 0
        self.wrong: list[str] = []
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *arguments: object) -> None:
                pass

            def _answer(self, status: int, body: bytes = b"") -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _body(self) -> bytes:
                if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length", 0)))
                parts = []
                while size := int(self.rfile.readline(), 16):
                    parts.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(parts)

            def do_GET(self) -> None:
                self._answer(200, FILE) if self.path == "/file.bin" else self._answer(404)

            def do_PUT(self) -> None:
                self._answer(receiver.upload(self._body()))

            def do_POST(self) -> None:
                self._answer(receiver.webhook(self._body()))

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128  # more than come at a time: a refused connection is another test's matter

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def upload(self, body: bytes) -> int:
        with self._lock:
            self.uploads += 1
            if body != FILE_SHA256.encode():
                self.wrong.append(f"upload of {body[:100]!r}")
        return 201

    def webhook(self, body: bytes) -> int:
        if random.random() < TROUBLE:
            return 503
        state = json.loads(body)
        with self._lock:
            if state["status"] in TERMINAL:
                self.delivered[state["id"]] += 1
                self.ends[state["id"]] = state
            elif self.delivered[state["id"]]:
                self.wrong.append(f"{state['id']}: {state['status']} after the terminal webhook")
        return 200

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
