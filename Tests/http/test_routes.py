"""Routes and methods, the discovery document, the schema, in every state (Appendix B 1, 2)."""

import json

import pytest

ROUTES = {
    "/": ("GET", "HEAD"),
    "/health-check": ("GET", "HEAD"),
    "/openapi.json": ("GET", "HEAD"),
    "/predictions": ("POST",),
    "/predictions/abc/cancel": ("POST",),
    "/trainings/abc/cancel": ("POST",),
    "/shutdown": ("POST",),
}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW")
DISCOVERY = {
    "docs_url": "/docs",
    "healthcheck_url": "/health-check",
    "openapi_url": "/openapi.json",
    "predictions_cancel_url": "/predictions/{prediction_id}/cancel",
    "predictions_idempotent_url": "/predictions/{prediction_id}",
    "predictions_url": "/predictions",
    "shutdown_url": "/shutdown",
}
# What only this server has.
ADDED = {
    "livez_url": "/livez",
    "metrics_url": "/metrics",
    "predictions_get_url": "/predictions/{prediction_id}",
    "readyz_url": "/readyz",
    "startupz_url": "/startupz",
}


@pytest.fixture
def server(shared):
    return shared("noop")


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for path, known in ROUTES.items() for method in METHODS if method not in known]
)
@pytest.mark.ours
def test_wrong_method_is_405_with_allow(server, path, method):
    with server.raw() as raw:
        raw.send(f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        answer = raw.read_response(head_only=method == "HEAD")
    assert answer.status == 405
    assert answer.headers["allow"] == ",".join(ROUTES[path])
    assert answer.headers["content-type"] == "application/json"
    if method != "HEAD":
        assert answer.json["status"] == "failed"
        assert answer.headers["allow"] in answer.json["error"]


@pytest.mark.parametrize("method", ("POST", "DELETE", "PATCH", "OPTIONS"))
def test_put_route_refuses_other_methods(server, method):
    answer = server.request(method, "/predictions/abc")
    assert answer.status == 405
    assert "PUT" in answer.headers["allow"].split(",")


@pytest.mark.parametrize(
    "path",
    ["/redoc", "/healthz", "/predictions/", "/health-check/", "/predictions/x/stream", "//", "/nope", "/Predictions"],
)
@pytest.mark.parametrize("method", ("GET", "POST", "PUT"))
@pytest.mark.ours
def test_unknown_route_is_404(server, path, method):
    with server.raw() as raw:
        raw.send(f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
        answer = raw.read_response()
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json) == ["error", "status"]
    assert answer.json["status"] == "failed"


@pytest.mark.parametrize("path", ("/", "/health-check", "/openapi.json"))
def test_head_has_the_head_of_get_and_no_body(server, path):
    with server.raw() as raw:
        raw.send(f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head = raw.read_response(head_only=True)
        raw.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        get = raw.read_response()
    assert head.status == get.status == 200
    assert head.headers["content-type"] == get.headers["content-type"] == "application/json"
    assert head.headers["content-length"] == get.headers["content-length"]


def test_query_string_is_ignored(server):
    assert server.get("/health-check?x=1&y").status == 200
    assert server.post("/predictions?x=1", {}).status == 200


@pytest.mark.every_python
def test_discovery_document(server):
    found = server.get("/").json
    assert found.pop("cog_version")
    found.setdefault("docs_url", "/docs")  # may be dropped where nothing is served there
    assert {name: path for name, path in found.items() if name not in ADDED} == DISCOVERY


@pytest.mark.ours
def test_discovery_document_leaves_out_no_route(server):
    found = server.get("/").json
    assert {name: found.get(name) for name in ADDED} == ADDED


def test_discovery_names_training_urls_when_the_schema_has_them(fresh):
    schema = {
        "components": {"schemas": {"Input": {"type": "object", "properties": {}}, "TrainingInput": {"type": "object"}}}
    }
    found = fresh("noop", schema=json.dumps(schema)).get("/").json
    assert found["trainings_url"] == "/trainings"
    assert found["trainings_idempotent_url"] == "/trainings/{training_id}"
    assert found["trainings_cancel_url"] == "/trainings/{training_id}/cancel"


@pytest.mark.ours
def test_d07_documentation_named_in_the_discovery_document_exists(server):
    docs = server.get("/").json.get("docs_url")
    assert docs is None or server.get(docs).status == 200


def test_openapi_document(server):
    answer = server.get("/openapi.json")
    assert answer.status == 200
    schemas = answer.json["components"]["schemas"]
    assert schemas["Input"]["type"] == "object"
    assert schemas["Output"]["type"] == "string"


def test_openapi_document_is_served_with_sorted_keys_and_numbers_as_written(fresh):
    text = '{"x-b": 1.0, "components": {"schemas": {"Input": {"type": "object", "properties": {}}}}, "a": [1e3, {"z": 1, "y": 2}]}'
    server = fresh("noop", schema=text)
    assert server.get("/openapi.json").text.startswith('{"a":[')
    assert '"x-b":1.0' in server.get("/openapi.json").text
    assert '{"y":2,"z":1}' in server.get("/openapi.json").text


def test_any_json_value_is_served_as_the_document(fresh):
    server = fresh("noop", schema="[1, 2]")
    assert server.get("/openapi.json").text == "[1,2]"
    assert server.post("/predictions", {}).json["output"] == "ok"


def test_while_starting(fresh):
    server = fresh("setup_waits", until="STARTING")
    assert server.get("/").status == 200
    assert server.get("/openapi.json").status == 503
    assert server.get("/openapi.json").json["error"] == "OpenAPI schema not available"
    health = server.health()
    assert list(health) == ["status", "setup", "version"]
    assert health["setup"]["status"] == "starting"
    assert "completed_at" not in health["setup"]
    answer = server.post("/predictions", {"input": {"n": "not checked yet"}})
    assert (answer.status, answer.json) == (503, NOT_READY)
    assert server.put("/predictions/x", {"input": {}}).status == 503
    assert server.cancel("x").status == 404
    (server.cwd / "go").touch()
    server.wait_status("READY")
    assert server.post("/predictions", {}).status == 200


NOT_READY = {
    "error": "Setup has not finished yet. Wait until it has finished, or GET /health-check for status.",
    "status": "failed",
}


@pytest.mark.ours
def test_d12_event_stream_of_a_starting_model_is_503_not_406(fresh):
    server = fresh("setup_waits", until="STARTING")
    with server.client().stream("POST", "/predictions", {"input": {}}) as stream:
        assert stream.status == 503
        assert json.loads(stream.read()) == NOT_READY
    (server.cwd / "go").touch()
    server.wait_status("READY")


@pytest.mark.every_python
def test_after_a_failed_setup(fresh):
    server = fresh("setup_fails", until="SETUP_FAILED")
    assert server.get("/").status == 200
    assert server.get("/openapi.json").status == 503
    health = server.health()
    assert health["setup"]["status"] == "failed"
    assert health["setup"]["completed_at"]
    assert "RuntimeError: setup boom" in health["setup"]["logs"]
    assert server.post("/predictions", {"input": {}}).status == 503
    assert server.put("/predictions/x", {"input": {}}).status == 503
    assert server.cancel("x").status == 404


def test_while_busy(fresh):
    server = fresh("gate")
    running = server.begin(id="busy")
    server.mark_reached("reached")
    assert server.status() == "BUSY"
    assert server.get("/").status == 200
    assert server.get("/openapi.json").status == 200
    answer = server.post("/predictions", {"input": {}})
    assert answer.status == 409
    assert answer.json == {"error": "At capacity - all prediction slots busy", "status": "failed"}
    (server.cwd / "go").touch()
    assert running.result().json["output"] == "through"
    server.wait_status("READY")
