"""Limits: how long a prediction may wait and may take, and what a refusal says."""

import os

import pytest
from support import processes
from support.waiting import wait_for

pytestmark = pytest.mark.ours

REACHED = "open('reached', 'w').close()\n"
WAIT = REACHED + "import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)\n"
AWAIT = REACHED + "import os, asyncio\nwhile not os.path.exists('go'): await asyncio.sleep(0.01)\n"
STUBBORN = REACHED + ("import cog, time\nwhile True:\n  try: time.sleep(60)\n  except cog.CancelationException: pass\n")


@pytest.mark.every_python
@pytest.mark.parametrize("model", ["script", "script_stream", "script_async", "script_async_stream"])
def test_prediction_that_takes_too_long_fails_and_its_worker_stays(fresh, model):
    server = fresh(model, env={"COG_PREDICTION_TIMEOUT": "0.3"})
    worker = server.worker_pid()
    answer = server.predict({"code": "print('begun')\n" + (AWAIT if "async" in model else WAIT)}).json
    assert (answer["status"], answer["error"]) == ("failed", "timed out after 0.3 s")
    assert answer["logs"].startswith("begun\n")
    assert answer["metrics"]["predict_time"] >= 0.3
    after = "yield 1" if "stream" in model else "return 1"
    assert server.predict({"code": after}).json["status"] == "succeeded"
    assert server.worker_pid() == worker


def test_model_that_ignores_the_limit_loses_its_worker(fresh):
    server = fresh("script", env={"COG_PREDICTION_TIMEOUT": "0.2", "COG_CANCEL_GRACE": "0.2"})
    worker = server.worker_pid()
    answer = server.predict({"code": STUBBORN}).json
    assert (answer["status"], answer["error"]) == ("failed", "timed out after 0.2 s")
    wait_for(lambda: not processes.alive(worker), "the worker to be replaced")
    server.wait_status("READY")
    assert server.predict({"code": "return 1"}).json["output"] == 1


def test_model_that_returns_after_the_limit_fails_all_the_same(fresh):
    server = fresh("script", env={"COG_PREDICTION_TIMEOUT": "0.2"})
    code = "import cog, time\ntry: time.sleep(60)\nexcept cog.CancelationException: return 'late'"
    answer = server.predict({"code": code}).json
    assert (answer["status"], answer["error"]) == ("failed", "timed out after 0.2 s")


def test_limit_is_per_prediction_and_does_not_count_the_wait(fresh):
    server = fresh("gate", env={"COG_PREDICTION_TIMEOUT": "30", "COG_QUEUE_LIMIT": "1"})
    first = server.begin({"name": "a"}, id="a")
    server.mark_reached("reached")
    second = server.begin({"name": "b"}, id="b")
    for name, running in (("a", first), ("b", second)):
        (server.cwd / name).touch()
        assert running.result().json["status"] == "succeeded"


def test_webhook_and_stream_hear_of_the_limit(fresh, receiver):
    server = fresh("script_stream", env={"COG_PREDICTION_TIMEOUT": "0.3"})
    with server.stream({"code": "yield 1\n" + WAIT}, webhook=receiver.url + "/h") as stream:
        last = stream.events()[-1]
    assert (last.data["status"], last.data["error"], last.data["output"]) == ("failed", "timed out after 0.3 s", [1])
    assert receiver.wait_terminal("/h")[-1].json["error"] == "timed out after 0.3 s"


def test_waiting_too_long_is_refused(fresh):
    server = fresh("gate", env={"COG_QUEUE_LIMIT": "3", "COG_QUEUE_TIMEOUT": "0.3"})
    running = server.begin({"name": "a"})
    server.mark_reached("reached")
    refused = server.post("/predictions", {"input": {"name": "b"}, "id": "b"})
    assert (refused.status, refused.json["status"]) == (409, "failed")
    assert refused.headers["retry-after"] == "1"
    assert server.get("/predictions/b").json["error"].endswith("no prediction slot was free within 0.3 s")
    # One that was accepted for later is not refused any more: it fails.
    assert server.predict_async({"name": "c"}, id="c").status == 202
    wait_for(lambda: server.get("/predictions/c").json["status"] == "failed", "the wait to end")
    (server.cwd / "a").touch()
    assert running.result().json["output"] == "through"
    server.wait_status("READY")


@pytest.mark.parametrize("status", ["409", "429", "503"])
def test_status_of_a_refusal(fresh, status):
    server = fresh("gate", env={"COG_BUSY_STATUS": status})
    running = server.begin({"name": "a"})
    server.mark_reached("reached")
    refused = server.post("/predictions", {"input": {}})
    assert refused.status == int(status)
    assert refused.json == {"error": "At capacity - all prediction slots busy", "status": "failed"}
    assert refused.headers["retry-after"] == "1"
    (server.cwd / "a").touch()
    running.result()


def test_unusable_status_is_the_usual_one(fresh):
    server = fresh("gate", env={"COG_BUSY_STATUS": "500"})
    server.wait_log("Ignoring COG_BUSY_STATUS: 500")
    running = server.begin({"name": "a"})
    server.mark_reached("reached")
    assert server.post("/predictions", {"input": {}}).status == 409
    (server.cwd / "a").touch()
    running.result()


def test_refusal_while_starting_says_when_to_come_back(fresh):
    server = fresh("setup_waits", until="STARTING")
    refused = server.post("/predictions", {"input": {}})
    assert refused.status == 503
    assert int(refused.headers["retry-after"]) > 0
    (server.cwd / "go").touch()
    server.wait_status("READY")


SLOW_SECOND_SETUP = """
import os, time
from cog import BaseRunner
class Runner(BaseRunner):
    def setup(self):
        with open("starts", "a") as f: f.write("x")
        while os.path.getsize("starts") > 1 and not os.path.exists("go"): time.sleep(0.01)
    async def run(self, name: str = "") -> str:
        return name
"""


@pytest.mark.every_python
def test_no_request_is_lost_when_an_idle_worker_dies(fresh):
    """As many requests wait for the next worker as it has slots."""
    server = fresh(source=SLOW_SECOND_SETUP, env={"COG_MAX_CONCURRENCY": "4"})
    os.kill(server.worker_pid(), 9)
    server.wait_status("STARTING")
    waiting = [server.begin({"name": name}, id=name) for name in "abcd"]
    for name in "abcd":
        wait_for(lambda n=name: server.get(f"/predictions/{n}").status == 200, "the prediction to be accepted")
    assert server.post("/predictions", {"input": {}}).status == 409
    (server.cwd / "go").touch()
    assert [answer.result().json["output"] for answer in waiting] == list("abcd")


def test_client_that_leaves_while_the_worker_restarts_takes_no_slot(fresh):
    server = fresh(source=SLOW_SECOND_SETUP)
    os.kill(server.worker_pid(), 9)
    server.wait_status("STARTING")
    with server.raw() as raw:
        body = b'{"id":"gone","input":{}}'
        head = (
            b"POST /predictions HTTP/1.1\r\nHost: h\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
            % len(body)
        )
        raw.send(head + body)
        # `processing` if it was given to the dying worker first, which never saw it.
        waits = ("starting", "processing")
        wait_for(lambda: server.get("/predictions/gone").json.get("status") in waits, "it to wait")
    wait_for(lambda: server.get("/predictions/gone").json["status"] == "canceled", "it to be given up")
    running = server.begin({"name": "next"}, id="next")
    wait_for(lambda: server.get("/predictions/next").status == 200, "the next one to be accepted")
    (server.cwd / "go").touch()
    assert running.result().json["output"] == "next"
