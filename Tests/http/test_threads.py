"""Synchronous models that run on several threads: `@cog.concurrent(max=N, threads=True)`."""

import os
import signal

import pytest
from support.waiting import wait_for

pytestmark = [pytest.mark.ours]

# The body of a prediction, as in the predictor "script", with a wait that a name ends.
MODEL = """
import os, textwrap, time
from typing import Any
from cog import BaseRunner, concurrent

def reach(name):
    open("reached-" + name, "w").close()
    while not os.path.exists(name):
        time.sleep(0.005)
    return name

class Runner(BaseRunner):
    def healthcheck(self) -> bool:
        return not os.path.exists("sick")

    @concurrent(max=4, threads=True)
    def run(self, code: str) -> Any:
        names = {"reach": reach}
        exec("def body(self):\\n" + textwrap.indent(textwrap.dedent(code), " ") + "\\n pass", names)
        return names["body"](self)
"""


@pytest.fixture
def server(fresh):
    return fresh(source=MODEL)


def go(server, *names):
    for name in names:
        (server.cwd / name).touch()


@pytest.mark.every_python
def test_n_at_once_and_409_for_the_next(server):
    running = {name: server.begin({"code": f"print('log of {name}'); return reach('{name}')"}) for name in "abcd"}
    for name in "abcd":
        server.mark_reached(f"reached-{name}")
    assert server.status() == "BUSY"
    assert server.post("/predictions", {"input": {"code": "return 1"}}).status == 409
    go(server, "c")
    assert running["c"].result().json["output"] == "c"
    server.wait_status("READY")
    assert server.predict({"code": "return 1"}).json["output"] == 1
    go(server, *"abd")
    answers = {name: prediction.result().json for name, prediction in running.items()}
    assert {name: (a["output"], a["logs"]) for name, a in answers.items()} == {
        name: (name, f"log of {name}\n") for name in "abcd"
    }


def test_the_environment_decides_how_many(fresh):
    server = fresh(source=MODEL, env={"COG_MAX_CONCURRENCY": "2"})
    running = [server.begin({"code": f"return reach('{name}')"}) for name in "ab"]
    for name in "ab":
        server.mark_reached(f"reached-{name}")
    assert server.post("/predictions", {"input": {"code": "return 1"}}).status == 409
    go(server, *"ab")
    assert [prediction.result().json["output"] for prediction in running] == ["a", "b"]


def test_one_at_a_time_runs_on_the_main_thread(fresh):
    server = fresh(source=MODEL, env={"COG_MAX_CONCURRENCY": "1"})
    code = "import threading; return threading.current_thread() is threading.main_thread()"
    assert server.predict({"code": code}).json["output"] is True


def test_contexts_logs_and_metrics_stay_apart(server):
    code = """
    import contextvars, threading
    from cog import current_scope
    first = current_scope().context["name"]
    thread = threading.Thread(target=lambda: print("from a thread of", first))
    reach(first)
    thread.start(); thread.join()
    current_scope().record_metric("name", first)
    return current_scope().context["name"]
    """
    running = {name: server.begin({"code": code}, context={"name": name}) for name in "abcd"}
    for name in "abcd":
        server.mark_reached(f"reached-{name}")
    go(server, *"abcd")
    for name, prediction in running.items():
        answer = prediction.result().json
        assert (answer["output"], answer["logs"]) == (name, f"from a thread of {name}\n")
        assert answer["metrics"]["name"] == name


@pytest.mark.every_python
def test_cancel_hits_one_thread_only(server):
    other = server.begin({"code": "return reach('other')"})
    running = server.begin({"code": "print('begun')\ntry:\n  reach('it')\nfinally:\n  print('cleaned')"}, id="c")
    server.mark_reached("reached-it")
    server.mark_reached("reached-other")
    assert server.cancel("c").status == 200
    answer = running.result().json
    assert (answer["status"], answer["logs"]) == ("canceled", "begun\ncleaned\n")
    go(server, "other")
    assert other.result().json["output"] == "other"
    assert [server.predict({"code": "return 1"}).json["output"] for _ in range(8)] == [1] * 8


@pytest.mark.parametrize("end", ["raise", "return 'value'", "raise ValueError('instead')", "pass"])
def test_canceled_whatever_the_model_does_with_it(server, end):
    running = server.begin(
        {"code": f"import cog\ntry:\n  reach('it')\nexcept cog.CancelationException:\n  {end}"}, id="c"
    )
    server.mark_reached("reached-it")
    server.cancel("c")
    assert running.result().json["status"] == "canceled"


def test_cancels_at_every_moment_end_in_one_state(server):
    states = set()
    for n in range(150):
        running = server.begin({"code": "return sum(range(20000))"}, id=f"r{n}")
        server.cancel(f"r{n}")
        answer = running.result().json
        states.add(answer["status"])
        assert answer["status"] == "canceled" or answer["output"] == 199990000
    assert states <= {"canceled", "succeeded"}
    assert server.predict({"code": "return 1"}).json["output"] == 1
    assert "Traceback" not in server.log_text()


def test_blocking_call_ends_with_the_grace(fresh):
    server = fresh(source=MODEL, env={"COG_CANCEL_GRACE": "0.5"})
    before = server.worker_pid()
    running = server.begin({"code": "import time; open('reached', 'w').close(); time.sleep(600)"}, id="c")
    server.mark_reached("reached")
    server.cancel("c")
    assert running.result().json["status"] == "canceled"
    server.wait_status("READY")
    assert server.worker_pid() != before
    assert server.predict({"code": "return 1"}).json["output"] == 1


def test_failures_and_exits_end_only_themselves(server):
    failed = server.predict({"code": "raise ValueError('bad')"}).json
    assert (failed["status"], failed["error"]) == ("failed", "Prediction failed: ValueError: bad")
    assert "ValueError: bad" in failed["logs"]
    assert server.predict({"code": "import sys; sys.exit(3)"}).json["status"] == "failed"
    assert server.predict({"code": "return 1"}).json["output"] == 1


def test_generators_stream(fresh):
    source = MODEL
    for old, new in [
        ("import Any", "import Iterator"),
        ("-> Any", "-> Iterator[str]"),
        ("import BaseRunner, ", "import BaseRunner, streaming, "),
        ("    @concurrent", "    @streaming\n    @concurrent"),
    ]:
        source = source.replace(old, new)
    server = fresh(source=source)
    with server.stream({"code": "def items():\n  yield 'a'\n  yield reach('b')\nreturn items()"}) as events:
        server.mark_reached("reached-b")
        assert [next(events).name for _ in range(2)] == ["start", "output"]
        go(server, "b")
        assert events.events()[-1].data["output"] == ["a", "b"]


@pytest.mark.every_python
def test_death_fails_all_and_the_next_works(server):
    running = [server.begin({"code": f"return reach('{name}')"}) for name in "ab"]
    for name in "ab":
        server.mark_reached(f"reached-{name}")
    os.kill(server.worker_pid(), signal.SIGKILL)
    assert [prediction.result().json["status"] for prediction in running] == ["failed", "failed"]
    server.wait_status("READY")
    assert server.predict({"code": "return 1"}).json["output"] == 1


def test_health_check_of_the_model_beside_predictions(server):
    running = [server.begin({"code": f"return reach('{name}')"}) for name in "ab"]
    for name in "ab":
        server.mark_reached(f"reached-{name}")
    (server.cwd / "sick").touch()
    server.wait_status("UNHEALTHY")
    (server.cwd / "sick").unlink()
    server.wait_status("READY")
    go(server, *"ab")
    assert [prediction.result().json["output"] for prediction in running] == ["a", "b"]


def test_stops_when_all_have_ended(server):
    running = server.begin({"code": "return reach('last')"})
    server.mark_reached("reached-last")
    server.signal(signal.SIGTERM)
    wait_for(lambda: "Shutting down" in server.log_text(), "the server to hear of it")
    go(server, "last")
    assert running.result().json["output"] == "last"
    assert server.wait_exit() == 0


def test_async_model_is_refused(fresh):
    source = MODEL.replace("    def run(", "    async def run(")
    server = fresh(source=source, until="SETUP_FAILED")
    assert "concurrent threads is for functions that are not async" in server.health()["setup"]["logs"]
