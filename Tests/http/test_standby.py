"""A standby: one more worker that is set up in advance (COG_STANDBY)."""

import os
import signal

import pytest
from support import processes
from support.waiting import wait_for

pytestmark = pytest.mark.ours

# Only the first two setups are through before the test lets others go on.
MODEL = """
import os, textwrap, time
from typing import Any
from cog import BaseRunner
class Runner(BaseRunner):
    def setup(self):
        with open("setups", "a") as file:
            file.write("x")
            count = file.tell()
        while count > 2 and not os.path.exists("more"):
            time.sleep(0.01)
        EXTRA
    def run(self, code: str) -> Any:
        names = {}
        exec("def body(self):\\n" + textwrap.indent(textwrap.dedent(code), " ") + "\\n pass", names)
        return names["body"](self)
"""
PID = {"code": "import os; return [os.getpid(), os.environ['COG_WORKER_INDEX']]"}


def with_standby(fresh, extra="pass", **env):
    server = fresh(source=MODEL.replace("EXTRA", extra), env={"COG_STANDBY": "1", **env})
    wait_for(lambda: "The standby is ready" in server.log_text(), "the standby")
    return server


@pytest.mark.every_python
def test_standby_takes_over_while_no_setup_could_have_ended(fresh):
    server = with_standby(fresh)
    ((first, index),) = [server.predict(PID).json["output"]]
    (standby,) = set(processes.children(server.pid)) - {first}
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: not processes.alive(first), "the worker's end")
    answer = wait_for(lambda: (a := server.predict(PID)).status == 200 and a, "an answer").json["output"]
    assert answer[0] == standby
    assert {index, answer[1]} == {"0", "1"}
    (server.cwd / "more").touch()
    wait_for(lambda: server.log_text().count("The standby is ready") == 2, "another standby")


def test_standby_serves_what_waits_and_is_not_counted(fresh):
    server = with_standby(fresh, COG_QUEUE_LIMIT="2")
    assert "workers" not in server.health()
    assert "cog_slots 1\n" in server.get("/metrics").text
    code = "import os, time\nopen('reached', 'w').write(str(os.getpid()))\ntime.sleep(600)"
    doomed = server.begin({"code": code})
    pid = int(wait_for(lambda: (server.cwd / "reached").exists() and (server.cwd / "reached").read_text(), "it to run"))
    waiting = [server.begin(PID) for _ in range(2)]
    wait_for(lambda: "cog_predictions_queued 2\n" in server.get("/metrics").text, "two to wait")
    os.kill(pid, signal.SIGKILL)
    assert doomed.result().json["error"].startswith("Worker crashed")
    assert [each.result().json["status"] for each in waiting] == ["succeeded"] * 2


def test_dead_standby_is_replaced_and_nobody_notices(fresh):
    server = with_standby(fresh)
    (server.cwd / "more").touch()
    first = server.predict(PID).json["output"][0]
    (standby,) = set(processes.children(server.pid)) - {first}
    os.kill(standby, signal.SIGKILL)
    wait_for(lambda: server.log_text().count("The standby is ready") == 2, "another standby")
    assert server.predict(PID).json["output"][0] == first


def test_unsafe_model_falls_back_to_the_standby(fresh):
    extra = "import socket; self.kept = socket.socketpair()"
    server = with_standby(fresh, extra, COG_WORKER_START="fork")
    server.wait_log("Workers can't be forked: a connection is open")
    server.wait_log("a standby takes the place")
    first = server.predict(PID).json["output"][0]
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: not processes.alive(first), "the worker's end")
    wait_for(lambda: server.predict(PID).status == 200, "the standby's answer")


def test_a_template_makes_a_standby_needless(fresh):
    server = fresh(source=MODEL.replace("EXTRA", "pass"), env={"COG_STANDBY": "1", "COG_WORKER_START": "fork"})
    # The process that was forked on trial is waited for a little later.
    wait_for(lambda: len(processes.children(server.pid)) == 2, "the template and a worker")
    assert "The standby is ready" not in server.log_text()


def test_standby_ends_with_the_server(fresh):
    server = with_standby(fresh)
    pids = processes.children(server.pid)
    assert len(pids) == 2
    assert server.stop() == 0
    assert not [pid for pid in pids if processes.alive(pid)]


def test_no_standby_where_each_worker_has_gpus_of_its_own(fresh):
    server = fresh("script", env={"COG_STANDBY": "1", "COG_WORKERS": "2", "CUDA_VISIBLE_DEVICES": "0,1"})
    wait_for(lambda: "Ignoring COG_STANDBY" in server.log_text(), "the warning")
    wait_for(lambda: [w["status"] for w in server.health()["workers"]] == ["READY"] * 2, "two workers")
    assert len(processes.children(server.pid)) == 2
