"""`cog playground`: its page, its proxy to a server, its place for webhooks, and whom it answers."""

import base64
import http.client
import json
import os
import shutil
import socket
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from running import DEADLINE_SECONDS, Running, free_port, started, wait_for
from terminal import COG, Project, environment

COGLET = COG.with_name("coglet")
FOREIGN = "playground UI and proxy are only available from this browser"
LARGE = 64 << 20


class Target(ThreadingHTTPServer):
    """A server of a model, as far as a proxy is concerned."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), TargetHandler)
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.go_on = threading.Event()
        self.received = 0
        self.gone = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class TargetHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Target

    def log_message(self, format, *arguments):
        pass

    def fields(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def answer(self, status, body, *fields):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.seen.append(("GET", self.path, self.fields(), b""))
        if self.path == "/events":
            self.stream()
        elif self.path == "/large":
            self.send_response(200)
            self.send_header("Content-Length", str(LARGE))
            self.end_headers()
            for _ in range(LARGE >> 16):
                self.wfile.write(bytes(1 << 16))
        elif self.path == "/moved":
            self.answer(302, b"", ("Location", "http://127.0.0.1:1/"), ("Set-Cookie", "a=b"))
        elif self.path == "/empty":
            self.send_response(204)
            self.end_headers()
        else:
            self.answer(
                200, b"{}", ("Content-Type", "application/json"), ("Set-Cookie", "a=b"), ("X-Own", "1"), ("X-Own", "2")
            )

    def stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.chunk(b"data: one\n\n")
        assert self.server.go_on.wait(DEADLINE_SECONDS)
        self.chunk(b"data: two\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def do_POST(self):
        if self.path == "/quiet":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.chunk(b"begun")
            # The end of the connection is what is waited for.
            if self.connection.recv(1) == b"":
                self.server.gone.set()
            return
        body = self.body()
        self.server.seen.append(("POST", self.path, self.fields(), body))
        self.answer(200, json.dumps({"received": self.server.received}).encode(), ("Content-Type", "application/json"))

    do_PUT = do_POST

    def body(self) -> bytes:
        """The end of the body; all of it is counted."""
        self.server.received = 0
        last = b""
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                last = self.rfile.read(size)
                self.server.received += size
                self.rfile.readline()
            self.rfile.readline()
            return last
        left = int(self.headers.get("Content-Length", 0))
        while left:
            last = self.rfile.read1(min(left, 1 << 16))
            left -= len(last)
            self.server.received += len(last)
        return last


@pytest.fixture
def target():
    target = Target()
    yield target
    target.go_on.set()
    target.shutdown()
    target.server_close()


class Playground:
    """`cog playground` at work."""

    def __init__(self, running: Running, port: int, target: Target):
        self.running = running
        self.port = port
        self.target = target

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_SECONDS)

    def ask(self, method, path, body=None, target=True, **headers):
        """An answer with its body."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if target:
            fields["X-Cog-Target"] = self.target.url if target is True else target
        connection = self.connection()
        connection.request(method, path, body, fields)
        answer = connection.getresponse()
        return answer, answer.read()

    def coglet(self) -> int:
        """The process that answers."""
        children = Path(f"/proc/{self.running.process.pid}/task")
        found = [pid for task in children.iterdir() for pid in (task / "children").read_text().split()]
        return next(int(pid) for pid in found if "coglet" in os.readlink(f"/proc/{pid}/exe"))

    def memory(self) -> int:
        """The most memory that it has had, in bytes."""
        status = Path(f"/proc/{self.coglet()}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) << 10


@pytest.fixture
def playground(empty, target):
    port = free_port()
    arguments = ("--no-open", "-p", str(port), "--target", target.url, "--webhook-host", "127.0.0.1")
    with started(empty, "playground", *arguments, env=environment(empty.directory)) as running:
        running.says(f"Cog playground running at http://localhost:{port}\n")
        running.says("Press Ctrl+C to stop.\n")
        yield Playground(running, port, target)
        running.interrupt()
        assert running.wait() == 0


# MARK: - The page


def test_page_and_what_it_has_to_know(playground):
    answer, body = playground.ask("GET", "/", target=False)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert b'<meta name="cog-playground"' in body[:300]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for name, value in (
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ):
        assert answer.headers[name] == value
    answer, body = playground.ask("GET", "/config", target=False)
    config = json.loads(body)
    assert config.pop("cogVersion")
    assert config == {"target": playground.target.url, "webhookBase": f"http://127.0.0.1:{playground.port}"}


@pytest.mark.parametrize(
    "fields",
    [
        {"Host": "evil.example"},
        {"Host": "host.docker.internal:9000"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_pages_of_others_are_refused(playground, fields):
    for path in ("/", "/config", "/events?token=a", "/proxy/health-check"):
        answer, body = playground.ask("GET", path, **fields)
        assert (answer.status, body.decode()) == (403, FOREIGN), path
    assert playground.target.seen == []


def test_other_machines_are_refused(empty, target):
    """Where the port is open to all, for webhooks, a peer of another address gets no further."""
    own = own_address()
    port = free_port()
    arguments = ("--no-open", "-p", str(port), "--host", "0.0.0.0", "--target", target.url)
    with started(empty, "playground", *arguments, env=environment(empty.directory)) as running:
        running.says("Press Ctrl+C to stop.\n")
        connection = http.client.HTTPConnection(own, port, timeout=DEADLINE_SECONDS)
        connection.request("GET", "/config", headers={"Host": f"localhost:{port}"})
        answer = connection.getresponse()
        assert (answer.status, answer.read().decode()) == (403, FOREIGN)
        connection.request("POST", "/webhook/nobody", b"{}")
        assert connection.getresponse().status == 503


def own_address() -> str:
    """An address of this machine that isn't a loopback one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # Sends nothing.
        except OSError:
            pytest.skip("this machine has the loopback network only")
        return probe.getsockname()[0]


# MARK: - The proxy


def test_what_passes_and_what_stays(playground):
    answer, body = playground.ask(
        "GET", "/proxy/predictions/a%2Fb?x=%20", Accept="text/plain", Cookie="c=d", Authorization="Bearer e",
        Referer="http://localhost/", Prefer="wait=5",
    )  # fmt: skip
    assert (answer.status, body) == (200, b"{}")
    ((_, path, sent, _),) = playground.target.seen
    assert path == "/predictions/a%2Fb?x=%20"
    assert not sent.keys() & {"cookie", "authorization", "referer", "origin", "x-cog-target"}
    assert (sent["accept"], sent["prefer"]) == ("text/plain", "wait=5")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["set-cookie"] is None
    upstream = answer.headers["x-cog-upstream-headers"]
    told = json.loads(base64.urlsafe_b64decode(upstream + "=" * (-len(upstream) % 4)))
    assert told["x-own"] == "1, 2"
    assert told["content-length"] == "2"
    assert "set-cookie" not in told


def test_answers_without_a_body_and_redirects(playground):
    answer, body = playground.ask("GET", "/proxy/empty")
    assert (answer.status, body) == (204, b"")
    answer, body = playground.ask("GET", "/proxy/moved")
    assert (answer.status, answer.headers["location"], answer.headers["set-cookie"]) == (302, None, None)
    assert len(playground.target.seen) == 2


def test_targets_that_there_are_not(playground):
    answer, body = playground.ask("GET", "/proxy/health-check", target=False)
    assert (answer.status, body) == (400, b"no target API set")
    for target in ("nonsense", "file:///etc/passwd", "http://a:b@localhost/", "http://localhost/?a", "http://"):
        answer, body = playground.ask("GET", "/proxy/health-check", target=target)
        assert answer.status == 400, target
        assert body.startswith(b"invalid target API URL"), target
    answer, body = playground.ask("GET", "/proxy/health-check", target=f"http://127.0.0.1:{free_port()}")
    assert answer.status == 502
    assert body.startswith(b"cannot reach target API: ")
    answer, _ = playground.ask("DELETE", "/proxy/health-check")
    assert (answer.status, answer.headers["allow"]) == (405, "GET,POST,PUT")


def test_events_pass_as_they_come(playground):
    connection = playground.connection()
    connection.request("GET", "/proxy/events", headers={"X-Cog-Target": playground.target.url})
    answer = connection.getresponse()
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.readline() == b"data: one\n"
    playground.target.go_on.set()
    assert answer.read() == b"\ndata: two\n\n"


def test_target_hears_that_the_page_has_gone(playground):
    connection = playground.connection()
    connection.request("POST", "/proxy/quiet", b"", {"X-Cog-Target": playground.target.url})
    answer = connection.getresponse()
    assert answer.read(5) == b"begun"
    answer.close()
    connection.close()
    assert playground.target.gone.wait(DEADLINE_SECONDS)


def test_bodies_pass_while_they_arrive(playground):
    """The target has the first half before the second is sent; chunks come without a length."""
    connection = playground.connection()
    connection.putrequest("POST", "/proxy/upload")
    connection.putheader("X-Cog-Target", playground.target.url)
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    connection.send(b"5\r\nfirst\r\n")
    wait_for(lambda: playground.target.received == 5, "the first half")
    connection.send(b"6\r\nsecond\r\n0\r\n\r\n")
    answer = connection.getresponse()
    assert json.loads(answer.read()) == {"received": 11}
    assert "content-type" not in playground.target.seen[0][2]
    # The connection serves the next request.
    connection.request("PUT", "/proxy/upload", b"third", {"X-Cog-Target": playground.target.url})
    assert json.loads(connection.getresponse().read()) == {"received": 5}


def test_large_bodies_are_not_held(playground):
    playground.ask("GET", "/proxy/health-check")
    before = playground.memory()
    answer, body = playground.ask("POST", "/proxy/upload", bytes(LARGE), Content_Type="application/octet-stream")
    assert json.loads(body) == {"received": LARGE}
    connection = playground.connection()
    connection.request("GET", "/proxy/large", headers={"X-Cog-Target": playground.target.url})
    answer = connection.getresponse()
    # A page that reads nothing holds the target up.
    answer.read(1 << 16)
    rest = 0
    while piece := answer.read(1 << 20):
        rest += len(piece)
    assert rest + (1 << 16) == LARGE
    assert playground.memory() - before < LARGE // 4


# MARK: - Webhooks


def test_webhooks_reach_the_page_that_listens(playground):
    events = playground.connection()
    events.request("GET", "/events?token=abc")
    answer = events.getresponse()
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.readline() == b": listening\n"
    assert answer.readline() == b"\n"
    # A container knows this machine by another name.
    received, body = playground.ask(
        "POST", "/webhook/abc", b'{"status":\n"succeeded"}', target=False, Host="host.docker.internal:9000"
    )
    assert (received.status, body) == (200, b"{}")
    assert [answer.readline() for _ in range(3)] == [b'data: {"status":\n', b'data: "succeeded"}\n', b"\n"]
    too_large, _ = playground.ask("POST", "/webhook/abc", bytes((10 << 20) + 1), target=False)
    assert too_large.status == 413
    events.close()
    answer.close()
    wait_for(lambda: playground.ask("POST", "/webhook/abc", b"{}", target=False)[0].status == 503, "nobody listens")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/webhook/abc", 405),
        ("POST", "/webhook/abc", 503),
        ("POST", "/webhook/", 404),
        ("POST", "/webhook/a/b", 404),
        ("POST", "/webhook/" + "a" * 129, 404),
        ("GET", "/events", 404),
        ("GET", "/nothing", 404),
        ("POST", "/config", 405),
    ],
)
def test_requests_that_lead_nowhere(playground, method, path, status):
    answer, _ = playground.ask(method, path, b"{}" if method == "POST" else None, target=False)
    assert answer.status == status


# MARK: - The command


def test_browser_is_opened(empty, target):
    opened = empty.directory.parent / "opened"
    browser = empty.write("browser", f'#!/bin/sh\nprintf %s "$1" > {opened}.new && mv {opened}.new {opened}\n')
    browser.chmod(0o755)
    port = free_port()
    env = environment(empty.directory, {"BROWSER": str(browser)})
    with started(empty, "playground", "-p", str(port), "--target", target.url, env=env) as running:
        wait_for(opened.exists, "the browser")
        assert opened.read_text() == f"http://localhost:{port}"
        running.interrupt()
        assert running.wait() == 0


def test_address_is_told_where_there_is_no_browser(empty, target):
    port = free_port()
    env = environment(empty.directory, {"SSH_CONNECTION": "a 1 b 2", "DISPLAY": ":0"})
    with started(empty, "playground", "-p", str(port), "--target", target.url, env=env) as running:
        running.says(f"Open http://localhost:{port} in a browser")


def test_program_comes_from_the_wheel(empty, target):
    """An installed program has its wheels beside it, and nothing else."""
    prefix = empty.directory.parent / "prefix"
    (prefix / "bin").mkdir(parents=True)
    (prefix / "share" / "cog").mkdir(parents=True)
    program = shutil.copy2(COG, prefix / "bin" / "cog")
    wheel = prefix / "share" / "cog" / "coglet-0.0.0-py3-none-manylinux_2_34_x86_64.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(COGLET, "coglet/bin/coglet")
    port = free_port()
    env = environment(empty.directory)
    arguments = ("playground", "--no-open", "-p", str(port), "--target", target.url)
    for _ in range(2):
        with started(empty, *arguments, env=env, program=Path(program)) as running:
            running.says(f"Cog playground running at http://localhost:{port}\n")
            running.interrupt()
            assert running.wait() == 0
    unpacked = list((Path(env["HOME"]) / ".cache" / "cog").iterdir())
    assert [(folder / "coglet" / "bin" / "coglet").exists() for folder in unpacked] == [True]


def test_missing_program(empty):
    (empty.directory / "bin").mkdir()
    alone = Path(shutil.copy2(COG, empty.directory / "bin" / "cog"))
    with started(empty, "playground", "--no-open", env=environment(empty.directory), program=alone) as running:
        assert running.wait() == 1
        assert "can't find coglet, which serves the playground: it is neither beside " in running.err
        assert "set COGLET_BINARY" in running.err
    named = environment(empty.directory, {"COGLET_BINARY": "/nonexistent/coglet"})
    empty.cog("playground", "--no-open", env=named).fails("COGLET_BINARY is /nonexistent/coglet, which isn't a program")


def test_port_in_use_and_bad_arguments(empty, playground):
    empty.cog("playground", "--no-open", "-p", str(playground.port)).fails(str(playground.port), "--port")
    empty.cog("playground", "-p", "70000").fails("port must be between 0 and 65535")
    for target in ("localhost:8393", "ftp://x", "http://a:b@c", "http://c/?d"):
        empty.cog("playground", "--target", target).fails("invalid target")


def test_playground_of_serve_needs_a_port_of_its_own(project: Project):
    project.cog("serve", "-p", "9000", "--playground").fails(
        "playground port 9000 must differ from the model port 9000"
    )
    project.cog("serve", "--playground", "--playground-port", "-1").fails("playground-port")
