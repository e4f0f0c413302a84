"""Replicate's clients with a server of ours as their base URL."""

import asyncio
import json

import pytest
from replicate.client import Client
from replicate.exceptions import ModelError, ReplicateError
from support.environment import DEADLINE
from support.waiting import wait_for

pytestmark = pytest.mark.ours

MODEL = """
import time
from cog import BaseRunner, ConcatenateIterator, streaming

class Runner(BaseRunner):
    @streaming
    def run(self, text: str, wait: bool = False, fail: bool = False) -> ConcatenateIterator[str]:
        print("working")
        yield from text.split(" ")
        if fail:
            raise ValueError("no more words")
        while wait:
            time.sleep(0.01)
"""
PLAIN = """
from cog import BaseRunner, Path

class Runner(BaseRunner):
    def run(self, file: Path) -> str:
        return file.read_text()
"""


@pytest.fixture
def server(shared):
    return shared(source=MODEL)


def client_of(server):
    client = Client(api_token="none", base_url=f"http://127.0.0.1:{server.port}", timeout=DEADLINE)
    client.poll_interval = 0.02
    return client


@pytest.fixture
def client(server):
    return client_of(server)


# MARK: - The Python client


def test_create_and_poll(client):
    prediction = client.predictions.create(version="abc123", input={"text": "one two"})
    assert prediction.version == "abc123"
    assert prediction.urls["get"].endswith(f"/v1/predictions/{prediction.id}")
    prediction.wait()
    assert (prediction.status, prediction.output, prediction.logs) == ("succeeded", ["one", "two"], "working\n")
    again = client.predictions.get(prediction.id)
    assert (again.output, again.version, again.urls) == (["one", "two"], "abc123", prediction.urls)
    assert again.metrics["predict_time"] >= 0


def test_run(client):
    assert client.run("owner/name", input={"text": "one two"}) == ["one", "two"]
    assert "".join(client.run("owner/name:0123", input={"text": "one two"})) == "onetwo"
    with pytest.raises(ModelError, match="no more words"):
        client.run("owner/name", input={"text": "x", "fail": True})
    assert client.run("owner/name", input={"text": "x"}, wait=True) == ["x"]


def test_run_concurrently(server):
    async def both():
        return await client_of(server).async_run("owner/name", input={"text": "a b"})

    assert asyncio.run(both()) == ["a", "b"]


def test_cancel(client):
    prediction = client.predictions.create(version="x", input={"text": "one", "wait": True})
    prediction.cancel()
    prediction.wait()
    assert prediction.status == "canceled"
    assert client.predictions.cancel(prediction.id).status == "canceled"


def test_stream(client):
    prediction = client.predictions.create(version="x", input={"text": "one\ntwo \r\n ü"}, stream=True)
    events = list(prediction.stream())
    names = [event.event.value for event in events]
    assert [event.data for event in events if event.event.value == "output"] == ["one\ntwo", "\n", "ü"]
    assert "".join(event.data for event in events if event.event.value == "logs") in ("working\n", "working")
    assert names[-1] == "done"
    assert "".join(str(event) for event in client.stream("owner/name", input={"text": "a b c"})) == "abc"


def test_errors(client):
    with pytest.raises(ReplicateError) as error:
        client.predictions.create(version="x", input={"text": 5})
    assert error.value.status == 422 or "422" in str(error.value)
    with pytest.raises(ReplicateError):
        client.predictions.get("nobody")
    with pytest.raises(RuntimeError, match="no more words"):
        list(client.stream("owner/name", input={"text": "a", "fail": True}))


def test_files(shared):
    client = client_of(shared(source=PLAIN))
    with (shared(source=PLAIN).cwd / "text.txt").open("w+b") as file:
        file.write(b"contents")
        file.seek(0)
        prediction = client.predictions.create(
            version="x", input={"file": file}, file_encoding_strategy="base64", wait=True
        )
    assert (prediction.status, prediction.output) == ("succeeded", "contents")
    assert "stream" not in prediction.urls


# MARK: - What the JavaScript client asks for


def headers(**more):
    return {
        "Authorization": "Bearer none",
        "User-Agent": "replicate-javascript/1.0.1",
        "Content-Type": "application/json",
    } | more


def ask(server, method, path, body=None, **more):
    return server.request(method, path, None if body is None else json.dumps(body), headers(**more))


def test_waiting_for_the_result(server):
    answer = ask(server, "POST", "/v1/predictions", {"input": {"text": "a"}, "version": "1f"}, Prefer="wait=5")
    assert (answer.status, answer.json["status"], answer.json["output"]) == (201, "succeeded", ["a"])
    assert (answer.json["version"], answer.json["model"]) == ("1f", "local/model")
    answer = ask(server, "POST", "/v1/models/me/mine/predictions", {"input": {"text": "a"}}, Prefer="wait")
    assert (answer.status, answer.json["output"], answer.json["model"]) == (201, ["a"], "me/mine")
    shown = ask(server, "GET", f"/v1/predictions/{answer.json['id']}")
    assert (shown.status, shown.json["model"], shown.json["version"]) == (200, "me/mine", "local")
    named = ask(server, "POST", "/v1/predictions", {"input": {"text": "a"}, "version": "me/mine:2e"}, Prefer="wait")
    assert (named.json["model"], named.json["version"]) == ("me/mine", "2e")


def test_not_waiting_longer(server):
    answer = ask(
        server, "POST", "/v1/predictions", {"input": {"text": "a", "wait": True}, "version": "1f"}, Prefer="wait=1"
    )
    assert (answer.status, answer.json["status"]) == (201, "processing")
    id = answer.json["id"]
    shown = ask(server, "GET", f"/v1/predictions/{id}").json
    assert (shown["status"], shown["input"]) == ("processing", {"text": "a", "wait": True})
    canceled = ask(server, "POST", f"/v1/predictions/{id}/cancel")
    assert (canceled.status, canceled.json["id"], canceled.json["urls"]) == (200, id, shown["urls"])
    wait_for(lambda: ask(server, "GET", f"/v1/predictions/{id}").json["status"] == "canceled", "the cancel")


def test_leaving_cancels_nothing(server):
    with server.client() as client:
        stream = client.stream("GET", "/v1/predictions/nobody/stream")
        assert stream.status == 404
    answer = ask(server, "POST", "/v1/predictions", {"input": {"text": "a", "wait": True}, "version": "1f"})
    assert (answer.status, answer.json["status"]) == (201, "starting")
    id = answer.json["id"]
    with server.raw() as raw:
        raw.send(f"GET /v1/predictions/{id}/stream HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n".encode())
        assert raw.read_until(b"data: a\n\n").count(b"event: output") == 1
    assert ask(server, "GET", f"/v1/predictions/{id}").json["status"] == "processing"
    assert ask(server, "POST", f"/v1/predictions/{id}/cancel").status == 200
    server.wait_status("READY")


@pytest.mark.parametrize(
    ("more", "base"),
    [
        ({"Host": "models.example:8080"}, "http://models.example:8080"),
        ({"X-Forwarded-Host": "models.example, inner", "X-Forwarded-Proto": "https"}, "https://models.example"),
        ({"Host": "h", "X-Forwarded-Prefix": "/models/a"}, "http://h/models/a"),
    ],
)
def test_addresses_are_those_of_the_client(server, more, base):
    answer = ask(server, "POST", "/v1/predictions", {"id": "a/b ü", "input": {"text": "a"}}, Prefer="wait", **more)
    url = f"{base}/v1/predictions/a%2Fb%20%C3%BC"
    assert answer.json["urls"] == {"cancel": f"{url}/cancel", "get": url, "stream": f"{url}/stream"}


def test_only_these_paths(server):
    for method, path, status in [
        ("POST", "/v1/models/mine/predictions", 404),
        ("POST", "/v1/models/a/b/c/d/predictions", 404),
        ("GET", "/v1/models/a/b/versions/c", 200),
        ("GET", "/v1/models/a/b/other/c", 404),
        ("GET", "/v1/predictions", 405),
        ("POST", "/v1/predictions/x/cancel", 404),
        ("POST", "/v1/predictions", 422),
    ]:
        assert ask(server, method, path, {} if method == "POST" else None).status == status, path


def test_pages_of_others_may_not_cancel(server):
    answer = server.request("POST", "/v1/predictions/x/cancel", headers={"Origin": "http://evil.example"})
    assert answer.status == 403
