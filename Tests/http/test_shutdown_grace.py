"""The end of a shutdown's grace: running predictions fail, and their followers are notified (14; D35, D51)."""

import os
import signal
import threading

import pytest
from support import processes
from support.receiver import Answer
from support.waiting import wait_for

SHUT_DOWN = "The server shut down before the prediction finished"
SLEEP = "print('so far', flush=True)\nopen('in', 'w').close()\nimport time; time.sleep(60); return 1"
COMPLETED = {"webhook_events_filter": ["completed"]}


def end(server):
    server.signal(signal.SIGTERM)


def finished(server, seconds=10):
    assert server.wait_exit(seconds) == 0
    wait_for(lambda: not server.left_behind(), "nothing left behind", 5)


def check_cut_off(state):
    assert (state["status"], state["error"]) == ("failed", SHUT_DOWN)


def terminal(receiver, path="/h"):
    return [r.json for r in receiver.at(path) if r.json["status"] != "processing"]


# MARK: - Everybody is notified


@pytest.mark.ours
@pytest.mark.parametrize("model", ["gate", "gate_async", "gate_stream"])
def test_d51_stuck_prediction_is_ended_after_the_grace(fresh, model):
    server = fresh(model, env={"COG_SHUTDOWN_GRACE": "0.3"})
    running = server.begin({} if model == "gate_stream" else {"name": "go"})
    server.mark_reached("reached-go" if model == "gate_async" else "reached")
    end(server)
    check_cut_off(running.result().json)
    finished(server)


@pytest.mark.ours
def test_d51_prediction_that_holds_the_interpreter_is_ended_after_the_grace(fresh):
    server = fresh("script", env={"COG_SHUTDOWN_GRACE": "0.3"})
    code = "open('in', 'w').close(); import ctypes; ctypes.PyDLL(None).sleep(600)"
    running = server.begin({"code": code})
    server.mark_reached("in")
    end(server)
    check_cut_off(running.result().json)
    finished(server)


@pytest.mark.ours
def test_d51_event_stream_is_told_of_the_end_of_the_grace(fresh):
    server = fresh("gate_stream", env={"COG_SHUTDOWN_GRACE": "0.3"})
    with server.stream(id="s") as stream:
        server.mark_reached("reached")
        end(server)
        last = stream.events()[-1]
    assert last.name == "completed"
    check_cut_off(last.data)
    assert (last.data["output"], last.data["logs"]) == ([0, 1], "so far\n")
    finished(server)


@pytest.mark.ours
def test_d35_usual_shutdown_ends_within_25_seconds_and_sends_the_terminal_webhook(fresh, receiver):
    """Kubernetes kills a container 30 s after SIGTERM."""
    server = fresh("script")
    server.predict_async({"code": SLEEP}, id="late", webhook=receiver.url + "/h", **COMPLETED)
    server.mark_reached("in")
    end(server)
    finished(server, 25)
    (hook,) = terminal(receiver)
    check_cut_off(hook)
    assert (hook["id"], hook["logs"]) == ("late", "so far\n")


@pytest.mark.ours
@pytest.mark.parametrize("how", ["POST /shutdown", "SIGINT", "SIGHUP"])
def test_d35_every_way_to_end_sends_the_terminal_webhook(fresh, receiver, how):
    server = fresh("script", env={"COG_SHUTDOWN_GRACE": "0.3"})
    server.predict_async({"code": SLEEP}, webhook=receiver.url + "/h", **COMPLETED)
    server.mark_reached("in")
    if how == "POST /shutdown":
        server.post("/shutdown")
    else:
        server.signal(getattr(signal, how))
    assert server.wait_exit(10) == (-signal.SIGINT if how == "SIGINT" else 0)
    check_cut_off(terminal(receiver)[0])


@pytest.mark.ours
def test_d35_terminal_webhook_at_the_end_of_the_grace_is_tried_again(fresh, receiver):
    server = fresh("script", env={"COG_SHUTDOWN_GRACE": "0.3"})
    receiver.on("/h", Answer(503), Answer(reset=True), Answer(500), Answer(200))
    server.predict_async({"code": SLEEP}, webhook=receiver.url + "/h", **COMPLETED)
    server.mark_reached("in")
    end(server)
    finished(server)
    assert len(terminal(receiver)) == 4


@pytest.mark.ours
@pytest.mark.parametrize("first", ["start", "completed"])
def test_d35_receiver_that_hangs_once_gets_the_terminal_webhook(fresh, receiver, first):
    """Neither a hanging update nor a hanging first try uses up all the time."""
    server = fresh("script", env={"COG_SHUTDOWN_GRACE": "0.3"})
    gate = threading.Event()
    receiver.on("/h", Answer(gate=gate), Answer(200))
    filter = {"webhook_events_filter": ["start", "completed"]} if first == "start" else COMPLETED
    server.predict_async({"code": SLEEP}, webhook=receiver.url + "/h", **filter)
    server.mark_reached("in")
    end(server)
    finished(server, 15)
    gate.set()
    assert len(receiver.at("/h")) == 2
    check_cut_off(receiver.at("/h")[1].json)
    assert "given up" not in server.log_text()


@pytest.mark.ours
def test_d35_receiver_that_always_hangs_holds_the_exit_for_ten_seconds_at_most(fresh, receiver):
    server = fresh("script", env={"COG_SHUTDOWN_GRACE": "0.3"})
    gate = threading.Event()
    receiver.on("/h", Answer(gate=gate))
    server.predict_async({"code": SLEEP}, webhook=receiver.url + "/h", **COMPLETED)
    server.mark_reached("in")
    end(server)
    finished(server, 14)
    gate.set()
    server.wait_log("given up: the server is shutting down")


# MARK: - Wherever the prediction is


@pytest.mark.ours
def test_d35_prediction_whose_input_is_still_being_fetched(fresh, receiver):
    server = fresh("kinds", env={"COG_SHUTDOWN_GRACE": "0.3"})
    gate = threading.Event()
    url = receiver.on("/file", Answer(gate=gate))
    server.predict_async({"path": url}, webhook=receiver.url + "/h", **COMPLETED)
    receiver.wait("/file")
    end(server)
    finished(server)
    gate.set()
    check_cut_off(terminal(receiver)[0])


@pytest.mark.ours
def test_d35_prediction_whose_output_is_still_being_uploaded(fresh, receiver):
    gate = threading.Event()
    receiver.on("/up/o.txt", Answer(gate=gate))
    server = fresh("script", flags=("--upload-url", receiver.url + "/up"), env={"COG_SHUTDOWN_GRACE": "0.3"})
    code = "import cog; p = cog.Path('o.txt'); p.write_text('data'); return p"
    server.predict_async({"code": code}, webhook=receiver.url + "/h", **COMPLETED)
    receiver.wait("/up/o.txt")
    end(server)
    finished(server)
    gate.set()
    check_cut_off(terminal(receiver)[0])


def test_uploads_that_end_within_the_grace_are_waited_for(fresh, receiver):
    gate = threading.Event()
    receiver.on("/up/o.txt", Answer(gate=gate))
    server = fresh("script", flags=("--upload-url", receiver.url + "/up"))
    code = "import cog; p = cog.Path('o.txt'); p.write_text('data'); return p"
    running = server.begin({"code": code})
    receiver.wait("/up/o.txt")
    end(server)
    wait_for(lambda: "Shutting down" in server.log_text(), "the server to hear of it")
    gate.set()
    assert running.result().json["output"] == receiver.url + "/up/o.txt"
    finished(server)


@pytest.mark.ours
def test_d35_predictions_that_wait_for_a_slot(fresh, receiver):
    server = fresh("script", env={"COG_QUEUE_LIMIT": "2", "COG_SHUTDOWN_GRACE": "0.3"})
    for n in range(3):
        server.predict_async({"code": SLEEP}, id=f"p{n}", webhook=receiver.url + "/h", **COMPLETED)
    server.mark_reached("in")
    end(server)
    finished(server)
    for hook in terminal(receiver):
        check_cut_off(hook)
    assert sorted(hook["id"] for hook in terminal(receiver)) == ["p0", "p1", "p2"]


WAITING_SETUP = """
import os, time
class Runner:
    def setup(self):
        with open("starts", "a") as f: f.write("x")
        while os.path.getsize("starts") > 1: time.sleep(0.01)
    def run(self) -> str:
        return "ok"
"""


@pytest.mark.ours
def test_d35_prediction_that_waits_for_the_next_worker(fresh, receiver):
    server = fresh(source=WAITING_SETUP, env={"COG_SHUTDOWN_GRACE": "0.3"})
    worker = server.worker_pid()
    os.kill(worker, signal.SIGSTOP)
    wait_for(lambda: processes.stopped(worker), "a worker that reads nothing")
    server.predict_async(id="kept", webhook=receiver.url + "/h", **COMPLETED)
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: (server.cwd / "starts").read_text() == "xx", "the next worker's setup")
    end(server)
    finished(server)
    check_cut_off(terminal(receiver)[0])


@pytest.mark.ours
def test_d51_canceled_prediction_that_goes_on_is_canceled_at_the_end_of_the_grace(fresh):
    server = fresh("script", env={"COG_SHUTDOWN_GRACE": "0.3"})
    code = "import time\nopen('in', 'w').close()\nwhile True:\n  try: time.sleep(60)\n  except BaseException: pass\n"
    running = server.begin({"code": code}, id="c")
    server.mark_reached("in")
    assert server.cancel("c").status == 200
    end(server)
    assert running.result().json["status"] == "canceled"
    finished(server)


# MARK: - New requests


@pytest.mark.ours(strict=False)
def test_better_request_that_arrives_too_late_is_refused_with_503(fresh):
    """It was arriving when the shutdown began, and no prediction is running that the server would wait for."""
    server = fresh("noop")
    body = b'{"input":{}}'
    with server.raw() as raw:
        head = (
            b"POST /predictions HTTP/1.1\r\nHost: h\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
            % len(body)
        )
        raw.send(head + body[:-1])
        assert server.get("/").status == 200
        end(server)
        wait_for(lambda: "Shutting down" in server.log_text(), "the server to hear of it")
        answer = raw.send(body[-1:]).read_response()
    assert (answer.status, answer.json) == (503, {"error": "The server is shutting down", "status": "failed"})
    finished(server)
