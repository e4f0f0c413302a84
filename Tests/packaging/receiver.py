"""A server with a certificate from its own authority, which serves files and receives webhooks."""

import json
import queue
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Receiver:
    """Answers every GET with `file`, and keeps the JSON of every POST in `hooks`."""

    def __init__(self, authority: Path, key: Path, file: bytes) -> None:
        self.hooks: queue.Queue[dict[str, Any]] = queue.Queue()
        hooks = self.hooks

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(file)

            def do_POST(self) -> None:
                hooks.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority, key)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.address = f"https://localhost:{self.server.server_address[1]}"


@contextmanager
def receiving(folder: Path, file: bytes) -> Iterator[tuple[Receiver, Path]]:
    """The server, and the certificate of its authority."""
    authority, key = folder / "authority.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", authority]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    receiver = Receiver(authority, key, file)
    thread = threading.Thread(target=receiver.server.serve_forever)
    thread.start()
    try:
        yield receiver, authority
    finally:
        receiver.server.shutdown()
        thread.join()
        receiver.server.server_close()
