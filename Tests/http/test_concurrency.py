"""Slots, threads and event loops (11)."""

import time

import pytest
from support.waiting import Background, wait_for


@pytest.mark.every_python
def test_n_at_once_and_409_for_the_next(fresh):
    server = fresh("gate_async", env={"COG_MAX_CONCURRENCY": "3"})
    running = [server.begin({"name": name}) for name in "abc"]
    for name in "abc":
        server.mark_reached(f"reached-{name}")
    assert server.status() == "BUSY"
    assert server.post("/predictions", {"input": {"name": "d"}}).status == 409
    (server.cwd / "b").touch()
    assert running[1].result().json["output"] == "b"
    server.wait_status("READY")
    (server.cwd / "d").touch()
    assert server.predict({"name": "d"}).json["output"] == "d"
    for name in "ac":
        (server.cwd / name).touch()
    assert [running[n].result().json["output"] for n in (0, 2)] == ["a", "c"]


def test_64_slots(fresh):
    server = fresh("gate_async", env={"COG_MAX_CONCURRENCY": "64"})
    running = [Background(server.post, "/predictions", {"input": {"name": f"n{n}"}}) for n in range(64)]
    for n in range(64):
        server.mark_reached(f"reached-n{n}")
    assert server.status() == "BUSY"
    for n in range(64):
        (server.cwd / f"n{n}").touch()
    assert [r.result().json["output"] for r in running] == [f"n{n}" for n in range(64)]


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "", "many"])
def test_bad_concurrency_means_one(fresh, value):
    server = fresh("gate_async", env={"COG_MAX_CONCURRENCY": value})
    running = server.begin()
    server.mark_reached("reached-go")
    assert server.status() == "BUSY"
    (server.cwd / "go").touch()
    running.result()
    if value:
        wait_for(lambda: "Invalid COG_MAX_CONCURRENCY value" in server.log_text(), "the warning in the log", 5)


DECORATED = """
import asyncio, os
from cog import BaseRunner, concurrent
class Runner(BaseRunner):
    @concurrent(max=3)
    async def run(self, name: str) -> str:
        open("reached-" + name, "w").close()
        while not os.path.exists("go"):
            await asyncio.sleep(0.01)
        return name
"""


@pytest.mark.ours
def test_better_decorator_alone_sets_the_concurrency(fresh):
    server = fresh(source=DECORATED)
    running = [server.begin({"name": name}) for name in "abc"]
    try:
        for name in "abc":
            server.mark_reached(f"reached-{name}", seconds=5)
    finally:
        (server.cwd / "go").touch()
    assert [r.result().json["output"] for r in running] == list("abc")


@pytest.mark.ours
@pytest.mark.every_python
def test_d44_sync_model_runs_on_the_main_thread(shared):
    server = shared("script")
    code = "import threading, signal; signal.signal(signal.SIGUSR2, signal.SIG_DFL); return threading.current_thread() is threading.main_thread()"
    assert server.predict({"code": code}).json["output"] is True


@pytest.mark.ours
def test_d44_thread_local_data_of_the_setup_is_seen(fresh):
    server = fresh(source=THREAD_LOCAL)
    for _ in range(3):
        assert server.predict().json.get("output") == "from setup"


THREAD_LOCAL = """
import threading
from cog import BaseRunner
data = threading.local()
class Runner(BaseRunner):
    def setup(self):
        data.value = "from setup"
    def run(self) -> str:
        return data.value
"""


def test_async_setup_and_predictions_share_one_loop(fresh):
    server = fresh(source=ONE_LOOP, env={"COG_MAX_CONCURRENCY": "2"})
    assert [server.predict().json["output"] for _ in range(3)] == [True] * 3


ONE_LOOP = """
import asyncio
from cog import BaseRunner
class Runner(BaseRunner):
    async def setup(self):
        self.loop = asyncio.get_running_loop()
        self.lock = asyncio.Lock()
    async def run(self) -> bool:
        async with self.lock:
            return asyncio.get_running_loop() is self.loop
"""


def test_context_variables_start_fresh(shared):
    for model in ("script", "script_async"):
        server = shared(model)
        code = "import sys, contextvars\nv = self.kept.setdefault('v', contextvars.ContextVar('v', default='none'))\nold = v.get(); v.set('set'); return old"
        assert [server.predict({"code": code}).json["output"] for _ in range(3)] == ["none"] * 3


def test_state_of_the_model_persists(shared):
    server = shared("script")
    code = "self.kept['n'] = self.kept.get('n', 0) + 1; return self.kept['n']"
    first = server.predict({"code": code}).json["output"]
    assert server.predict({"code": code}).json["output"] == first + 1


def test_asyncio_run_works_in_a_sync_model(shared):
    assert (
        shared("script")
        .predict({"code": "import asyncio\nasync def f(): return 5\nreturn asyncio.run(f())"})
        .json["output"]
        == 5
    )


@pytest.mark.every_python
def test_threads_forks_and_children_are_fine(shared):
    server = shared("script")
    code = """
    import os, subprocess, multiprocessing
    pid = os.fork()
    if pid == 0:
        os._exit(7)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with multiprocessing.get_context('fork').Pool(2) as pool:
        squares = pool.map(abs, [-1, -2])
    return [status, squares, subprocess.run(['echo', 'x'], capture_output=True, text=True).stdout]
    """
    assert server.predict({"code": code}).json["output"] == [7, [1, 2], "x\n"]
    assert server.predict({"code": "return 1"}).json["output"] == 1


@pytest.mark.ours
@pytest.mark.every_python
def test_d46_standard_input_is_empty(fresh):
    server = fresh("script")
    with server.client(timeout=5) as client:
        answer = client.request(
            "POST",
            "/predictions",
            {"input": {"code": "import sys, os; return [sys.stdin.read(), len(os.read(0, 10))]"}},
        )
    assert answer.json["output"] == ["", 0]
    code = "try: input()\nexcept EOFError: return 'eof'"
    assert server.predict({"code": code}).json["output"] == "eof"


def test_waiting_coroutines_do_not_hold_each_other_up(fresh):
    server = fresh("script_async", env={"COG_MAX_CONCURRENCY": "20"})
    began = time.monotonic()
    running = [
        Background(
            server.post, "/predictions", {"input": {"code": "import asyncio; await asyncio.sleep(0.5); return 1"}}
        )
        for _ in range(20)
    ]
    assert [r.result().status for r in running] == [200] * 20
    assert time.monotonic() - began < 6  # one after the other would be 10 s


def test_coroutine_that_blocks_holds_up_the_others(fresh):
    """They wait for it, with their slots taken; the server keeps answering."""
    server = fresh("script_async", env={"COG_MAX_CONCURRENCY": "2"})
    block = "import os, time\nopen('reached', 'w').close()\nwhile not os.path.exists('go'): time.sleep(0.01)\nreturn 1"
    first = server.begin({"code": block})
    server.mark_reached("reached")
    second = server.begin({"code": "import os; return os.path.exists('go')"})
    server.wait_status("BUSY")
    assert server.post("/predictions", {"input": {"code": "return 3"}}).status == 409
    assert not second.done()
    (server.cwd / "go").touch()
    assert first.result().json["output"] == 1
    assert second.result().json["output"] is True


@pytest.mark.ours(strict=False)
def test_d17_simultaneous_requests_up_to_the_limit_are_all_taken(fresh):
    server = fresh("script_async", env={"COG_MAX_CONCURRENCY": "16"})
    code = "import asyncio; await asyncio.sleep(0.01); return 1"

    def client():
        with server.client() as connection:
            return [connection.request("POST", "/predictions", {"input": {"code": code}}).status for _ in range(20)]

    assert all(s == 200 for r in [Background(client) for _ in range(16)] for s in r.result())
    wait_for(lambda: server.status() == "READY", "free slots")


def test_async_worker_ends_without_complaint(fresh):
    server = fresh("script_async", env={"COG_MAX_CONCURRENCY": "8"})
    running = [server.begin({"code": "import asyncio; await asyncio.sleep(0.05); return 1"}) for _ in range(4)]
    assert [r.result().json["output"] for r in running] == [1] * 4
    assert server.stop() == 0
    assert "Traceback" not in server.log_text()
