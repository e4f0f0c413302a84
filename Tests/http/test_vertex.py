"""The server as a Vertex AI container: what `AIP_*` asks for (new)."""

import socket

import pytest
from support.waiting import Background, wait_for

pytestmark = pytest.mark.ours(strict=False)

HEALTH = "/v1/endpoints/123/deployedModels/456"
PREDICT = "/v1/endpoints/123/deployedModels/456:predict"
AIP = {"AIP_HTTP_PORT": "0", "AIP_HEALTH_ROUTE": HEALTH, "AIP_PREDICT_ROUTE": PREDICT, "PORT": None}

TEXTS = """
from cog import BaseRunner

class Runner(BaseRunner):
    def run(self, text: str, times: int = 1, tags: list[str] = []) -> str:
        if text == "fail":
            raise ValueError("no such text")
        return text * times + "".join(tags)
"""
# Each prediction waits for the requested number of others.
MEETING = """
import asyncio
import os
from cog import BaseRunner

class Runner(BaseRunner):
    def setup(self):
        self.here = 0
        self.most = 0

    async def run(self, name: str, meets: int = 1) -> int:
        self.here += 1
        self.most = max(self.most, self.here)
        open("began-" + name, "w").close()
        while self.most < meets or not os.path.exists("go"):
            await asyncio.sleep(0.01)
        self.here -= 1
        if name == "fail":
            raise ValueError("no such name")
        return self.most
"""


@pytest.fixture
def server(shared):
    return shared(source=TEXTS, env=AIP)


def meeting(fresh, slots, **env):
    return fresh(source=MEETING, env={**AIP, "COG_MAX_CONCURRENCY": str(slots), **env})


def began(server, *names):
    for name in names:
        server.mark_reached(f"began-{name}")


# MARK: - The contract


def test_health(server):
    assert server.get(HEALTH).status == 200
    server.wait_log("Answering on the routes of AIP_HEALTH_ROUTE")


def test_instances(server):
    body = {"instances": [{"text": "a"}, {"text": "b", "times": 2}]}
    answer = server.post(PREDICT, body)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json == {"predictions": ["a", "bb"]}


def test_parameters_are_inputs_of_every_instance(server):
    body = {
        "instances": [{"text": "a"}, {"text": "b", "times": 1}, "c"],
        "parameters": {"times": 3, "tags": ["!"], "confidenceThreshold": 0.5},
    }
    assert server.post(PREDICT, body).json == {"predictions": ["aaa!", "b!", "ccc!"]}
    assert server.post(PREDICT, {"instances": [{"text": "a"}], "parameters": None}).json == {"predictions": ["a"]}
    server.wait_log("confidenceThreshold")


def test_paths_that_mean_something_else_elsewhere(fresh):
    routes = {"AIP_HEALTH_ROUTE": "/health-check", "AIP_PREDICT_ROUTE": "/predictions"}
    server = fresh("setup_fails", env={**AIP, **routes}, until=None)
    wait_for(lambda: server.get("/livez").status == 503, "the setup to fail")
    # Ours says 200 in every state.
    assert server.get("/health-check").status == 503
    assert list(server.post("/predictions", {"instances": []}).json) == ["error"]


def test_document_has_the_routes(server, shared):
    paths = server.get("/openapi.json").json["paths"]
    assert "get" in paths[AIP["AIP_HEALTH_ROUTE"]]
    body = paths[PREDICT]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["properties"]) == {"instances", "parameters"}
    original = shared("noop", env={**AIP, "COG_OPENAPI": "original"}).get("/openapi.json").json["paths"]
    assert not {PREDICT, AIP["AIP_HEALTH_ROUTE"], "/v2"} & set(original)


def test_one_route_for_both_is_refused(fresh):
    with pytest.raises(
        AssertionError, match="ended with 2(?s:.*)AIP_HEALTH_ROUTE and AIP_PREDICT_ROUTE are both /same"
    ):
        fresh("noop", env={**AIP, "AIP_HEALTH_ROUTE": "/same", "AIP_PREDICT_ROUTE": "/same"}, until=None)


def test_refused_requests_have_the_platforms_form(server):
    for method, path, headers, status in [
        ("GET", PREDICT, {}, 405),
        ("POST", PREDICT, {"Origin": "http://evil.example", "Content-Type": "text/plain"}, 403),
    ]:
        answer = server.request(method, path, headers=headers)
        assert (answer.status, list(answer.json)) == (status, ["error"])


def test_byte_order_mark(server):
    body = b'\xef\xbb\xbf{"instances": [{"text": "a"}, {"text": "b", "times": 2}]}'
    assert server.post(PREDICT, body, {"Content-Type": "application/json"}).json["predictions"] == ["a", "bb"]


def test_unusable_routes_are_ignored(fresh):
    server = fresh("noop", env={**AIP, "AIP_HEALTH_ROUTE": "ready", "AIP_PREDICT_ROUTE": "/x?y"})
    server.wait_log("Ignoring AIP_HEALTH_ROUTE: ready is not a path such as /predict")
    server.wait_log("Ignoring AIP_PREDICT_ROUTE: /x?y is not a path such as /predict")


# MARK: - What is wrong


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("", 400, "Failed to parse the request body as JSON"),
        ('{"instances": [', 400, "Failed to parse the request body as JSON"),
        ("[]", 400, "with the member `instances`"),
        ('{"instances": {"text": "a"}}', 400, "`instances` must be a list"),
        ('{"instances": [{"text": "a"}], "parameters": 3}', 400, "`parameters` must be an object"),
        ('{"instances": [{"text": "a"}, {"times": 2}]}', 400, "instances[1]: text: Field required"),
        ('{"instances": [{"text": "a"}, {"text": "b"}], "parameters": {"times": "x"}}', 400, "instances[0]: times: "),
        (
            '{"instances": [{"text": "a"}, {"text": "fail"}, {"text": "b"}]}',
            500,
            "instances[1]: Prediction failed: ValueError: no such text",
        ),
        ('{"instances": [' + ",".join(["{}"] * 10_001) + "]}", 400, "more than 10000 entries"),
    ],
)
def test_mistakes(server, body, status, message):
    answer = server.post(PREDICT, body, {"Content-Type": "application/json"})
    assert answer.status == status
    assert list(answer.json) == ["error"]
    assert message in answer.json["error"]
    assert server.post(PREDICT, {"instances": [{"text": "a"}]}).json == {"predictions": ["a"]}


# MARK: - Side by side


def test_instances_run_side_by_side_as_far_as_there_are_slots(fresh):
    server = meeting(fresh, 2)
    names = "abcde"
    call = Background(server.post, PREDICT, {"instances": [{"name": name, "meets": 2} for name in names]})
    began(server, "a", "b")
    assert not (server.cwd / "began-c").exists()
    # Nobody else is let in between.
    assert server.post(PREDICT, {"instances": [{"name": "x"}]}).status == 409
    (server.cwd / "go").touch()
    assert call.result().json == {"predictions": [2] * 5}
    assert 'cog_predictions_total{status="succeeded"} 5' in server.get("/metrics").text


def test_one_slot(shared):
    server = shared(source=TEXTS, env=AIP)
    body = {"instances": [{"text": str(number)} for number in range(200)]}
    assert server.post(PREDICT, body).json == {"predictions": [str(number) for number in range(200)]}


def test_failure_of_one_cancels_the_others(fresh):
    server = meeting(fresh, 2)
    names = ["a", "fail", "never"]
    call = Background(
        server.post, PREDICT, {"instances": [{"name": "a", "meets": 9}, {"name": "fail"}, {"name": "never"}]}
    )
    began(server, *names[:2])
    (server.cwd / "go").touch()
    answer = call.result()
    assert (answer.status, answer.json["error"]) == (
        500,
        "instances[1]: Prediction failed: Async prediction failed: ValueError: no such name",
    )
    server.wait_status("READY")
    wait_for(
        lambda: 'cog_predictions_total{status="canceled"} 1' in server.get("/metrics").text, "the other one to end"
    )
    assert not (server.cwd / "began-never").exists()


def test_client_that_leaves_cancels_them_all(fresh):
    server = meeting(fresh, 2)
    body = b'{"instances":[{"name":"a"},{"name":"b"},{"name":"c"}]}'
    with server.raw() as raw:
        raw.send(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (PREDICT.encode(), len(body)) + body)
        began(server, "a", "b")
        raw.socket.shutdown(socket.SHUT_RDWR)
    wait_for(lambda: 'cog_predictions_total{status="canceled"} 2' in server.get("/metrics").text, "both to be canceled")
    server.wait_status("READY")
    assert not (server.cwd / "began-c").exists()


def test_shutdown_lets_the_request_finish(fresh):
    """Those that have not begun are part of a request that was accepted."""
    server = meeting(fresh, 1)
    call = Background(server.post, PREDICT, {"instances": [{"name": name} for name in "abc"]})
    began(server, "a")
    server.signal(15)
    (server.cwd / "go").touch()
    assert call.result().json == {"predictions": [1, 1, 1]}
    assert server.wait_exit() == 0


def test_worker_that_dies(fresh):
    source = """
        import os
        from cog import BaseRunner

        class Runner(BaseRunner):
            def run(self, name: str) -> str:
                if name == "die":
                    os._exit(3)
                return name
    """
    server = fresh(source="\n".join(line[8:] for line in source.splitlines()), env=AIP)
    answer = server.post(PREDICT, {"instances": [{"name": "a"}, {"name": "die"}, {"name": "b"}]})
    assert answer.status == 500
    assert answer.json["error"].startswith("instances[1]: Worker crashed: ")
    server.wait_status("READY")
    assert server.post(PREDICT, {"instances": [{"name": "a"}]}).json == {"predictions": ["a"]}


def test_key(fresh):
    server = fresh(source=TEXTS, env={**AIP, "COG_API_KEY": "secret"})
    assert server.get(HEALTH).status == 200
    assert server.post(PREDICT, {"instances": []}).status == 401
    assert server.post(PREDICT, {"instances": []}, {"X-API-Key": "secret"}).json == {"predictions": []}


def test_what_instances_share_is_limited(server):
    """Each prediction has it, so a request of a megabyte could stand for gigabytes."""
    body = {"instances": [{} for _ in range(300)], "parameters": {"text": "x" * (1 << 20)}}
    answer = server.post(PREDICT, body)
    assert (answer.status, "more than 256 MiB together" in answer.json["error"]) == (413, True)
    assert server.post(PREDICT, {"instances": [{"text": "a"}]}).json == {"predictions": ["a"]}
