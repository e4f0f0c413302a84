"""Predictions that wait for a free slot: COG_QUEUE_LIMIT."""

import os
import signal

import pytest
from support.waiting import wait_for

pytestmark = pytest.mark.ours


@pytest.fixture
def server(fresh):
    return fresh("gate_async", env={"COG_QUEUE_LIMIT": "2"})


def queued(server, count):
    text = f"cog_predictions_queued {count}\n"
    wait_for(lambda: text in server.get("/metrics").text, f"{count} predictions to wait")


def go(server, *names):
    for name in names:
        (server.cwd / name).touch()


def fill(server):
    """One prediction that runs and two that wait, by name."""
    running = {}
    for count, name in enumerate("abc"):
        running[name] = server.begin({"name": name}, id=name)
        if count == 0:
            server.mark_reached("reached-a")
        queued(server, count)
    return running


def test_waiting_ones_run_in_their_order_and_one_too_many_is_409(server):
    running = fill(server)
    assert server.status() == "BUSY"
    refused = server.post("/predictions", {"input": {"name": "d"}})
    assert (refused.status, refused.json["error"]) == (409, "At capacity - all prediction slots busy")
    assert server.get("/predictions/b").json["status"] == "starting"
    go(server, "a")
    assert running["a"].result().json["output"] == "a"
    server.mark_reached("reached-b")
    assert not (server.cwd / "reached-c").exists()
    go(server, "b", "c")
    answers = [running[name].result().json for name in "bc"]
    assert [answer["output"] for answer in answers] == ["b", "c"]
    # The wait isn't part of the prediction's time.
    for answer in answers:
        assert answer["created_at"] < answer["started_at"]
        assert answer["metrics"]["predict_time"] < 5
    server.wait_status("READY")


def test_waiting_prediction_is_canceled_at_once(server):
    running = fill(server)
    assert server.cancel("b").status == 200
    assert running["b"].result().json["status"] == "canceled"
    queued(server, 1)
    go(server, "a", "c")
    assert [running[name].result().json["output"] for name in "ac"] == ["a", "c"]
    assert not (server.cwd / "reached-b").exists()


def test_client_that_leaves_gives_up_its_place(server):
    running = server.begin({"name": "a"})
    server.mark_reached("reached-a")
    with server.raw() as raw:
        body = b'{"input":{"name":"b"}}'
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: h\r\ncontent-type: application/json\r\ncontent-length: 22\r\n\r\n"
            + body
        )
        queued(server, 1)
    queued(server, 0)
    go(server, "a")
    assert running.result().json["output"] == "a"
    server.wait_status("READY")
    assert not (server.cwd / "reached-b").exists()


def test_waiting_ones_outlive_a_crash(server):
    running = fill(server)
    os.kill(server.worker_pid(), signal.SIGKILL)
    assert running["a"].result().json["status"] == "failed"
    go(server, "b", "c")
    assert [running[name].result().json["output"] for name in "bc"] == ["b", "c"]


def test_shutdown_lets_waiting_ones_finish(server):
    running = fill(server)
    server.signal(signal.SIGTERM)
    wait_for(lambda: "Shutting down" in server.log_text(), "the server to hear of it")
    go(server, "a", "b", "c")
    assert [running[name].result().json["output"] for name in "abc"] == ["a", "b", "c"]
    assert server.wait_exit() == 0


def test_end_of_the_grace_fails_waiting_ones_too(fresh):
    server = fresh("gate_async", env={"COG_QUEUE_LIMIT": "2", "COG_SHUTDOWN_GRACE": "0.2"})
    running = fill(server)
    server.signal(signal.SIGTERM)
    assert [running[name].result().json["status"] for name in "abc"] == ["failed"] * 3
    assert server.wait_exit() == 0


def test_webhook_and_later_lookup(server, receiver):
    running = server.begin({"name": "a"})
    server.mark_reached("reached-a")
    answer = server.predict_async({"name": "b"}, id="b", webhook=receiver.url + "/h")
    assert (answer.status, answer.json["status"]) == (202, "starting")
    assert receiver.at("/h") == []
    go(server, "a", "b")
    running.result()
    states = [hook.json["status"] for hook in receiver.wait_terminal("/h")]
    assert (states[0], states[-1]) == ("processing", "succeeded")
    assert server.get("/predictions/b").json["output"] == "b"
