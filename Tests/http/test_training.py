"""`--x-mode train`: what is run, on which routes, with which answers (15; D52)."""

import json

import pytest
from support.waiting import wait_for

FUNCTION = """
import os, time
from cog import Input
def train(n: int = Input(default=2, ge=1), mode: str = "") -> str:
    print("training", n, flush=True)
    if mode == "fail": raise ValueError("tboom")
    if mode == "wait":
        open("reached", "w").close()
        while not os.path.exists("go"): time.sleep(0.01)
    return "weights" * n
"""
ASYNC = FUNCTION.replace("def train", "async def train")
CLASS = """
class Trainer:
    def setup(self): self.word = "set up"
    def run(self) -> str: return "not this"
    def train(self, n: int = 1) -> str: return f"{self.word} {n}"
"""
GENERATOR = """
from typing import Iterator
def train(n: int = 3) -> Iterator[int]:
    for i in range(n): yield i
"""
ASYNC_GENERATOR = GENERATOR.replace("def train", "async def train").replace("Iterator", "AsyncIterator")

NO_TRAINING = "class Trainer:\n    def run(self) -> str: return ''\n"


@pytest.fixture
def start(fresh):
    """A server in train mode."""

    def begin(source, name="train", **kwargs):
        return fresh(source=source, reference=f"predict.py:{name}", mode="train", **kwargs)

    return begin


@pytest.fixture
def server(shared):
    return shared(source=FUNCTION, reference="predict.py:train", mode="train")


def train(server, input=None, headers=None, **fields):
    return server.post("/trainings", {"input": input or {}, **fields}, headers)


# MARK: - What is run


@pytest.mark.parametrize(
    ("source", "name", "wanted"),
    [
        (FUNCTION, "train", "weightsweights"),
        (ASYNC, "train", "weightsweights"),
        (CLASS, "Trainer", "set up 1"),
        (GENERATOR, "train", [0, 1, 2]),
        pytest.param(ASYNC_GENERATOR, "train", [0, 1, 2], marks=pytest.mark.ours),
    ],
    ids=["function", "async", "class", "generator", "async-generator"],
)
def test_what_is_trained(start, source, name, wanted):
    server = start(source, name)
    answer = train(server)
    assert answer.status == 200
    assert (answer.json["status"], answer.json["output"]) == ("succeeded", wanted)


def test_class_without_train_fails_every_training(start):
    server = start(NO_TRAINING, "Trainer", schema="{}")
    for _ in range(2):
        answer = train(server)
        assert (answer.status, answer.json["status"]) == (200, "failed")
        assert "Training not supported by this predictor" in answer.json["error"]


@pytest.mark.ours
def test_better_class_without_train_and_without_a_document_says_so_at_once(start):
    server = start(NO_TRAINING, "Trainer", until="SETUP_FAILED")
    assert "Trainer.train not found" in server.health()["setup"]["logs"]


# MARK: - Answers


def test_answer_of_a_training(server):
    answer = train(server, {"n": 1}).json
    assert answer["id"].startswith("pred_")
    assert (answer["output"], answer["logs"], answer["status"]) == ("weights", "training 1\n", "succeeded")
    assert answer["metrics"]["predict_time"] > 0
    assert list(answer) == sorted(answer)


def test_failure(server):
    answer = train(server, {"mode": "fail"})
    assert (answer.status, answer.json["status"]) == (200, "failed")
    assert answer.json["error"].endswith("Training failed: ValueError: tboom")


@pytest.mark.ours
def test_d02_failure_has_logs_and_traceback(server):
    logs = train(server, {"mode": "fail"}).json["logs"]
    assert logs.startswith("training 2\n")
    assert "Traceback (most recent call last):" in logs


@pytest.mark.parametrize("input", [{"n": 0}, {"n": "many"}])
def test_input_is_validated(server, input):
    answer = train(server, input)
    assert answer.status == 422
    assert answer.json["detail"][0]["loc"] == ["body", "input", "n"]


def test_components_of_trainings_validate_them(start):
    """TrainingInput counts, not Input; TrainingOutput says whether the output is a list."""
    schemas = {
        "Input": {"type": "object", "properties": {}, "required": ["other"]},
        "TrainingInput": {"type": "object", "properties": {"n": {"type": "integer", "maximum": 3}}},
        "TrainingOutput": {"type": "array", "items": {"type": "string"}},
        "Output": {"type": "string"},
    }
    server = start(FUNCTION, schema=json.dumps({"components": {"schemas": schemas}}))
    assert train(server, {"n": 3}).json["output"] == ["weights" * 3]
    assert train(server, {"n": 4}).status == 422


def test_without_a_training_component_input_counts(start):
    schemas = {"Input": {"type": "object", "properties": {"n": {"type": "integer", "maximum": 3}}}}
    server = start(FUNCTION, schema=json.dumps({"components": {"schemas": schemas}}))
    assert train(server, {"n": 3}).status == 200
    assert train(server, {"n": 4}).status == 422


def test_put_under_an_id(server):
    answer = server.put("/trainings/t1", {"input": {"n": 1}})
    assert (answer.status, answer.json["id"]) == (200, "t1")
    answer = server.put("/trainings/t1", {"id": "other", "input": {}})
    assert answer.status == 422
    assert answer.json["detail"][0]["msg"] == "training ID must match the ID supplied in the URL"


def test_no_event_streams(start):
    server = start(GENERATOR)
    with server.client().stream("POST", "/trainings", {"input": {}}) as stream:
        assert stream.status == 406
        stream.read()


# MARK: - Trainings that run


def test_running_training(start, receiver):
    """202, the state so far, busy, cancel, and what the webhooks tell."""
    server = start(FUNCTION)
    hook = receiver.url + "/h"
    answer = train(server, {"mode": "wait"}, {"Prefer": "respond-async"}, id="t", webhook=hook)
    assert (answer.status, answer.json["id"]) == (202, "t")
    server.mark_reached("reached")
    assert server.status() == "BUSY"
    assert train(server).status == 409
    answer = server.put("/trainings/t", {"input": {"n": 0}}, {"Prefer": "respond-async"})
    assert (answer.status, answer.json["status"]) == (202, "processing")
    assert server.post("/trainings/unknown/cancel").status == 404
    answer = server.post("/trainings/t/cancel")
    assert (answer.status, answer.json) == (200, {})
    last = receiver.wait_terminal("/h")[-1].json
    assert (last["id"], last["status"], last["logs"].startswith("training 2\n")) == ("t", "canceled", True)
    server.wait_status("READY")
    assert train(server).json["status"] == "succeeded"


def test_terminal_webhook(server, receiver):
    train(server, {"n": 1}, webhook=receiver.url + "/h", webhook_events_filter=["completed"])
    assert receiver.wait("/h")[0].json["output"] == "weights"


@pytest.mark.ours
def test_d08_training_is_looked_up_on_its_route(start):
    server = start(FUNCTION)
    train(server, {"mode": "wait"}, {"Prefer": "respond-async"}, id="t")
    server.mark_reached("reached")
    assert server.get("/trainings/t").json["status"] == "processing"
    (server.cwd / "go").touch()
    wait_for(lambda: server.get("/trainings/t").json["status"] == "succeeded", "the result")
    assert server.get("/trainings/unknown").status == 404


def test_setup_failure_is_503(start):
    server = start("raise RuntimeError('no')", until="SETUP_FAILED", schema=False)
    assert train(server).status == 503
    assert server.put("/trainings/t", {}).status == 503


# MARK: - Routes of the other mode


ROUTES = [("POST", "/{}"), ("PUT", "/{}/x"), ("GET", "/{}/x")]


@pytest.mark.ours
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_d52_no_predictions_in_train_mode(server, method, path):
    answer = server.request(method, path.format("predictions"), None if method == "GET" else {})
    assert answer.status == 404
    assert answer.json["error"].startswith("Not found.")


@pytest.mark.ours
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_d52_no_trainings_in_predict_mode(shared, method, path):
    answer = shared("noop").request(method, path.format("trainings"), None if method == "GET" else {})
    assert answer.status == 404
    assert answer.json["error"].startswith("Not found.")


def test_discovery_in_train_mode(server):
    found = server.get("/").json
    assert found["trainings_url"] == "/trainings"
    assert found["trainings_idempotent_url"] == "/trainings/{training_id}"
    assert found["trainings_cancel_url"] == "/trainings/{training_id}/cancel"
