"""Peers that are slow on purpose, or slow but honest: all at once, because each takes as long as it must."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.receiver import Answer, Receiver
from support.server import Server
from support.waiting import Background

pytestmark = pytest.mark.ours
# How long honest peers go on: longer than the window of the minimum rate.
HONEST_SECONDS = 36
# How long slow ones may take before they count as never given up. They are given up after 30 to 45 s.
LIMIT_SECONDS = 100

MODEL = """
from cog import BaseRunner, Path
class Runner(BaseRunner):
    async def run(self, p: Path | None = None, s: str = "", size: int = 0, file: bool = False) -> Path | str:
        if file:
            path = Path("out.bin")
            path.write_text("x")
            return path
        return p.read_text() if p else "y" * size if size else str(len(s))
"""


class Peer:
    """A server that hands each connection, its request's head read, to `serve`."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._serve = serve
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection: socket.socket) -> None:
        with connection:
            try:
                self._serve(connection)
            except OSError:
                pass  # The other side has given up, as most tests here want.

    def close(self) -> None:
        self._socket.close()


def drip(send: Callable[[bytes], Any], piece: bytes, pause: float = 1, seconds: float = LIMIT_SECONDS) -> None:
    """Sends a piece again and again, until the other side has had enough."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        send(piece)
        time.sleep(pause)


def dripping(start: bytes, piece: bytes, pause: float = 1, seconds: float = LIMIT_SECONDS) -> Peer:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(start)
        drip(connection.sendall, piece, pause, seconds)

    return Peer(serve)


def head(fields: str) -> bytes:
    return f"POST /predictions HTTP/1.1\r\nHost: x\r\n{fields}\r\n\r\n".encode()


def slow_body(server: Server, fields: str, piece: bytes) -> bytes:
    """All that a client gets that sends a body in drips."""
    with server.raw(timeout=LIMIT_SECONDS) as raw:
        raw.send(head(fields))
        threading.Thread(target=_ignoring, args=(drip, raw.send, piece), daemon=True).start()
        return raw.read_to_end()


def _ignoring(call: Callable[..., Any], *arguments: Any) -> None:
    try:
        call(*arguments)
    except OSError:
        pass


def honest_body(server: Server) -> dict[str, Any]:
    """The answer to an upload of 100 kB/s."""
    count = 100_000 * HONEST_SECONDS
    body = b'{"input":{"s":"%s"}}' % (b"x" * count)
    with server.raw(timeout=LIMIT_SECONDS) as raw:
        raw.send(head(f"Content-Type: application/json\r\nContent-Length: {len(body)}"))
        for start in range(0, len(body), 50_000):
            raw.send(body[start : start + 50_000])
            time.sleep(0.5)
        return raw.read_response().json


def slow_reader(server: Server) -> str:
    """How the connection of a client ends that takes its large answer bit by bit."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", server.port))
        body = b'{"input":{"size":33554432}}'
        client.sendall(head(f"Content-Type: application/json\r\nContent-Length: {len(body)}") + body)
        try:
            end = time.monotonic() + LIMIT_SECONDS
            while time.monotonic() < end:
                if not client.recv(500):
                    return "end"
                time.sleep(0.9)
        except ConnectionResetError:
            return "reset"
    return "open"


def error_of(server: Server, url: str) -> str:
    answer = server.request("POST", "/predictions", {"input": {"p": url}}, timeout=LIMIT_SECONDS).json
    assert answer["status"] == "failed"
    return answer["error"]


@pytest.fixture(scope="module")
def outcome(python: str) -> Iterator[Callable[[str], Any]]:
    """Waits for what becomes of a peer, and gives it."""
    ok = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n"
    peers = {
        "download": dripping(ok % 100_000, b"x"),
        "head of a download": dripping(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"),
        "honest download": dripping(ok % (HONEST_SECONDS * 4096), b"x" * 4096, seconds=HONEST_SECONDS + 5),
        "handshake": Peer(lambda connection: time.sleep(LIMIT_SECONDS)),
        "receiver": dripping(ok % 100_000, b"x"),
    }
    redirects = Receiver()
    redirects.on("/r", Answer(302, {"Location": "/r"}, delay=6))
    environment = {"COG_MAX_CONCURRENCY": "16", "COG_USER_AGENT": "x"}
    server = Server(python, source=MODEL, env=environment)
    uploader = Server(python, source=MODEL, env=environment, flags=("--upload-url", peers["receiver"].url + "/"))
    proxied = Server(python, source=MODEL, env={"https_proxy": peers["handshake"].url})
    servers = [server, uploader, proxied]
    try:
        for each in servers:
            each.start()
        json_type = "Content-Type: application/json\r\n"
        upload = {"input": {"file": True}}
        running = {
            "body": Background(slow_body, server, json_type + "Content-Length: 100000", b"x"),
            "chunks": Background(slow_body, server, json_type + "Transfer-Encoding: chunked", b"1\r\nx\r\n"),
            "refused body": Background(
                slow_body, server, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000", b"x"
            ),
            "file": Background(slow_body, server, "Content-Type: image/png\r\nContent-Length: 100000", b"x"),
            "honest body": Background(honest_body, server),
            "reader": Background(slow_reader, server),
            "redirects": Background(error_of, server, redirects.url + "/r"),
            "handshake": Background(error_of, server, f"https://127.0.0.1:{peers['handshake'].port}/x"),
            "proxy": Background(error_of, proxied, "https://127.0.0.1:1/x"),
            "upload": Background(uploader.request, "POST", "/predictions", upload, timeout=LIMIT_SECONDS),
            "download": Background(error_of, server, peers["download"].url),
            "head of a download": Background(error_of, server, peers["head of a download"].url),
            "honest download": Background(
                server.request,
                "POST",
                "/predictions",
                {"input": {"p": peers["honest download"].url}},
                timeout=LIMIT_SECONDS,
            ),
        }
        yield lambda name: running[name].result(LIMIT_SECONDS)
        for each in servers:
            assert each.stop() == 0
    finally:
        for each in servers:
            each.discard()
        for peer in peers.values():
            peer.close()
        redirects.close()


LESS = "less than 1024 bytes/s over 30 s"


@pytest.mark.parametrize("name", ["body", "chunks", "file"])
def test_request_body_in_drips_is_408(outcome: Callable[[str], Any], name: str) -> None:
    start, _, body = outcome(name).partition(b"\r\n\r\n")
    assert start.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in start
    error = f"The body of the request arrived too slowly: {LESS}."
    assert json.loads(body) == {"error": error, "status": "failed"}


def test_refused_body_in_drips_gets_no_second_answer(outcome: Callable[[str], Any]) -> None:
    assert outcome("refused body").startswith(b"HTTP/1.1 415 ")
    assert outcome("refused body").count(b"HTTP/1.1 ") == 1


def test_slow_but_steady_body_is_never_cut(outcome: Callable[[str], Any]) -> None:
    assert outcome("honest body")["output"] == str(100_000 * HONEST_SECONDS)


@pytest.mark.parametrize("name", ["download", "head of a download", "redirects"])
def test_download_in_drips_fails(outcome: Callable[[str], Any], name: str) -> None:
    assert f"too slow, {LESS}, for url: http://127.0.0.1:" in outcome(name)


def test_slow_but_steady_download_is_never_cut(outcome: Callable[[str], Any]) -> None:
    assert outcome("honest download").json["output"] == "x" * (HONEST_SECONDS * 4096)


@pytest.mark.parametrize("name", ["handshake", "proxy"])
def test_connection_that_never_stands_fails(outcome: Callable[[str], Any], name: str) -> None:
    assert "no connection within 10 s" in outcome(name)


def test_receiver_that_answers_an_upload_in_drips_fails_it(outcome: Callable[[str], Any]) -> None:
    answer = outcome("upload").json
    assert answer["status"] == "failed"
    assert f"Failed to upload output: upload request failed: too slow, {LESS}" in answer["error"]


def test_client_that_takes_its_answer_in_drips_is_thrown_away(outcome: Callable[[str], Any]) -> None:
    """With all that is kept for it."""
    assert outcome("reader") == "reset"
