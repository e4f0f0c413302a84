"""URLFile and URLPath against a real server."""

from __future__ import annotations

import copy
import gzip
import pickle
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cog import Path, URLFile, URLPath
from cog.types import HTTPError

CONTENT = b"one\ntwo\nthree"


class Handler(BaseHTTPRequestHandler):
    """Answers by path."""

    seen: list[dict[str, str]] = []

    def do_GET(self) -> None:
        Handler.seen.append({name.lower(): value for name, value in self.headers.items()})
        bodies: dict[str, tuple[int, str, bytes]] = {
            "/plain.txt": (200, "", CONTENT),
            "/gzip": (200, "gzip", gzip.compress(CONTENT)),
            "/two": (200, "gzip", gzip.compress(CONTENT[:4]) + gzip.compress(CONTENT[4:])),
            "/zlib": (200, "deflate", zlib.compress(CONTENT)),
            "/raw": (200, "deflate", zlib.compress(CONTENT)[2:-4]),
            "/large": (200, "gzip", gzip.compress(bytes(5_000_000))),
            "/broken": (500, "", b""),
        }
        if self.path in ("/moved", "/away"):
            self.send_response(302)
            self.send_header("Location", "/plain.txt" if self.path == "/moved" else "ftp://127.0.0.1/plain.txt")
            self.end_headers()
            return
        status, encoding, body = bodies.get(self.path.partition("?")[0], (404, "", b""))
        self.send_response(status)
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_fetched_before_it_is_read(url: str) -> None:
    Handler.seen.clear()
    file = URLFile(url + "/plain.txt?x=1")
    assert file.name == "plain.txt"
    assert repr(file) == f"<URLFile at 0x{id(file):x} for {url + '/plain.txt'!r}>"
    assert not file.readable() and not file.seekable() and not file.closed
    assert Handler.seen == []
    assert file.read(3) == b"one"
    assert file.read() == CONTENT[3:]
    assert file.status == 200
    assert "wrapping" in repr(file)
    assert len(Handler.seen) == 1
    with pytest.raises(AttributeError):
        _ = file.nothing
    file.close()
    assert file.closed


def test_as_a_file(url: str) -> None:
    with URLFile(url + "/plain.txt", filename="other") as file:
        assert file.name == "other"
        assert list(file) == [b"one\n", b"two\n", b"three"]
    assert URLFile(url + "/plain.txt").readlines() == [b"one\n", b"two\n", b"three"]
    assert URLFile(url + "/plain.txt").readline() == b"one\n"


@pytest.mark.parametrize("name", ["gzip", "two", "zlib", "raw", "moved"])
def test_content_is_decoded(url: str, name: str) -> None:
    assert URLFile(f"{url}/{name}").read() == CONTENT


def test_a_large_body_is_decoded_as_it_comes(url: str) -> None:
    file = URLFile(url + "/large")
    assert sum(len(chunk) for chunk in iter(lambda: file.read(65536), b"")) == 5_000_000


@pytest.mark.parametrize(
    ("name", "message"),
    [("none", "404 Client Error: Not Found"), ("broken", "500 Server Error: Internal Server Error")],
)
def test_error(url: str, name: str, message: str) -> None:
    with pytest.raises(HTTPError) as caught:
        URLFile(f"{url}/{name}").read()
    assert str(caught.value) == f"{message} for url: {url}/{name}"


def test_redirect_that_leaves_http(url: str) -> None:
    with pytest.raises(HTTPError) as caught:
        URLFile(f"{url}/away").read()
    assert str(caught.value) == f"302 redirects to a URL that is not http or https, for url: {url}/away"


def test_refused() -> None:
    with pytest.raises(ConnectionError, match="for url: http://127.0.0.1:1/x$"):
        URLFile("http://127.0.0.1:1/x").read()
    with pytest.raises(ValueError, match="^URLFile requires URL to conform to HTTP or HTTPS protocol$"):
        URLFile("data:,x")


def test_user_agent(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COG_USER_AGENT", "agent/1")
    URLFile(url + "/plain.txt").read()
    assert Handler.seen[-1]["user-agent"] == "agent/1"
    assert Handler.seen[-1]["accept-encoding"] == "gzip, deflate"


def test_copies_fetch_anew(url: str) -> None:
    file = URLFile(url + "/plain.txt")
    file.read(1)
    assert file.__getstate__() == {"name": "plain.txt", "url": url + "/plain.txt"}
    for other in (pickle.loads(pickle.dumps(file)), copy.copy(file), copy.deepcopy(file)):
        assert other.name == "plain.txt"
        assert other.read() == CONTENT


def test_url_path(url: str) -> None:
    path = Path.validate(url + "/gzip")
    assert isinstance(path, URLPath)
    copied = path.convert()
    assert copied.read_bytes() == CONTENT
    path.unlink()
    assert not copied.exists()
    with pytest.raises(HTTPError):
        Path.validate(url + "/none").convert()  # type: ignore[attr-defined]
