"""Every answer with a 4xx or 5xx status is a JSON object with `error` and `status`, whoever sends it."""

import json

import pytest
from support.waiting import wait_for

pytestmark = pytest.mark.ours

JSON = {"Content-Type": "application/json"}
DETAILS = {"detail"}


@pytest.fixture
def server(shared):
    return shared("script")


def check(answer, status, text=""):
    assert answer.status == status
    assert answer.headers["content-type"] == "application/json"
    assert int(answer.headers["content-length"]) == len(answer.body)
    found = json.loads(answer.body)
    assert list(found) == ["error", "status"], found
    assert found["status"] == "failed"
    assert text in found["error"]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "text"),
    [
        ("GET", "/nope", None, {}, 404, "Not found"),
        ("POST", "/trainings", {}, {}, 404, "Not found"),
        ("GET", "/predictions/never", None, {}, 404, "Prediction not found"),
        ("POST", "/predictions/never/cancel", None, {}, 404, "Prediction not found"),
        ("POST", "/trainings/never/cancel", None, {}, 404, "Prediction not found"),
        ("GET", "/predictions", None, {}, 405, "/predictions takes POST"),
        ("DELETE", "/predictions/x", None, {}, 405, "GET,HEAD,PUT"),
        ("GET", "/shutdown", None, {}, 405, "/shutdown takes POST"),
        ("BREW", "/metrics", None, {}, 405, "/metrics takes GET,HEAD"),
        ("POST", "/predictions", b"{bad", JSON, 400, "Failed to parse the request body as JSON: "),
        ("POST", "/predictions", b"", JSON, 400, "Failed to parse the request body as JSON: "),
        ("PUT", "/predictions/%ff", {}, {}, 400, "Invalid URL: Invalid UTF-8 in `id`"),
        ("POST", "/predictions", {}, {"Accept": "text/event-stream"}, 406, "does not support streaming responses"),
        ("POST", "/predictions", b"x", {"Content-Type": "text/plain"}, 415, "Expected request with `Content-Type: app"),
        ("POST", "/predictions", {"id": 5}, {}, 422, "Failed to deserialize the JSON body into the target type: id: "),
        ("POST", "/predictions", b"null", JSON, 422, "Failed to deserialize the JSON body into the target type: "),
    ],
)
def test_error_of_a_route(server, method, path, body, headers, status, text):
    check(server.request(method, path, body, headers), status, text)


@pytest.mark.parametrize(
    "body", [{"input": {"code": 5}}, {"input": {}}, {"input": {"code": "", "id": "a" * 256}, "id": "a" * 256}]
)
def test_input_that_does_not_fit_has_details_only(server, body):
    answer = server.post("/predictions", body)
    assert (answer.status, {*answer.json}) == (422, DETAILS)
    assert {*answer.json["detail"][0]} == {"loc", "msg", "type"}


MALFORMED = {
    "words": b"NONSENSE\r\n\r\n",
    "version": b"GET / HTTP/9.9\r\nHost: h\r\n\r\n",
    "spaces": b"GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
    "method": b"G(T / HTTP/1.1\r\nHost: h\r\n\r\n",
    "empty lines": b"\r\n" * 6,
    "field": b"GET / HTTP/1.1\r\nHost: h\r\nnonsense\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "invalid host": b"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
    "invalid target": b"GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
    "length": b"POST /predictions HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
    "length and chunks": b"POST /predictions HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    "chunk size": b"POST /predictions HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
    "chunk end": b"POST /predictions HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
    "trailer": b"POST /predictions HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nbad trailer: 1\r\n\r\n",
    "cut head": b"GET / HTTP/1.1\r\nHost: h\r\n",
    "cut body": b"POST /predictions HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n{",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_request(server, name):
    with server.raw() as raw:
        raw.send(MALFORMED[name]).half_close()
        answer = raw.read_response()
        check(answer, 400, "The request is not valid HTTP/1.1: ")
        assert answer.headers["connection"] == "close"
        assert raw.closed_by_peer()


@pytest.mark.parametrize(
    ("data", "status", "text"),
    [
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", 414, "URL"),
        (b"GET / HTTP/1.1\r\nHost: h\r\n" + b"A: b\r\n" * 100 + b"\r\n", 431, "fields"),
        (b"POST /predictions HTTP/1.1\r\nHost: h\r\nContent-Length: 104857601\r\n\r\n", 413, "length limit exceeded"),
        (
            b"POST /predictions HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n6400001\r\n",
            413,
            "length limit",
        ),
        (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501, "transfer coding"),
    ],
    ids=["target", "fields", "length", "chunks", "coding"],
)
def test_limit(server, data, status, text):
    with server.raw() as raw:
        check(raw.send(data).read_response(), status, text)


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\n", b"POST /predictions HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n{"]
)
def test_request_that_does_not_arrive_in_time(fresh, data):
    server = fresh("noop", env={"COG_HEADER_TIMEOUT": "0.2", "COG_BODY_TIMEOUT": "0.2"})
    with server.raw() as raw:
        check(raw.send(data).read_response(), 408, "of the request")


def test_too_many_connections(fresh):
    server = fresh("noop", env={"COG_MAX_CONNECTIONS": "2"})
    get = b"GET /health-check HTTP/1.1\r\nHost: h\r\n\r\n"

    def refused():
        with server.raw() as first, server.raw() as second, server.raw() as third:
            statuses = [raw.send(get).read_response().status for raw in (first, second)]
            answer = third.read_response()
            return statuses == [200, 200] and answer

    # The connection over which the server was asked whether it is ready may still be open.
    answer = wait_for(refused, "two answers, and a third connection that is refused")
    check(answer, 503, "too many open connections")
    assert answer.headers["retry-after"] == "1"


def test_busy(fresh):
    server = fresh("gate")
    running = server.begin(id="busy")
    server.mark_reached("reached")
    check(server.post("/predictions", {"input": {}}), 409, "At capacity - all prediction slots busy")
    check(server.post("/predictions", {"input": {}, "id": "busy"}), 409, "running already")
    (server.cwd / "go").touch()
    assert running.result().json["output"] == "through"


def test_starting(fresh):
    server = fresh("setup_waits", until="STARTING")
    check(server.get("/openapi.json"), 503, "OpenAPI schema not available")
    check(server.post("/predictions", {"input": {}}), 503, "Setup has not finished yet")
    (server.cwd / "go").touch()
    server.wait_status("READY")
