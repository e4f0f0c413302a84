"""What happens when the worker dies, at any moment (12; D48, D49)."""

import os
import signal
import tempfile
import time
from pathlib import Path

import pytest
from support import processes
from support.waiting import Background, wait_for

PID = {"code": "import os; return os.getpid()"}
DEATHS = {
    "exit": "import os; os._exit(3)",
    "exit-0": "import os; os._exit(0)",
    "segfault": "import ctypes; ctypes.string_at(0)",
    "abort": "import os; os.abort()",
    "kill": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "term": "import os, signal, time; os.kill(os.getpid(), signal.SIGTERM); time.sleep(30)",
    "thread": "import threading, os, time; threading.Thread(target=os._exit, args=(1,)).start(); time.sleep(30)",
}


def check_replaced(server, old):
    """The worker is another one and works; nothing of the old one is left."""
    wait_for(lambda: old not in processes.children(server.pid), "the death to be noticed")
    server.wait_status("READY")
    new = server.predict(PID).json["output"]
    assert new != old
    assert not processes.alive(old)
    wait_for(lambda: not processes.zombies(server.pid), "no zombies")


@pytest.mark.parametrize("death", DEATHS)
def test_prediction_in_flight_fails_at_once(fresh, death):
    server = fresh("script")
    began = time.monotonic()
    answer = server.predict({"code": DEATHS[death]}, id="p")
    assert time.monotonic() - began < 5  # a safety bound: the client hears within a second of the death
    assert answer.status == 200
    assert (answer.json["id"], answer.json["status"]) == ("p", "failed")
    assert answer.json["error"].startswith("Worker crashed")
    assert server.get("/health-check").status == 200


@pytest.mark.ours
@pytest.mark.every_python
@pytest.mark.parametrize("death", DEATHS)
def test_d49_worker_is_replaced(fresh, death):
    server = fresh("script")
    old = server.predict(PID).json["output"]
    answer = server.predict({"code": DEATHS[death]}).json
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Worker crashed")
    check_replaced(server, old)


@pytest.mark.ours
@pytest.mark.every_python
def test_d49_idle_worker_that_is_killed_is_replaced(fresh):
    server = fresh("script")
    old = server.predict(PID).json["output"]
    processes.kill(old)
    check_replaced(server, old)


@pytest.mark.ours
def test_d48_request_right_after_an_idle_death_is_answered_well(fresh):
    """Run by the new worker, or refused with 503 while it starts; never 409 and never lost."""
    server = fresh("script")
    processes.kill(server.predict(PID).json["output"])
    answers = [server.post("/predictions", {"input": {"code": "return 1"}}) for _ in range(3)]
    for answer in answers:
        assert answer.status == 503 or answer.json["output"] == 1
    server.wait_status("READY")
    assert server.predict({"code": "return 1"}).json["output"] == 1


@pytest.mark.ours
def test_prediction_that_no_worker_has_begun_is_given_to_the_next_one(fresh):
    """A stopped worker reads nothing: what was sent to it is run by the one that follows."""
    server = fresh("script")
    worker = server.worker_pid()
    os.kill(worker, signal.SIGSTOP)
    wait_for(lambda: processes.stopped(worker), "a worker that reads nothing")
    running = server.begin(PID, id="kept")
    wait_for(lambda: server.get("/predictions/kept").status == 200, "the prediction to be accepted")
    os.kill(worker, signal.SIGKILL)
    answer = running.result().json
    assert answer["status"] == "succeeded"
    assert answer["output"] not in (worker, None)


@pytest.mark.ours
def test_prediction_waiting_for_the_next_worker_can_be_canceled(fresh):
    server = fresh("script", env={"COG_SETUP_TIMEOUT": None})
    worker = server.worker_pid()
    os.kill(worker, signal.SIGSTOP)
    wait_for(lambda: processes.stopped(worker), "a worker that reads nothing")
    running = server.begin(PID, id="kept")
    wait_for(lambda: server.get("/predictions/kept").status == 200, "the prediction to be accepted")
    assert server.cancel("kept").status == 200
    os.kill(worker, signal.SIGKILL)
    assert running.result().json["status"] == "canceled"


@pytest.mark.ours
@pytest.mark.every_python
def test_d49_worker_killed_while_predicting_is_replaced(fresh):
    server = fresh("gate")
    running = server.begin(id="p")
    old = int(server.mark_reached("reached"))
    processes.kill(old)
    answer = running.result(5).json
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Worker crashed")
    assert answer["logs"].startswith("so far\nWorker crashed: ")
    (server.cwd / "go").touch()
    server.wait_status("READY")
    assert server.predict().json["output"] == "through"


@pytest.mark.ours
def test_d49_every_running_prediction_of_a_dead_worker_fails(fresh, receiver):
    server = fresh("gate_async", env={"COG_MAX_CONCURRENCY": "4"})
    running = [server.begin({"name": name}) for name in "abc"]
    server.predict_async({"name": "d"}, webhook=receiver.url + "/h", webhook_events_filter=["completed"])
    for name in "abcd":
        server.mark_reached(f"reached-{name}")
    processes.kill(server.worker_pid())
    for r in running:
        assert r.result(5).json["error"].startswith("Worker crashed")
    assert receiver.wait("/h")[0].json["error"].startswith("Worker crashed")
    server.wait_status("READY")
    (server.cwd / "e").touch()
    assert server.predict({"name": "e"}).json["output"] == "e"


SETUP = """
import os, time
from cog import BaseRunner
class Runner(BaseRunner):
    def setup(self):
        with open("starts", "a") as f: f.write("x")
        n = os.path.getsize("starts")
        BODY
    def run(self) -> str:
        return "ok"
"""


@pytest.mark.ours
@pytest.mark.every_python
def test_d49_worker_killed_during_setup_is_replaced(fresh):
    server = fresh(source=SETUP.replace("BODY", "while n == 1: time.sleep(0.01)"), until="STARTING")
    server.mark_reached("starts")
    processes.kill(server.worker_pid())
    server.wait_status("READY")
    assert server.predict().json["output"] == "ok"
    assert not processes.zombies(server.pid)


def test_setup_that_always_dies_is_reported(fresh):
    server = fresh(source=SETUP.replace("BODY", "os._exit(1)"), until=None)
    server.wait_status("SETUP_FAILED", "DEFUNCT", seconds=60)
    assert server.predict().status == 503
    assert server.health()["setup"]["status"] == "failed"


@pytest.mark.ours
def test_d48_setup_that_never_works_ends_defunct(fresh):
    server = fresh(source=SETUP.replace("BODY", "os._exit(1)"), env={"COG_MAX_WORKER_FAILURES": "2"}, until=None)
    health = server.wait_status("DEFUNCT")
    assert "worker crashed" in health["setup"]["logs"]
    wait_for(lambda: not processes.children(server.pid), "no worker until the next start")


@pytest.mark.ours
@pytest.mark.every_python
@pytest.mark.parametrize("death", ["exit", "segfault"])
def test_d48_poison_inputs_never_make_the_server_defunct(fresh, death):
    """The sender decides how many there are. The next worker starts immediately."""
    server = fresh("script", env={"COG_MAX_WORKER_FAILURES": "1"})
    for _ in range(10):
        assert server.predict({"code": DEATHS[death]}).json["error"].startswith("Worker crashed")
        assert server.wait_status("READY", "DEFUNCT")["status"] == "READY"
    assert server.predict({"code": "return 1"}).json["output"] == 1
    assert restart_pauses(server) == ["0.0 seconds"] * 10


@pytest.mark.ours
def test_d48_poison_trainings_never_make_the_server_defunct(fresh):
    source = "import os\ndef train() -> str:\n    os._exit(1)\n"
    server = fresh(source=source, reference="predict.py:train", mode="train", env={"COG_MAX_WORKER_FAILURES": "1"})
    for _ in range(3):
        assert server.post("/trainings", {"input": {}}).json["error"].startswith("Worker crashed")
        assert server.wait_status("READY", "DEFUNCT")["status"] == "READY"


@pytest.mark.ours
def test_d48_models_that_ignore_a_cancel_never_make_the_server_defunct(fresh):
    """It is the server that kills their workers."""
    server = fresh("script", env={"COG_MAX_WORKER_FAILURES": "1", "COG_CANCEL_GRACE": "0.1"})
    code = "import time\nopen('in', 'w').close()\nwhile True:\n  try: time.sleep(600)\n  except BaseException: pass"
    for n in range(3):
        running = server.begin({"code": code}, id=f"p{n}")
        server.mark_reached("in")
        (server.cwd / "in").unlink()
        assert server.cancel(f"p{n}").status == 200
        assert running.result().json["status"] == "canceled"
        assert server.wait_status("READY", "DEFUNCT")["status"] == "READY"
    assert restart_pauses(server) == ["0.0 seconds"] * 3


@pytest.mark.ours
def test_d48_model_that_dies_whenever_it_is_ready_is_started_less_and_less_often(fresh):
    """Its setup works, so it is not DEFUNCT. But it must not keep the machine busy."""
    body = "import threading; threading.Timer(0.05, os._exit, (1,)).start()"
    server = fresh(source=SETUP.replace("BODY", body), env={"COG_MAX_WORKER_FAILURES": "1"}, until=None)
    wait_for(lambda: len(restart_pauses(server)) >= 5, "five restarts", 60)
    assert restart_pauses(server)[:5] == [f"{pause} seconds" for pause in (0.0, 0.1, 0.2, 0.4, 0.8)]
    assert server.status() in ("STARTING", "READY")
    assert not processes.zombies(server.pid)


@pytest.mark.ours
def test_model_that_dies_after_each_answer_is_started_at_once(fresh):
    server = fresh("script", env={"COG_MAX_WORKER_FAILURES": "1"})
    for n in range(3):
        worker = server.worker_pid()
        assert server.predict({"code": "raise ValueError('no')"}).json["status"] == "failed"
        processes.kill(worker)
        wait_for(lambda n=n: len(restart_pauses(server)) == n + 1, "the restart")
        server.wait_status("READY")
    assert restart_pauses(server) == ["0.0 seconds"] * 3


# The loop is held up after the model is ready and before it reads what was sent to it.
BLOCKED = """
import asyncio, os, time
from cog import BaseRunner
class Runner(BaseRunner):
    async def setup(self):
        with open("starts", "a") as f: f.write("x")
        n = os.path.getsize("starts")
        loop = asyncio.get_running_loop()
        def block():
            open(f"blocked-{n}", "w").close()
            while not os.path.exists(f"die-{n}"): time.sleep(0.01)
            os._exit(1)
        if n <= 5: loop.call_soon(loop.call_soon, block)
    async def run(self) -> str:
        return "ok"
"""


@pytest.mark.ours
def test_prediction_is_given_to_three_workers_at_most(fresh):
    """It may be what kills them, even if none of them reported that it had begun."""
    server = fresh(source=BLOCKED, env={"COG_MAX_WORKER_FAILURES": "1"})
    running = server.begin(id="kept")
    wait_for(lambda: server.get("/predictions/kept").status == 200, "the prediction to be accepted")
    for n in (1, 2, 3):
        server.mark_reached(f"blocked-{n}")
        assert not running.done()
        (server.cwd / f"die-{n}").touch()
    answer = running.result().json
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Worker crashed")
    server.mark_reached("blocked-4")
    assert server.wait_status("READY", "DEFUNCT")["status"] == "READY"


def restart_pauses(server):
    """The pauses before the worker's restarts, as the log has them."""
    wanted = "Starting the worker again"
    return [entry["fields"]["after"] for entry in server.log_entries() if entry["fields"].get("message") == wanted]


@pytest.mark.every_python
def test_setup_timeout_is_reported(fresh):
    server = fresh(source=SETUP.replace("BODY", "time.sleep(600)"), env={"COG_SETUP_TIMEOUT": "1"}, until=None)
    health = server.wait_status("SETUP_FAILED", "DEFUNCT", seconds=60)
    assert health["setup"]["status"] == "failed"
    assert "timed out" in health["setup"]["logs"]
    assert server.predict().status == 503


@pytest.mark.ours
@pytest.mark.every_python
def test_d47_worker_of_a_timed_out_setup_is_ended(fresh):
    body = "open('pid', 'w').write(str(os.getpid())); time.sleep(600)"
    server = fresh(source=SETUP.replace("BODY", body), env={"COG_SETUP_TIMEOUT": "1"}, until=None)
    server.wait_status("SETUP_FAILED", "DEFUNCT", seconds=60)
    pid = int(server.mark_reached("pid"))
    wait_for(lambda: not processes.alive(pid), "the end of the worker", 10)
    assert not processes.zombies(server.pid)


@pytest.mark.ours
def test_d47_worker_that_hangs_with_the_lock_of_the_interpreter_is_ended(fresh):
    body = "open('pid', 'w').write(str(os.getpid())); import ctypes; ctypes.PyDLL(None).sleep(600)"
    server = fresh(source=SETUP.replace("BODY", body), env={"COG_SETUP_TIMEOUT": "1"}, until=None)
    server.wait_status("SETUP_FAILED", "DEFUNCT", seconds=60)
    pid = int(server.mark_reached("pid"))
    wait_for(lambda: not processes.alive(pid), "the end of the worker", 10)


@pytest.mark.parametrize("value", ["0", "abc", "1.5", "-1"])
def test_unusable_setup_timeout_is_ignored(fresh, value):
    server = fresh(source=SETUP.replace("BODY", "time.sleep(1.2)"), env={"COG_SETUP_TIMEOUT": value})
    assert server.predict().json["output"] == "ok"


@pytest.mark.ours
@pytest.mark.every_python
def test_d49_worker_that_closes_all_descriptors_is_replaced(fresh):
    server = fresh("script")
    old = server.predict(PID).json["output"]
    with server.client(timeout=15) as client:
        answer = client.request("POST", "/predictions", {"input": {"code": "import os; os.closerange(0, 4096)"}})
    assert answer.json["status"] in ("failed", "succeeded")
    check_replaced(server, old)


@pytest.mark.ours
@pytest.mark.every_python
def test_d49_forked_child_outliving_the_worker_does_not_hide_the_death(fresh):
    """The child holds copies of every descriptor of the worker."""
    server = fresh("script")
    old = server.predict(PID).json["output"]
    code = "import os, time\npid = os.fork()\nif pid == 0:\n  time.sleep(60); os._exit(0)\nopen('child', 'w').write(str(pid))\nos._exit(1)"
    began = time.monotonic()
    assert server.predict({"code": code}).json["error"].startswith("Worker crashed")
    assert time.monotonic() - began < 5
    child = int(server.mark_reached("child"))
    check_replaced(server, old)
    processes.kill(child)


def test_forked_child_that_exits_does_no_harm(fresh):
    server = fresh("script")
    code = "import os\npid = os.fork()\nif pid == 0: os._exit(0)\nos.waitpid(pid, 0)\nreturn os.getpid()"
    pid = server.predict({"code": code}).json["output"]
    assert server.predict(PID).json["output"] == pid


@pytest.mark.ours
def test_d49_stopped_prediction_and_health_go_on_through_crashes(fresh):
    """The health check answers throughout, and quickly."""
    server = fresh("script")
    slowest = [0.0]
    done = []

    def watch():
        while not done:
            began = time.monotonic()
            assert server.get("/health-check").status == 200
            slowest[0] = max(slowest[0], time.monotonic() - began)
            time.sleep(0.005)

    watcher = Background(watch)
    for _ in range(3):
        server.wait_status("READY")
        assert server.predict({"code": "import os; os._exit(1)"}).json["error"].startswith("Worker crashed")
        assert server.predict({"code": "return 1"}).status in (200, 503)
    server.wait_status("READY")
    done.append(True)
    watcher.result()
    assert slowest[0] < 2
    assert server.predict({"code": "return 1"}).json["output"] == 1


@pytest.mark.ours
def test_d49_crashes_leak_no_descriptor(fresh):
    server = fresh("script")

    def crash():
        server.wait_status("READY")
        server.predict({"code": "import os; os._exit(1)"})
        server.wait_status("READY")
        assert server.predict({"code": "return 1"}).json["output"] == 1

    crash()
    before = processes.descriptors(server.pid)
    for _ in range(2):
        crash()
    wait_for(lambda: processes.descriptors(server.pid) <= before + 1, "descriptors as before")


@pytest.mark.ours
def test_d49_the_next_worker_gets_none_of_the_servers_connections(fresh, receiver):
    """Neither a client's nor a receiver's: they would stay open in it, and the model could read them."""
    server = fresh("script")
    own = processes.descriptors(server.worker_pid())
    with server.client() as client:
        assert client.request("GET", "/health-check").status == 200
        server.predict({"code": "return 1"}, webhook=receiver.url + "/h")
        receiver.wait_terminal("/h")
        server.predict({"code": "import os; os._exit(1)"})
        server.wait_status("READY")
        assert server.predict({"code": "return 1"}).json["output"] == 1
        assert processes.descriptors(server.worker_pid()) == own


@pytest.mark.ours
def test_d48_while_the_worker_is_replaced_requests_wait(fresh):
    """As many as there are slots: a load balancer must not prefer a server whose worker has just died."""
    body = "\n        ".join(["if n > 1:", "    while not os.path.exists('go'): time.sleep(0.01)"])
    server = fresh(source=SETUP.replace("BODY", body))
    processes.kill(server.worker_pid())
    server.wait_status("STARTING")
    waiting = server.begin(id="waiting")
    wait_for(lambda: server.get("/predictions/waiting").status == 200, "the prediction to be accepted")
    refused = server.post("/predictions", {"input": {}})
    assert (refused.status, refused.headers["retry-after"]) == (409, "1")
    (server.cwd / "go").touch()
    assert waiting.result().json["output"] == "ok"
    server.wait_status("READY")
    assert server.predict().json["output"] == "ok"


@pytest.mark.ours
@pytest.mark.every_python
def test_d04_worker_that_dies_before_it_is_connected_is_a_failed_setup(fresh):
    """`sitecustomize` ends every interpreter but the one that becomes the server."""
    source = "from cog import BaseRunner\nclass Runner(BaseRunner):\n    def run(self) -> str: return ''\n"
    custom = "import os, sys\nif 'cog.server.http' not in sys.orig_argv and os.path.exists('predict.py'): os._exit(9)\n"
    server = fresh(source=source, until=None, env={"PYTHONPATH": _with_sitecustomize(custom)}, schema="{}")
    server.wait_status("SETUP_FAILED", "DEFUNCT", seconds=60)
    assert server.predict().status == 503


def _with_sitecustomize(text):
    folder = tempfile.mkdtemp(prefix="cog-test-site-")
    (Path(folder) / "sitecustomize.py").write_text(text)
    return ":".join([folder, *filter(None, [os.environ.get("PYTHONPATH")])])


def test_server_killed_takes_the_worker_along(fresh):
    server = fresh("gate")
    running = Background(lambda: _ignore(server))
    pid = int(server.mark_reached("reached"))
    server.signal(signal.SIGKILL)
    assert server.wait_exit() == -signal.SIGKILL
    (server.cwd / "go").touch()
    wait_for(lambda: not processes.alive(pid), "the end of the worker", 10)
    running.result()


def _ignore(server):
    try:
        server.predict()
    except OSError:
        pass
