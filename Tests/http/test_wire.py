"""HTTP on the wire: connections, malformed requests, limits and timeouts (2.1)."""

import json
import time

import pytest
from support.waiting import wait_for

GET = b"GET /health-check HTTP/1.1\r\nHost: x\r\n\r\n"


def post(body: bytes, *fields: str, target: str = "/predictions", version: str = "1.1") -> bytes:
    lines = [
        f"POST {target} HTTP/{version}",
        "Host: x",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, *fields, "", ""]).encode() + body


@pytest.fixture
def server(shared):
    return shared("noop")


@pytest.fixture
def script(shared):
    return shared("script")


def test_json_answer_has_exactly_these_fields(server):
    answer = server.predict()
    assert [name for name, _ in answer.fields] == [name.lower() for name, _ in answer.fields]
    assert {*answer.headers} - {"connection"} == {"content-type", "content-length", "date"}
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.ours
def test_error_has_the_fields_of_a_json_answer(server):
    answer = server.post("/predictions", "{bad", {"Content-Type": "application/json"})
    assert answer.status == 400
    assert {*answer.headers} - {"connection"} == {"content-type", "content-length", "date"}
    assert answer.headers["content-type"] == "application/json"


def test_body_is_compact_json(server):
    answer = server.predict()
    # Floats are left out of the comparison: small ones are written without an exponent, unlike Python's.
    floats = json.loads(answer.text, parse_float=lambda text: f"<{text}>")
    assert answer.text == json.dumps(floats, separators=(",", ":")).replace('"<', "").replace('>"', "")


def test_keep_alive(server):
    with server.raw() as raw:
        for _ in range(5):
            raw.send(GET)
            answer = raw.read_response()
            assert (answer.status, answer.headers.get("connection")) == (200, None)


def test_connection_close_is_honoured(server):
    with server.raw() as raw:
        raw.send(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = raw.read_response()
        assert answer.headers["connection"] == "close"
        assert raw.closed_by_peer()


def test_http_1_0_is_answered_in_kind_and_closed(server):
    with server.raw() as raw:
        raw.send(b"GET / HTTP/1.0\r\n\r\n")
        answer = raw.read_response()
        assert (answer.version, answer.status) == ("HTTP/1.0", 200)
        assert raw.closed_by_peer()


def test_http_1_0_post(server):
    with server.raw() as raw:
        raw.send(post(b"{}", version="1.0"))
        assert raw.read_response().json["output"] == "ok"


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize(
    "fields",
    ["", "Host: a\r\nHost: b\r\n"]
    + [
        f"Host: {host}\r\n" for host in ("a:b", "[::1", "[::1]x", "[1:2]", "h:80:80", "a/b", "a@b", "a b", "%zz", ":80")
    ],
)
def test_missing_repeated_or_invalid_host_is_400(server, fields):
    """RFC 9112, 3.2."""
    with server.raw() as raw:
        raw.send(f"GET / HTTP/1.1\r\n{fields}\r\n".encode())
        assert raw.read_response().status == 400
        assert raw.closed_by_peer()


@pytest.mark.parametrize("host", ["", " h", " h:", " h:5000", " [::1]:5000", " a_b", " %41"])
def test_valid_host(server, host):
    with server.raw() as raw:
        raw.send(f"GET / HTTP/1.1\r\nHost:{host}\r\n\r\n".encode())
        assert raw.read_response().status == 200


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://h/health-check", 200),
        ("HTTPS://h:443/health-check?x", 200),
        ("http://h", 200),
        ("http:///health-check", 400),
        ("ftp://h/health-check", 400),
        ("http://a@h/health-check", 400),
        ("http://h:x/health-check", 400),
    ],
)
def test_absolute_target_needs_http_and_a_host(server, target, status):
    """RFC 9110, 4.2."""
    with server.raw() as raw:
        raw.send(f"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        assert raw.read_response().status == status


def test_pipelined_gets_are_answered_in_order(server):
    with server.raw() as raw:
        raw.send(GET + b"GET /nope HTTP/1.1\r\nHost: x\r\n\r\n" + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answers = [raw.read_response() for _ in range(3)]
    assert [a.status for a in answers] == [200, 404, 200]
    assert answers[0].json["status"] in ("READY", "BUSY")
    assert answers[2].json["predictions_url"] == "/predictions"


@pytest.mark.ours(strict=False)
def test_d17_pipelined_predictions_are_all_run_in_order(script):
    with script.raw() as raw:
        raw.send(b"".join(post(json.dumps({"input": {"code": f"return {n}"}}).encode()) for n in range(20)))
        answers = [raw.read_response() for _ in range(20)]
    assert [a.status for a in answers] == [200] * 20
    assert [a.json["output"] for a in answers] == list(range(20))


def test_request_fed_byte_by_byte(server):
    with server.raw() as raw:
        for byte in post(b'{"input":{}}'):
            raw.send(bytes([byte]))
        assert raw.read_response().json["output"] == "ok"


def test_chunked_request_body(script):
    body = json.dumps({"input": {"code": "return 'chunks'"}}).encode()
    with script.raw() as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for byte in body:
            raw.send(b"1\r\n" + bytes([byte]) + b"\r\n")
        raw.send(b"0\r\n\r\n")
        assert raw.read_response().json["output"] == "chunks"
        raw.send(GET)
        assert raw.read_response().status == 200


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize("space", ["", " ", "\t", " \t "])
def test_white_space_in_chunk_extensions(script, space):
    """RFC 9112, 7.1.1."""
    body = json.dumps({"input": {"code": "return 'chunks'"}})
    extensions = f'{space};{space}a{space}={space}b{space};{space}c{space}={space}"d; e"'
    with script.raw() as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
            + f"{len(body):x}{extensions}\r\n{body}\r\n0{extensions}\r\n\r\n".encode()
            + GET
        )
        assert raw.read_response().json["output"] == "chunks"
        assert raw.read_response().status == 200


def test_expect_100_continue(server):
    with server.raw() as raw:
        head = post(b"", "Expect: 100-continue").replace(b"Content-Length: 0", b"Content-Length: 2")
        raw.send(head)
        assert raw.read_until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        raw.send(b"{}")
        assert raw.read_response().json["output"] == "ok"


def test_no_compression_and_no_cors(server):
    answer = server.request("GET", "/openapi.json", headers={"Accept-Encoding": "gzip", "Origin": "http://o"})
    assert "content-encoding" not in answer.headers
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "server" not in answer.headers


@pytest.mark.parametrize(
    "head",
    [
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nNo colon here\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nA b: c\r\n\r\n",
        b"POST /predictions HTTP/1.1\r\nHost: h\r\nContent-Length: abc\r\n\r\n",
        b"POST /predictions HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        b"POST /predictions HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=["words", "version", "spaces", "field", "field-name", "length-text", "length-sign", "two-lengths", "tls"],
)
def test_malformed_request_is_400_and_closed_then_a_good_one_works(server, head):
    with server.raw() as raw:
        raw.send(head)
        raw.half_close()
        data = raw.read_to_end()
    assert data == b"" or data.startswith(b"HTTP/1.1 400 ")
    if head[0:1].isalpha():
        assert data.startswith(b"HTTP/1.1 400 ")
        assert b"\r\nconnection: close\r\n" in data
    assert server.predict().json["output"] == "ok"


def test_smuggled_length_is_refused(server):
    """Content-Length with Transfer-Encoding: refused, or the connection ends after the answer (RFC 9112, 6.3)."""
    with server.raw() as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 6\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + GET
        )
        raw.half_close()
        data = raw.read_to_end()
    assert data.count(b"HTTP/1.1 ") <= 2
    assert data.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 200 "))


def test_bad_chunk_size_is_refused(server):
    with server.raw() as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
        )
        raw.half_close()
        data = raw.read_to_end()
    assert data == b"" or data.startswith(b"HTTP/1.1 400 ")
    assert server.predict().status == 200


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\nBig: " + b"a" * 2_000_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: h\r\n" + b"".join(b"F%d: v\r\n" % n for n in range(150)) + b"\r\n", 431),
    ],
    ids=["target", "head-bytes", "field-count"],
)
def test_limit_of_the_head(server, head, status):
    with server.raw() as raw:
        try:
            raw.send(head)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all of it was sent
        answer = raw.read_response()
    assert answer.status == status
    assert answer.headers["connection"] == "close"
    assert server.predict().status == 200


@pytest.mark.ours
def test_better_too_large_content_length_is_refused_before_the_body_is_read(server):
    with server.raw(timeout=5) as raw:
        raw.send(post(b"").replace(b"Content-Length: 0", b"Content-Length: 104857601"))
        answer = raw.read_response()
    assert (answer.status, answer.json["error"]) == (413, "Failed to buffer the request body: length limit exceeded")


def test_body_limit_while_reading_chunks(server):
    piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    with server.raw() as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        try:
            for _ in range(101):
                raw.send(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all of it was sent
        assert raw.read_response().status == 413
    assert server.predict().status == 200


def test_body_at_the_limit_is_accepted(server):
    body = b'{"input":{},"x":"' + b"a" * (104_857_600 - 19) + b'"}'
    assert len(body) == 104_857_600
    answer = server.request("POST", "/predictions", body, {"Content-Type": "application/json"}, timeout=60)
    assert answer.status == 200


@pytest.mark.ours
@pytest.mark.every_python
def test_d17_3000_posts_on_one_connection_are_all_200(server):
    request = post(b'{"input":{}}')
    with server.raw() as raw:
        statuses = []
        for _ in range(3000):
            raw.send(request)
            statuses.append(raw.read_response().status)
    assert statuses == [200] * 3000


@pytest.mark.ours
def test_d06_half_closed_client_gets_its_answer(script):
    with script.raw() as raw:
        raw.send(GET)
        raw.half_close()
        assert raw.read_response().status == 200
        assert raw.closed_by_peer()
    with script.raw() as raw:
        raw.send(post(json.dumps({"input": {"code": "import time; time.sleep(0.3); return 'half'"}}).encode()))
        raw.half_close()
        assert raw.read_response().json["output"] == "half"


def test_many_connections(server):
    clients = [server.raw() for _ in range(200)]
    for raw in clients:
        raw.send(GET)
    assert [raw.read_response().status for raw in clients] == [200] * 200
    for raw in clients:
        raw.close()


def test_bad_input_then_one_good_request(server):
    """Hang-ups at every point of a request leave no trace."""
    request = post(b'{"input":{}}')
    for end in range(0, len(request), 7):
        with server.raw() as raw:
            raw.send(request[:end])
    assert server.predict().json["output"] == "ok"


# MARK: - Timeouts and limits of our own

LIMITS = {"COG_HEADER_TIMEOUT": "1", "COG_BODY_TIMEOUT": "1", "COG_IDLE_TIMEOUT": "1"}


@pytest.mark.ours
@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTT",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        post(b"{}")[:-1],
        post(b"").replace(b"Length: 0", b"Length: 9"),
    ],
    ids=["nothing", "request-line", "head", "body", "no-body"],
)
def test_d05_slow_client_is_given_up(shared, sent):
    with shared("noop", env=LIMITS).raw() as raw:
        raw.send(sent)
        raw.socket.settimeout(10)
        data = raw.read_to_end()
    assert data == b"" or data.startswith(b"HTTP/1.1 408 ")


@pytest.mark.ours
def test_d05_drip_of_header_bytes_does_not_extend_the_time(shared):
    with shared("noop", env=LIMITS).raw() as raw:
        raw.socket.settimeout(0.2)
        end = time.monotonic() + 10
        try:
            raw.send(b"GET / HTTP/1.1\r\nHost: h\r\n")
            while time.monotonic() < end:
                raw.send(b"a: b\r\n")
                try:
                    if raw.read_until(b"\r\n").startswith(b"HTTP/1.1 408 "):
                        return
                except TimeoutError:
                    continue  # nothing has come yet: keep dripping
                except AssertionError:
                    return  # closed
        except (BrokenPipeError, ConnectionResetError):
            return
    raise AssertionError("still accepts header bytes after 10 s")


@pytest.mark.ours
def test_d05_idle_connection_is_closed_and_a_busy_one_is_not(shared):
    server = shared("script", env=LIMITS)
    with server.raw() as raw:
        raw.send(GET)
        assert raw.read_response().status == 200
        raw.socket.settimeout(10)
        assert raw.closed_by_peer()
    with server.raw() as raw:
        raw.send(post(json.dumps({"input": {"code": "import time; time.sleep(2.5); return 1"}}).encode()))
        assert raw.read_response().json["output"] == 1


@pytest.mark.ours
def test_better_number_of_connections_is_limited(fresh):
    server = fresh("noop", env={"COG_MAX_CONNECTIONS": "10"})
    held = [server.raw() for _ in range(10)]
    for raw in held:
        raw.send(GET)
        assert raw.read_response().status == 200
    with server.raw(timeout=0.5) as extra:
        extra.send(GET)
        try:
            answer = extra.read_until(b"\r\n")
        except (TimeoutError, AssertionError):
            answer = b""
        assert not answer.startswith(b"HTTP/1.1 200 ")
    for raw in held:
        raw.close()
    wait_for(lambda: _answers(server), "the server to take connections again")


def _answers(server):
    try:
        return server.get("/health-check").status == 200
    except OSError:
        return False
