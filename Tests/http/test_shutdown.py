"""The end of a server: what it waits for, what it does not wait for, how it exits (14; D1, D51)."""

import errno
import os
import signal
import socket
import subprocess
import time

import pytest
from support import processes
from support.waiting import wait_for

ENDINGS = {"SIGTERM": 0, "SIGINT": -signal.SIGINT, "POST /shutdown": 0, "SIGHUP": 0}
EVERY_ENDING = [pytest.param(how, marks=pytest.mark.ours if how == "SIGHUP" else ()) for how in ENDINGS]


def end(server, how):
    """Tells the server to end, and waits until it has heard."""
    if how == "POST /shutdown":
        answer = server.post("/shutdown")
        assert (answer.status, answer.json) == (200, {})
    else:
        server.signal(getattr(signal, how))
    wait_for(lambda: _refuses(server), "new connections to be refused")


def _refuses(server):
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", server.port)) == errno.ECONNREFUSED


def finished(server, how="SIGTERM", seconds=5):
    """The exit status is the right one, and nothing outlives the server."""
    assert server.wait_exit(seconds) == ENDINGS[how]
    wait_for(lambda: not server.left_behind(), "nothing left behind", 5)


# MARK: - Idle


@pytest.mark.every_python
@pytest.mark.parametrize("how", EVERY_ENDING)
def test_idle_server_ends_at_once(fresh, how):
    server = fresh("noop")
    began = time.monotonic()
    end(server, how)
    finished(server, how)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("how", EVERY_ENDING)
def test_idle_connections_are_closed(fresh, how):
    server = fresh("noop")
    with server.raw() as used, server.raw() as unused:
        used.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").read_response()
        assert server.get("/").status == 200
        end(server, how)
        assert used.closed_by_peer()
        assert unused.closed_by_peer()
        finished(server, how)


def test_answer_to_shutdown_says_that_the_connection_ends(fresh):
    server = fresh("noop")
    with server.raw() as raw:
        answer = raw.send(b"POST /shutdown HTTP/1.1\r\nHost: h\r\ncontent-length: 0\r\n\r\n").read_response()
        assert (answer.status, answer.json) == (200, {})
        assert raw.closed_by_peer()
    finished(server)


def test_server_without_a_model_ends(fresh):
    server = fresh("setup_fails", until="SETUP_FAILED")
    end(server, "SIGTERM")
    finished(server)


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT"])
def test_end_during_setup(fresh, how):
    """A setup can't be asked to end; it gets a moment."""
    server = fresh("setup_waits", until="STARTING")
    end(server, how)
    finished(server, how, 3)


# MARK: - Predictions that run


@pytest.mark.parametrize("how", EVERY_ENDING)
def test_running_prediction_finishes_and_gets_its_answer(fresh, how):
    server = fresh("gate")
    running = server.begin(id="p")
    server.mark_reached("reached")
    end(server, how)
    assert not running.done()
    (server.cwd / "go").touch()
    assert running.result().json["output"] == "through"
    finished(server, how)


@pytest.mark.every_python
def test_running_predictions_of_an_async_model_finish(fresh):
    server = fresh("gate_async", env={"COG_MAX_CONCURRENCY": "3"})
    running = [server.begin({"name": name}) for name in "abc"]
    for name in "abc":
        server.mark_reached(f"reached-{name}")
    end(server, "SIGTERM")
    for answer, name in zip(running, "abc", strict=True):
        (server.cwd / name).touch()
        assert answer.result().json["output"] == name
    finished(server)


def test_running_stream_finishes(fresh):
    server = fresh("gate_stream")
    with server.stream(id="s") as stream:
        server.mark_reached("reached")
        end(server, "SIGTERM")
        (server.cwd / "go").touch()
        last = stream.events()[-1]
    assert last.name == "completed"
    assert (last.data["status"], last.data["output"]) == ("succeeded", [0, 1, 2])
    finished(server)


@pytest.mark.ours
@pytest.mark.parametrize("model", ["gate", "gate_async"])
def test_d35_async_answer_finishes_and_its_webhook_is_sent(fresh, receiver, model):
    server = fresh(model)
    answer = server.predict_async({"name": "go"}, webhook=receiver.url + "/h", webhook_events_filter=["completed"])
    assert answer.status == 202
    server.mark_reached("reached" if model == "gate" else "reached-go")
    end(server, "SIGTERM")
    (server.cwd / "go").touch()
    finished(server)
    assert [hook.json["status"] for hook in receiver.at("/h")] == ["succeeded"]


def test_idle_connection_is_closed_while_a_prediction_still_runs(fresh):
    server = fresh("gate")
    with server.raw() as other:
        other.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").read_response()
        running = server.begin()
        server.mark_reached("reached")
        end(server, "SIGTERM")
        assert other.closed_by_peer()
    (server.cwd / "go").touch()
    assert running.result().json["status"] == "succeeded"
    finished(server)


@pytest.mark.ours(strict=False)
def test_better_canceled_by_its_client_during_the_drain(fresh):
    """Closing the connection of a synchronous prediction cancels it, even now."""
    server = fresh("gate")
    body = b'{"input":{}}'
    with server.raw() as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: h\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n"
            + body
        )
        server.mark_reached("reached")
        end(server, "SIGTERM")
    finished(server)


def test_further_signals_change_nothing(fresh):
    server = fresh("gate")
    running = server.begin()
    server.mark_reached("reached")
    end(server, "SIGTERM")
    server.signal(signal.SIGTERM)
    server.signal(signal.SIGTERM)
    assert not running.done()
    (server.cwd / "go").touch()
    assert running.result().json["output"] == "through"
    finished(server)


# MARK: - What holds nothing up


HALVES = {
    "head": b"POST /predictions HTTP/1.1\r\nHost: h\r\nx-half: ",
    "body": b"POST /predictions HTTP/1.1\r\nHost: h\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
}


@pytest.mark.ours
@pytest.mark.parametrize("half", HALVES)
def test_better_half_sent_request_does_not_hold_the_exit(fresh, half):
    server = fresh("noop")
    with server.raw() as raw:
        raw.send(HALVES[half])
        assert server.get("/").status == 200
        end(server, "SIGTERM")
        finished(server)


@pytest.mark.ours
def test_better_client_that_does_not_read_does_not_hold_the_exit(fresh):
    server = fresh("script")
    with server.raw() as raw:
        raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        body = b'{"id":"big","input":{"code":"open(\'in\', \'w\').close(); return \'x\' * (8 << 20)"}}'
        head = (
            b"POST /predictions HTTP/1.1\r\nHost: h\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
            % len(body)
        )
        raw.send(head + body)
        server.mark_reached("in")
        server.wait_status("READY")
        end(server, "SIGTERM")
        finished(server, seconds=10)


THREAD = "import threading, time; threading.Thread(target=time.sleep, args=(600,), daemon={}).start()"


@pytest.mark.ours
def test_d51_thread_of_the_model_does_not_hold_the_exit(fresh):
    server = fresh("script")
    server.predict({"code": THREAD.format(False)})
    end(server, "SIGTERM")
    finished(server, seconds=10)


def test_daemon_thread_costs_no_time(fresh):
    server = fresh("script")
    server.predict({"code": THREAD.format(True)})
    end(server, "SIGTERM")
    finished(server, seconds=3)


@pytest.mark.ours
def test_better_child_of_the_model_does_not_outlive_the_server(fresh):
    server = fresh("script")
    code = "import subprocess; return subprocess.Popen(['sleep', '600']).pid"
    child = server.predict({"code": code}).json["output"]
    end(server, "SIGTERM")
    finished(server)
    assert not processes.alive(child)


@pytest.mark.ours
@pytest.mark.every_python
def test_d51_ctrl_c_in_a_terminal_signals_the_worker_too(fresh):
    """The worker first, which is the harder order."""
    server = fresh("script")
    os.kill(server.worker_pid(), signal.SIGINT)
    server.signal(signal.SIGINT)
    finished(server, "SIGINT")


# MARK: - The worker's end


# What it needs is bound early: modules are half gone when the interpreter deletes the last objects.
AT_EXIT = """
import atexit, os
from cog import BaseRunner
FILE = os.open("notes", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
class Kept:
    def __del__(self, write=os.write, file=FILE): write(file, b"deleted\\n")
class Runner(BaseRunner):
    def setup(self):
        self.kept = Kept()
        atexit.register(os.write, FILE, b"exited\\n")
    DEF run(self) -> str:
        return "ok"
"""


@pytest.mark.every_python
@pytest.mark.parametrize("definition", ["def", "async def"])
def test_worker_ends_as_an_interpreter_does(fresh, definition):
    server = fresh(source=AT_EXIT.replace("DEF", definition))
    server.predict()
    end(server, "SIGTERM")
    finished(server)
    assert sorted((server.cwd / "notes").read_text().split()) == ["deleted", "exited"]


@pytest.mark.ours
def test_better_what_the_worker_prints_at_its_end_is_in_the_log(fresh):
    server = fresh("script")
    server.predict({"code": "import atexit; atexit.register(print, 'good bye', flush=True)"})
    end(server, "SIGTERM")
    finished(server)
    server.wait_log("good bye")


# MARK: - --await-explicit-shutdown


def test_await_explicit_shutdown_ignores_sigterm(fresh):
    server = fresh("gate", flags=("--await-explicit-shutdown", "true"))
    server.signal(signal.SIGTERM)
    running = server.begin()
    server.mark_reached("reached")
    (server.cwd / "go").touch()
    assert running.result().json["output"] == "through"
    end(server, "POST /shutdown")
    finished(server)


def test_await_explicit_shutdown_ends_with_sigint(fresh):
    server = fresh("noop", flags=("--await-explicit-shutdown=1",))
    server.signal(signal.SIGTERM)
    assert server.predict().json["output"] == "ok"
    end(server, "SIGINT")
    finished(server, "SIGINT")


@pytest.mark.ours
@pytest.mark.parametrize("value", ["false", "False", "0", "no", "off"])
def test_d01_a_word_for_no_is_off(fresh, value):
    server = fresh("noop", flags=("--await-explicit-shutdown", value))
    end(server, "SIGTERM")
    finished(server)


@pytest.mark.ours
def test_await_explicit_shutdown_ends_with_sighup(fresh):
    """The flag is for platforms that send SIGTERM early. A hang-up means that the terminal is gone."""
    server = fresh("noop", flags=("--await-explicit-shutdown", "true"))
    end(server, "SIGHUP")
    finished(server, "SIGHUP")


def test_nohup_is_obeyed(fresh):
    server = fresh("noop", under=("nohup",))
    server.signal(signal.SIGHUP)
    assert server.predict().json["output"] == "ok"
    end(server, "SIGTERM")
    finished(server)


def test_empty_value_is_off(fresh):
    server = fresh("noop", flags=("--await-explicit-shutdown=",))
    end(server, "SIGTERM")
    finished(server)


# MARK: - As the first process of a container


FIRST = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


@pytest.mark.skipif(
    subprocess.run([*FIRST, "true"], capture_output=True, check=False).returncode != 0,
    reason="this user may not make process namespaces",
)
@pytest.mark.ours
@pytest.mark.parametrize("how", ["SIGTERM", "POST /shutdown"])
def test_better_first_process_reaps_orphans_and_ends(fresh, how):
    """Grandchildren of the model whose parents have ended become children of the server."""
    server = fresh("script", under=FIRST)
    code = "import os\nos.system('(sleep 0.05 &) ; (true &)')\nreturn os.getppid()"
    for _ in range(10):
        assert server.predict({"code": code}).json["output"] == 1
    worker = server.worker_pid()
    wait_for(lambda: processes.children(server.pid) == [worker], "the worker as the only child, no zombies")
    end(server, how)
    finished(server, how)


@pytest.mark.skipif(
    subprocess.run([*FIRST, "true"], capture_output=True, check=False).returncode != 0,
    reason="this user may not make process namespaces",
)
@pytest.mark.ours
def test_d49_first_process_starts_a_dead_worker_again(fresh):
    server = fresh("script", under=FIRST)
    old = server.worker_pid()
    assert server.predict({"code": "import os; os._exit(1)"}).json["error"].startswith("Worker crashed")
    wait_for(lambda: old not in processes.children(server.pid), "the dead worker to be reaped")
    server.wait_status("READY")
    assert server.predict({"code": "return 1"}).json["output"] == 1


# MARK: - Web pages


@pytest.mark.ours
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example", "Content-Type": "text/plain"},
    ],
)
def test_web_pages_of_other_origins_can_not_shut_a_local_server_down(shared, headers):
    server = shared("noop")
    answer = server.post("/shutdown", None, headers)
    assert (answer.status, answer.json["status"]) == (403, "failed")
    assert server.predict().json["output"] == "ok"


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://{host}"}, {"Sec-Fetch-Site": "none"}])
def test_programs_and_own_pages_can_shut_the_server_down(fresh, headers):
    server = fresh("noop")
    headers = {name: value.format(host=f"127.0.0.1:{server.port}") for name, value in headers.items()}
    assert server.post("/shutdown", None, headers).status == 200
    assert server.wait_exit() == 0
