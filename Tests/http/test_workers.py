"""Several workers: COG_WORKERS, who gets which prediction, and how workers are recycled."""

import os
import signal

import pytest
from support import processes
from support.waiting import wait_for

pytestmark = pytest.mark.ours

PID = {"code": "import os; return os.getpid()"}
VARIABLES = {"code": "import os; return [os.environ.get(n) for n in ('COG_WORKER_INDEX', 'CUDA_VISIBLE_DEVICES')]"}
HOLD = "import os, time\nopen('reached-NAME', 'w').write(str(os.getpid()))\nwhile not os.path.exists('NAME'): time.sleep(0.01)\n"


def hold(server, name):
    """A prediction that runs until the file `name` appears, and the worker that has it."""
    running = server.begin({"code": HOLD.replace("NAME", name) + f"return {name!r}"}, id=name)
    path = server.cwd / f"reached-{name}"
    return running, int(wait_for(lambda: path.exists() and path.read_text(), f"{name} to run"))


def go(server, *names):
    for name in names:
        (server.cwd / name).touch()


def all_ready(server, count):
    """The workers in the health check, once this many are ready."""

    def ready():
        workers = server.health()["workers"]
        return [w["status"] for w in workers] == ["READY"] * count and workers

    return wait_for(ready, f"{count} workers to be ready")


def pool(fresh, count, model="script", **env):
    server = fresh(model, env={"COG_WORKERS": str(count), **env})
    all_ready(server, count)
    return server


@pytest.mark.every_python
def test_synchronous_predictions_run_side_by_side(fresh):
    server = pool(fresh, 2)
    (first, one), (second, other) = hold(server, "a"), hold(server, "b")
    assert one != other
    assert {one, other} == set(processes.children(server.pid))
    refused = server.post("/predictions", {"input": {"code": "return 1"}})
    assert refused.status == 409
    go(server, "a", "b")
    assert [first.result().json["output"], second.result().json["output"]] == ["a", "b"]


def test_idle_workers_take_turns(fresh):
    server = pool(fresh, 3)
    pids = [server.predict(PID).json["output"] for _ in range(6)]
    assert len(set(pids[:3])) == 3
    assert pids[:3] == pids[3:]


def test_most_free_slots_first(fresh):
    server = pool(fresh, 2, "script_async", COG_MAX_CONCURRENCY="2")
    code = "import asyncio, os\nwhile not os.path.exists('go'): await asyncio.sleep(0.01)\nreturn os.getpid()"
    running = []
    for count in range(1, 5):
        running.append(server.begin({"code": code}))
        wait_for(lambda n=count: f"cog_predictions_running {n}\n" in server.get("/metrics").text, f"{count} to run")
        taken = sorted(w["running"] for w in server.health()["workers"])
        assert taken == [count // 2, count - count // 2]
    go(server, "go")
    pids = [answer.result().json["output"] for answer in running]
    assert sorted(map(pids.count, set(pids))) == [2, 2]


def test_health_of_each_worker(fresh):
    server = pool(fresh, 2)
    health = server.health()
    assert list(health) == ["status", "setup", "version", "workers"]
    assert [list(w) for w in health["workers"]] == [["index", "status", "pid", "slots", "running"]] * 2
    assert [w["index"] for w in health["workers"]] == [0, 1]
    assert {w["pid"] for w in health["workers"]} == set(processes.children(server.pid))
    running, pid = hold(server, "a")
    health = server.health()
    assert health["status"] == "READY"
    assert {w["pid"]: (w["status"], w["running"]) for w in health["workers"]}[pid] == ("BUSY", 1)
    other, _ = hold(server, "b")
    assert server.status() == "BUSY"
    go(server, "a", "b")
    assert [r.result().json["status"] for r in (running, other)] == ["succeeded"] * 2
    server.wait_status("READY")


def test_one_worker_is_not_listed(fresh):
    assert "workers" not in fresh("script").health()


@pytest.mark.every_python
def test_death_costs_only_the_predictions_of_that_worker(fresh):
    server = pool(fresh, 2)
    (doomed, pid), (kept, other) = hold(server, "a"), hold(server, "b")
    processes.kill(pid)
    answer = doomed.result().json
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Worker crashed")
    go(server, "b")
    assert kept.result().json["output"] == "b"
    workers = all_ready(server, 2)
    assert other in {w["pid"] for w in workers}
    assert pid not in {w["pid"] for w in workers}


def test_dead_workers_unbegun_predictions_run_on_another(fresh):
    """A stopped worker reads nothing: what was sent to it runs on the other one after its death."""
    server = pool(fresh, 2)
    stopped = server.predict(PID).json["output"]
    server.predict(PID)  # the other one's turn
    os.kill(stopped, signal.SIGSTOP)
    wait_for(lambda: processes.stopped(stopped), "a worker that reads nothing")
    running = server.begin(PID, id="kept")
    wait_for(lambda: server.get("/predictions/kept").status == 200, "the prediction to be accepted")
    os.kill(stopped, signal.SIGKILL)
    answer = running.result().json
    assert answer["status"] == "succeeded"
    assert answer["output"] != stopped


def test_cancel_reaches_the_right_worker(fresh):
    server = pool(fresh, 2)
    (first, _), (second, _) = hold(server, "a"), hold(server, "b")
    server.cancel("b")
    assert second.result().json["status"] == "canceled"
    go(server, "a")
    assert first.result().json["output"] == "a"


def test_ignored_cancel_costs_only_its_own_worker(fresh):
    server = pool(fresh, 2, COG_CANCEL_GRACE="0.2")
    stubborn = "import cog, os, time\nopen('reached-x', 'w').write(str(os.getpid()))\n"
    stubborn += "while True:\n  try: time.sleep(60)\n  except cog.CancelationException: pass\n"
    running = server.begin({"code": stubborn}, id="x")
    pid = int(wait_for(lambda: (server.cwd / "reached-x").exists() and (server.cwd / "reached-x").read_text(), "it"))
    other, kept = hold(server, "a")
    server.cancel("x")
    assert running.result().json["status"] == "canceled"
    go(server, "a")
    assert other.result().json["output"] == "a"
    workers = {w["pid"] for w in all_ready(server, 2)}
    assert kept in workers
    assert pid not in workers


def test_metrics_by_worker(fresh):
    server = pool(fresh, 2)
    for _ in range(4):
        server.predict({"code": "return 1"})
    running, _ = hold(server, "a")
    text = server.get("/metrics").text
    assert "cog_slots 2\n" in text
    for name, values in {"ready": "11", "slots": "11", "predictions_total": "22"}.items():
        for index in range(2):
            assert f'cog_worker_{name}{{worker="{index}"}} {values[index]}\n' in text
    taken = [f'cog_worker_predictions_running{{worker="{index}"}} 1\n' in text for index in range(2)]
    assert sorted(taken) == [False, True]
    go(server, "a")
    running.result()


@pytest.mark.parametrize(
    ("visible", "workers", "shares"),
    [("0,1,2,3", "2", ["0,1", "2,3"]), ("4,7", "auto", ["4", "7"]), ("3", "2", ["3", "3"]), ("", "2", ["", ""])],
)
def test_each_worker_has_its_index_and_its_gpus(fresh, visible, workers, shares):
    server = fresh("script", env={"COG_WORKERS": workers, "CUDA_VISIBLE_DEVICES": visible})
    all_ready(server, 2)
    found = sorted(server.predict(VARIABLES).json["output"] for _ in range(2))
    assert found == [["0", shares[0]], ["1", shares[1]]]


def test_auto_without_gpus_is_one_worker(fresh):
    server = fresh("script", env={"COG_WORKERS": "auto", "CUDA_VISIBLE_DEVICES": ""})
    assert server.predict(VARIABLES).json["output"] == ["0", ""]
    assert len(processes.children(server.pid)) == 1


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_unusable_number_of_workers_is_one(fresh, value):
    server = fresh("script", env={"COG_WORKERS": value})
    server.wait_log(f"Ignoring COG_WORKERS: {value}")
    assert len(processes.children(server.pid)) == 1


@pytest.mark.every_python
def test_recycled_after_so_many_predictions_without_a_failed_request(fresh):
    server = fresh("script", env={"COG_WORKER_MAX_PREDICTIONS": "3"})
    with server.client() as client:
        answers = [client.request("POST", "/predictions", {"input": PID}) for _ in range(12)]
    assert {answer.status for answer in answers} == {200}
    pids = [answer.json["output"] for answer in answers]
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 3, 3]
    assert "The worker died" not in server.log_text()
    wait_for(lambda: not processes.zombies(server.pid), "no zombies")


def test_workers_of_a_pool_are_recycled_one_at_a_time(fresh):
    server = pool(fresh, 2, COG_WORKER_MAX_PREDICTIONS="2")
    pids, missing = set(), []

    def enough():
        assert server.predict(PID).status == 200
        workers = server.health()["workers"]
        missing.append(sum(w["status"] == "STARTING" for w in workers))
        pids.update(w["pid"] for w in workers)
        return len(pids - {0}) >= 6

    wait_for(enough, "workers to be recycled")
    assert max(missing) == 1
    assert "The worker died" not in server.log_text()
    wait_for(lambda: not processes.zombies(server.pid), "no zombies")


def test_recycled_worker_finishes_what_it_runs(fresh):
    server = fresh("gate_async", env={"COG_MAX_CONCURRENCY": "2", "COG_WORKER_MAX_PREDICTIONS": "1"})
    old = server.worker_pid()
    running = [server.begin({"name": name}) for name in "ab"]
    for name in "ab":
        server.mark_reached(f"reached-{name}")
    go(server, "a")
    assert running[0].result().json["output"] == "a"
    # It gets nothing new, and is not ended before the other one is through.
    assert server.post("/predictions", {"input": {"name": "c"}}).status == 409
    assert processes.alive(old)
    go(server, "b")
    assert running[1].result().json["output"] == "b"
    wait_for(lambda: not processes.alive(old), "the worker to be recycled")
    server.wait_status("READY")


def test_worker_that_is_to_be_recycled_is_busy(fresh):
    """It has a free slot that nobody gets: the list of workers and the status agree."""
    server = fresh(
        "gate_async", env={"COG_WORKERS": "2", "COG_MAX_CONCURRENCY": "2", "COG_WORKER_MAX_PREDICTIONS": "1"}
    )
    all_ready(server, 2)
    running = {name: server.begin({"name": name}) for name in "abcd"}
    for name in running:
        server.mark_reached(f"reached-{name}")
    go(server, "a")
    assert running["a"].result().json["output"] == "a"
    health = server.health()
    assert sorted(worker["running"] for worker in health["workers"]) == [1, 2]
    assert {health["status"], *(worker["status"] for worker in health["workers"])} == {"BUSY"}
    go(server, "b", "c", "d")
    assert [running[name].result().json["output"] for name in "bcd"] == ["b", "c", "d"]


def test_worker_that_has_lost_its_channel_gets_nothing_more(fresh):
    """It ends a moment later. Until then, what comes waits for the other one, or for the next."""
    server = fresh("script_async", env={"COG_WORKERS": "2", "COG_MAX_CONCURRENCY": "2"})
    all_ready(server, 2)
    code = "import asyncio, os\nwhile not os.path.exists('go'): await asyncio.sleep(0.01)\nreturn os.getpid()"
    first = server.begin({"code": code})
    wait_for(lambda: "cog_predictions_running 1\n" in server.get("/metrics").text, "one to run")
    doomed = server.begin(
        {"code": "import asyncio, os; os.close(3); open('lost', 'w').close(); await asyncio.sleep(600)"}
    )
    server.mark_reached("lost")
    others = [server.begin({"code": code})]
    wait_for(lambda: "cog_predictions_running 3\n" in server.get("/metrics").text or doomed.done(), "three to run")
    others.append(server.begin({"code": code}))

    def agrees():
        health = server.health()
        each = [worker["status"] for worker in health["workers"]]
        assert health["status"] == ("READY" if "READY" in each else "BUSY"), health
        return doomed.done()

    wait_for(agrees, "the end of the worker")
    (server.cwd / "go").touch()
    assert doomed.result().json["error"].startswith("Worker crashed")
    assert {running.result().json["status"] for running in (first, *others)} == {"succeeded"}


def test_recycled_above_its_size(fresh):
    server = fresh("script", env={"COG_WORKER_MAX_RSS_BYTES": str(200 << 20)})
    old = server.predict(PID).json["output"]
    server.predict({"code": "self.kept['x'] = bytearray(b'x') * (300 << 20)"})

    def replaced():
        # The size is looked at when a prediction ends.
        server.predict({"code": "return 1"})
        return old not in processes.children(server.pid)

    wait_for(replaced, "the worker to be recycled")
    assert server.predict(PID).json["output"] != old
    assert "The worker died" not in server.log_text()


def test_pool_ends_with_the_server(fresh):
    server = pool(fresh, 3)
    pids = processes.children(server.pid)
    running, _ = hold(server, "a")
    server.signal(signal.SIGTERM)
    wait_for(lambda: "Shutting down" in server.log_text(), "the server to hear of it")
    go(server, "a")
    assert running.result().json["output"] == "a"
    assert server.wait_exit() == 0
    assert not [pid for pid in pids if processes.alive(pid)]


FAILS_ON_THE_SECOND = """
import os
from cog import BaseRunner
class Runner(BaseRunner):
    def setup(self):
        if os.environ["COG_WORKER_INDEX"] == "1" and not os.path.exists("ok"):
            raise RuntimeError("no room for two")
    def run(self) -> str:
        return os.environ["COG_WORKER_INDEX"]
"""


def test_one_worker_that_cannot_be_set_up_does_not_stop_the_others(fresh):
    server = fresh(source=FAILS_ON_THE_SECOND, env={"COG_WORKERS": "2"})
    for _ in range(3):
        assert server.predict().json["output"] == "0"
    wait_for(lambda: "no room for two" in server.log_text(), "the failure to be told")
    (server.cwd / "ok").touch()
    all_ready(server, 2)
    assert {server.predict().json["output"] for _ in range(2)} == {"0", "1"}
