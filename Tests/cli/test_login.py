"""`cog login` as far as no engine is asked: the token service, and what is refused before anything is stored."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs

import pytest

SERVICE = "r8.im"


class TokenService:
    """Stands in for the token service: a proxy whose tunnels all end here, with a certificate of its own."""

    def __init__(self, directory: Path):
        self.certificate = directory / "certificate.pem"
        key = directory / "key.pem"
        subprocess.run(
            [
                *["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={SERVICE}"],
                *["-addext", f"subjectAltName=DNS:{SERVICE}", "-keyout", key, "-out", self.certificate],
            ],
            check=True,
            capture_output=True,
        )
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self.certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.answer = (200, '{"username": "somebody"}')
        self.requests: list[tuple[str, str]] = []
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def environment(self) -> dict[str, str]:
        port = self.listener.getsockname()[1]
        return {"https_proxy": f"http://127.0.0.1:{port}", "CURL_CA_BUNDLE": str(self.certificate)}

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:  # Closed at the end of the test.
                return
            with connection:
                self.serve(connection)

    def serve(self, connection: socket.socket) -> None:
        assert read_head(connection).startswith(f"CONNECT {SERVICE}:443 ")
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with self.tls.wrap_socket(connection, server_side=True) as tunnel:
            head = read_head(tunnel)
            fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
            body = b""
            while len(body) < int(fields.get("content-length", 0)):
                body += tunnel.recv(65536)
            self.requests.append((head.split(" HTTP")[0], body.decode()))
            status, text = self.answer
            tunnel.sendall(
                f"HTTP/1.1 {status} Status\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}".encode()
            )


def read_head(connection: socket.socket) -> str:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)
    return head.decode()


@contextmanager
def token_service(directory: Path) -> Iterator[TokenService]:
    service = TokenService(directory)
    try:
        yield service
    finally:
        service.listener.close()


@pytest.fixture
def service(tmp_path):
    with token_service(tmp_path) as running:
        yield running


def test_an_api_token_is_no_token_for_the_command_line(empty, service):
    """It is refused without a request: a secret of another kind stays on this machine."""
    empty.cog("login", "--token-stdin", stdin="r8_x\n", env=service.environment).fails(
        "that looks like a Replicate API token, not a CLI auth token"
    )
    assert service.requests == []


@pytest.mark.parametrize("text", ["", "\n", "  \n"])
def test_an_empty_token(empty, service, text):
    empty.cog("login", "--token-stdin", stdin=text, env=service.environment).fails("token is empty")
    assert service.requests == []


def test_a_token_of_nobody(empty, service):
    service.answer = (404, "")
    empty.cog("login", "--token-stdin", stdin="abc&d=e \n", env=service.environment).fails("user does not exist")
    ((request, body),) = service.requests
    assert request == "POST /cog/v1/verify-token"
    assert parse_qs(body) == {"token": ["abc&d=e"]}


@pytest.mark.parametrize("answer", [(500, ""), (200, "no JSON"), (200, "{}")])
def test_a_service_that_fails(empty, service, answer):
    service.answer = answer
    empty.cog("login", "--token-stdin", stdin="abc", env=service.environment).fails(
        f"failed to verify token, got status {answer[0]}"
    )


def test_a_service_that_is_not_there(empty):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    proxy = {"https_proxy": f"http://127.0.0.1:{port}"}
    empty.cog("login", "--token-stdin", stdin="abc", env=proxy).fails(f"can't reach {SERVICE}: ")


@pytest.mark.parametrize(
    ("arguments", "text", "message"),
    [
        ([], ":secret", "username cannot be empty"),
        ([], "somebody:", "password cannot be empty"),
        (["--username", "somebody"], "", "password cannot be empty"),
    ],
)
def test_other_registries_need_name_and_password(empty, arguments, text, message):
    command = ["login", "--registry", "registry.example", "--token-stdin", *arguments]
    empty.cog(*command, stdin=text).fails("Logging in to registry.example", message)
