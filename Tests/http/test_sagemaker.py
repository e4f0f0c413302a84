"""The server as a SageMaker container: `serve`, `GET /ping`, and `POST /invocations` (new)."""

import pytest
from support.waiting import wait_for

pytestmark = pytest.mark.ours(strict=False)

FLAGS = ("serve",)
PORT = {"SAGEMAKER_BIND_TO_PORT": "0"}

TEXTS = """
from cog import BaseRunner

class Runner(BaseRunner):
    def run(self, text: str, times: int = 1) -> str:
        if text == "fail":
            raise ValueError("no such text")
        return text * times
"""
FILES = """
from cog import BaseRunner, Path

class Runner(BaseRunner):
    def run(self, image: Path, flip: bool = True) -> Path:
        contents = image.read_bytes()
        Path("out.png").write_bytes(contents[::-1] if flip else contents)
        return Path("out.png")
"""
WORDS = """
import time
from cog import BaseRunner, ConcatenateIterator, streaming

class Runner(BaseRunner):
    @streaming
    def run(self, text: str, fail: bool = False) -> ConcatenateIterator[str]:
        for word in text.split():
            yield word
        if fail:
            raise ValueError("no more words")
"""


@pytest.fixture
def server(shared):
    return shared(source=TEXTS, flags=FLAGS, env=PORT)


@pytest.fixture
def files(shared):
    return shared(source=FILES, flags=FLAGS, env=PORT)


@pytest.fixture
def words(shared):
    return shared(source=WORDS, flags=FLAGS, env=PORT)


# MARK: - The contract


def test_ping(server):
    assert server.get("/ping").json == {"status": "ok", "health": "READY"}


def test_body_is_the_input_and_answer_is_the_output(server):
    answer = server.post("/invocations", {"text": "é", "times": 2})
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json == "éé"
    for accept in ("application/json", "*/*"):
        assert server.post("/invocations", {"text": "a"}, {"Accept": accept}).json == "a"


def test_document_has_the_routes(server):
    paths = server.get("/openapi.json").json["paths"]
    assert "503" in paths["/ping"]["get"]["responses"]
    assert "422" in paths["/invocations"]["post"]["responses"]


def test_log_names_the_platform(server):
    server.wait_log("Started as a SageMaker container: GET /ping, POST /invocations")


def test_file_in_and_out(files):
    contents = bytes(range(256))
    answer = files.post("/invocations", contents, {"Content-Type": "image/png", "Accept": "image/png"})
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    assert answer.body == contents[::-1]
    answer = files.post("/invocations", contents, {"Content-Type": "image/png"})
    assert answer.json.startswith("data:image/png;base64,")
    answer = files.post("/invocations", {"image": "data:image/png;base64,AAEC", "flip": False}, {"Accept": "image/png"})
    assert answer.body == b"\0\1\2"


# MARK: - Streams


def test_text_as_it_comes(words):
    answer = words.post("/invocations", {"text": "a bé c"}, {"Accept": "text/plain"})
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == "abéc"
    assert words.post("/invocations", {"text": ""}, {"Accept": "text/plain"}).text == ""


def test_events(words):
    with words.client().stream("POST", "/invocations", {"text": "a b"}) as stream:
        chunks = [event.data["chunk"] for event in stream.events() if event.name == "output"]
    assert chunks == ["a", "b"]
    assert words.post("/invocations", {"text": "a b"}).json == ["a", "b"]


def test_text_that_ends_too_early(words):
    """A failure before the first output is an error; a later one cuts the text off."""
    answer = words.post("/invocations", {"text": "", "fail": True}, {"Accept": "text/plain"})
    assert (answer.status, answer.json["error"]) == (
        500,
        "Prediction failed: Generator iteration error: ValueError: no more words",
    )
    with words.raw() as raw:
        body = b'{"text":"a","fail":true}'
        raw.send(
            b"POST /invocations HTTP/1.1\r\nHost: x\r\nAccept: text/plain\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body
        )
        answer = raw.read_to_end()
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\na\r\n" in answer
    assert not answer.endswith(b"0\r\n\r\n")


def test_reader_that_leaves_cancels(fresh):
    server = fresh("gate_stream", flags=FLAGS, env=PORT)
    with server.raw() as raw:
        raw.send(
            b"POST /invocations HTTP/1.1\r\nHost: x\r\nAccept: text/plain\r\nContent-Type: application/json\r\n"
            b"Content-Length: 2\r\n\r\n{}"
        )
        wait_for(lambda: server.status() == "BUSY", "the prediction to run")
    server.wait_status("READY")
    assert 'cog_predictions_total{status="canceled"} 1' in server.get("/metrics").text


# MARK: - What is wrong


@pytest.mark.parametrize(
    ("body", "type", "status", "message"),
    [
        ('{"text"', "application/json", 400, "Failed to parse the request body as JSON"),
        ("[1]", "application/json", 422, "is not of type"),
        ("null", "application/json", 422, "is not of type"),
        ("{}", "application/json", 422, "Field required"),
        ('{"text": 5}', "application/json", 422, "is not of type"),
        ('{"text": "fail"}', "application/json", 500, "no such text"),
        ("text", "text/plain", 415, "application/json"),
        ('{"text": "a", "times": 1.5}', "application/json", 422, "1.5"),
    ],
)
def test_mistakes(server, body, type, status, message):
    answer = server.post("/invocations", body, {"Content-Type": type})
    assert answer.status == status
    assert message in answer.text
    assert server.get("/ping").status == 200


def test_unknown_inputs_are_left_out(server):
    assert server.post("/invocations", {"text": "a", "x": 1, "é" * 300: 2}).json == "a"
    escaped = "\\u00e9" * 300
    assert (
        server.post("/invocations", f'{{"{escaped}": 1, "text": "a"}}', {"Content-Type": "application/json"}).json
        == "a"
    )
    assert server.post("/invocations", '{"text": 1, "text": "b"}', {"Content-Type": "application/json"}).json == "b"


def test_body_that_arrives_in_pieces(server):
    text = "x" * 200_000
    body = b'{"unknown": [1, 2], "text": "%s"}' % text.encode()
    with server.raw() as raw:
        raw.send(
            b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)
        )
        for start in range(0, len(body), 50_001):
            raw.send(body[start : start + 50_001])
        assert raw.read_response().json == text


def test_preferences_of_cogs_own_clients_mean_nothing(server):
    answer = server.post("/invocations", {"text": "a"}, {"Prefer": "respond-async"})
    assert (answer.status, answer.json) == (200, "a")


# MARK: - Ping


def test_ping_before_setup_has_finished(fresh):
    server = fresh("setup_waits", flags=FLAGS, env=PORT, until="STARTING")
    assert server.get("/ping").status == 503
    assert server.post("/invocations", {}).status == 503


SLOW_CHECK = """
import time
from cog import BaseRunner

class Runner(BaseRunner):
    def run(self) -> str:
        return ""

    def healthcheck(self) -> bool:
        time.sleep(4)
        return True
"""


def test_ping_doesnt_wait_for_a_slow_health_check(fresh):
    answer = fresh(source=SLOW_CHECK, flags=FLAGS, env=PORT).get("/ping")
    assert answer.status == 503
    assert answer.json["error"] == "The model's health check did not answer within 1.5 s"


def test_key_is_for_invocations(fresh):
    server = fresh(source=TEXTS, flags=FLAGS, env={**PORT, "COG_API_KEY": "secret"})
    assert server.get("/ping").status == 200
    assert server.post("/invocations", {"text": "a"}).status == 401
    assert server.post("/invocations", {"text": "a"}, {"X-API-Key": "secret"}).json == "a"


def test_routes_are_only_there_when_asked_for(shared):
    server = shared(source=TEXTS)
    assert server.get("/ping").status == 404
    assert server.post("/invocations", {"text": "a"}).status == 404
