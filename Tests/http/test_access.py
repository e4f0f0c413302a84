"""`COG_API_KEY`: who may use the server (new)."""

from pathlib import Path

import pytest
from support import processes
from support.server import Server
from support.waiting import wait_for

pytestmark = pytest.mark.ours(strict=False)

KEY = "correct-horse"
OTHER = "battery-staple"
BEARER = {"Authorization": f"Bearer {KEY}"}
OPEN = ["/livez", "/readyz", "/startupz", "/health-check", "/docs"]
CLOSED = ["/", "/openapi.json", "/metrics", "/predictions/x", "/nowhere", "/docs/", "/livez/x"]


@pytest.fixture
def server(shared):
    return shared("script", env={"COG_API_KEY": f"{KEY}, {OTHER}"})


def refused(answer, challenge="Bearer"):
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == challenge
    assert answer.headers["content-type"] == "application/json"
    assert answer.json["status"] == "failed"
    assert "key" in answer.json["error"].lower()
    assert KEY not in answer.text + str(answer.headers)
    return True


# MARK: - What needs a key


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
def test_everything_needs_a_key(server, path, method):
    answer = server.request(method, path)
    assert answer.status == 401
    assert server.request(method, path, headers=BEARER).status != 401


@pytest.mark.parametrize("path", OPEN)
def test_probes_and_the_page_don_t(server, path):
    assert server.get(path).status == 200
    assert server.request("HEAD", path).status == 200
    refused(server.post(path))
    assert server.post(path, headers=BEARER).status == 405


@pytest.mark.parametrize(("accept", "status"), [("text/html,*/*;q=0.8", 200), ("*/*", 401), ("application/json", 401)])
def test_root_is_open_to_browsers(server, accept, status):
    assert server.request("GET", "/", headers={"Accept": accept}).status == status


def test_root_without_a_page_is_not(fresh):
    server = fresh("noop", env={"COG_API_KEY": KEY, "COG_DOCS": "0"})
    refused(server.request("GET", "/", headers={"Accept": "text/html"}))
    refused(server.get("/docs"))


def test_server_without_keys_is_open(shared):
    server = shared("script")
    assert server.predict({"code": "return 1"}).json["output"] == 1
    assert server.predict({"code": "return 1"}, headers={"Authorization": "Bearer x"}).json["output"] == 1


# MARK: - Keys


@pytest.mark.parametrize(
    "headers",
    [
        BEARER,
        {"authorization": f"bearer {KEY}"},
        {"Authorization": f"BEARER   {OTHER}"},
        {"X-API-Key": KEY},
        {"x-api-key": OTHER},
        {"Authorization": "Basic eDp5", "X-API-Key": KEY},
    ],
)
def test_right_keys(server, headers):
    answer = server.predict({"code": "return 1"}, headers=headers)
    assert (answer.status, answer.json["output"]) == (200, 1)


@pytest.mark.parametrize(
    ("headers", "has_key"),
    [
        ({}, False),
        ({"Authorization": KEY}, False),
        ({"Authorization": "Basic eDp5"}, False),
        ({"Authorization": f"Basic {KEY}"}, False),
        ({"Authorization": "Bearer"}, False),
        ({"Authorization": f"Bearer {KEY}x"}, True),
        ({"Authorization": f"Bearer {KEY[:-1]}"}, True),
        ({"Authorization": f"Bearer {KEY}, {OTHER}"}, True),
        ({"X-API-Key": ""}, True),
        ({"X-API-Key": f"Bearer {KEY}"}, True),
        ({"Cookie": f"x-api-key={KEY}"}, False),
    ],
)
def test_wrong_keys(server, headers, has_key):
    refused(
        server.predict({"code": "return 1"}, headers=headers), 'Bearer error="invalid_token"' if has_key else "Bearer"
    )


def test_a_key_in_the_address_is_none(server):
    refused(server.get(f"/openapi.json?api_key={KEY}&access_token={KEY}"))


def test_refused_before_the_body_is_read(server):
    with server.raw() as raw:
        raw.send(b"POST /predictions HTTP/1.1\r\nHost: h\r\nContent-Length: 50000000\r\n\r\n")
        answer = raw.read_response()
        assert (answer.status, answer.headers["connection"]) == (401, "close")
    with server.raw() as raw:
        raw.send(b"POST /predictions HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        assert raw.read_response().status == 401


def test_streams_and_metrics_with_a_key(fresh):
    server = fresh("script_stream", env={"COG_API_KEY": KEY})
    with (
        server.client() as client,
        client.stream("POST", "/predictions", {"input": {"code": "yield 1"}}, BEARER) as stream,
    ):
        assert stream.events()[-1].name == "completed"
    answer = server.request("GET", "/metrics", headers=BEARER)
    assert answer.status == 200
    refused(server.predict())
    text = server.request("GET", "/metrics", headers=BEARER).text
    assert 'cog_http_requests_total{route="/predictions",method="POST",status="401"} 1' in text


# MARK: - Web pages of others


def test_browsers_ask_beforehand_without_a_key(fresh):
    """A preflight can't carry one; the request can, and an allowed page may read why it is refused."""
    page = "https://example.com"
    server = fresh("script", env={"COG_API_KEY": KEY, "COG_CORS_ORIGINS": page})
    headers = {
        "Origin": page,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = server.request("OPTIONS", "/predictions", headers=headers)
    assert (answer.status, answer.headers["access-control-allow-headers"]) == (204, "authorization")
    answer = server.predict({"code": "return 1"}, headers={"Origin": page})
    assert refused(answer)
    assert answer.headers["access-control-allow-origin"] == page
    assert server.predict({"code": "return 1"}, headers={"Origin": page, **BEARER}).json["output"] == 1


# MARK: - Secrecy


def environment_of(process):
    return Path(f"/proc/{process}/environ").read_bytes()


@pytest.mark.parametrize("start", ["spawn", "fork"])
def test_model_doesn_t_see_the_key(fresh, start):
    """Neither in its own environment nor in that of the processes above it."""
    server = fresh("script", env={"COG_API_KEY": KEY, "COG_WORKER_START": start})
    code = "import os\nreturn [os.environ.get('COG_API_KEY'), open('/proc/self/environ').read(), os.getpid()]"
    value, environment, worker = server.predict({"code": code}, headers=BEARER).json["output"]
    assert value is None
    assert KEY not in environment
    assert KEY.encode() not in environment_of(worker) + environment_of(server.pid)
    processes.kill(worker)
    wait_for(lambda: server.predict({"code": code}, headers=BEARER).json.get("output"), "the next worker")
    assert server.predict({"code": code}, headers=BEARER).json["output"][0] is None


def test_key_is_in_no_log(fresh):
    server = fresh("script", env={"COG_API_KEY": KEY, "COG_LOG_LEVEL": "debug"})
    server.predict({"code": "return 1"}, headers=BEARER)
    assert server.predict({}, headers={"X-API-Key": KEY + "x"}).status == 401
    with server.raw() as raw:
        raw.send(f"GET / HTTP/1.1\r\nAuthorization: Bearer {KEY}\r\nbad field\r\n\r\n".encode())
        assert raw.read_response().status == 400
    server.wait_log("/predictions")
    assert KEY not in server.log_text()


@pytest.mark.parametrize("value", ["", " ", ",", " , "])
def test_variable_without_a_key_is_an_error(python, value):
    """An empty variable must not open the server to everybody."""
    server = Server(python, "noop", env={"COG_API_KEY": value})
    try:
        with pytest.raises(AssertionError, match=r"server ended with 2:\n.*COG_API_KEY is set but contains no key"):
            server.start(until=None)
    finally:
        server.discard()
