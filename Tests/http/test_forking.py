"""Workers that are forked from a template: COG_WORKER_START=fork and fork-after-import."""

import os
import shutil
import signal

import pytest
from support import processes
from support.waiting import wait_for

pytestmark = pytest.mark.ours

MODEL = """
import os, random, tempfile, textwrap
from typing import Any
from cog import BaseRunner
open("imports", "a").write("x")
class Runner(BaseRunner):
    def setup(self):
        open("setups", "a").write("x")
        print("set up here")
        self.folder = tempfile.TemporaryDirectory()
        open(self.folder.name + "/kept", "w").write("of the template")
        self.buffer = b"x" * (8 << 20)
        self.count = 0
    def run(self, code: str) -> Any:
        names = {}
        exec("def body(self):\\n" + textwrap.indent(textwrap.dedent(code), " ") + "\\n pass", names)
        return names["body"](self)
"""
ASYNC = """
import asyncio, os, textwrap
from typing import Any
from cog import BaseRunner
class Runner(BaseRunner):
    async def setup(self):
        open("setups", "a").write("x")
        await asyncio.to_thread(print, "set up here")
    async def run(self, code: str) -> Any:
        names = {}
        exec("async def body(self):\\n" + textwrap.indent(textwrap.dedent(code), " ") + "\\n pass", names)
        return await names["body"](self)
"""
PID = {"code": "import os; return os.getpid()"}


def forking(start, source=MODEL, count=2, **env):
    variables = {"COG_WORKER_START": "fork", "COG_WORKERS": str(count), **env}
    server = start(source=source, env=variables)
    wait_for(lambda: len(workers(server)) == count, f"{count} workers to be ready")
    # The process that was forked on trial is waited for a little later.
    wait_for(lambda: len(processes.children(server.pid)) <= count + 1, "the end of the trial")
    return server


def workers(server):
    """The ids of the ready workers."""
    listed = server.health().get("workers")
    if listed is None:  # only one
        return [server.predict(PID).json["output"]]
    return [w["pid"] for w in listed if w["status"] in ("READY", "BUSY")]


def template(server):
    """The process that forks the workers."""
    return (set(processes.children(server.pid)) - set(workers(server))).pop()


def setups(server):
    return len((server.cwd / "setups").read_text())


def wait_noted(server, text):
    """Waits for a line in the server's log."""
    wait_for(lambda: text in server.log_text(), f"the log to say {text}")


def hold(server, name):
    """A prediction that runs until the file `name` appears, and the worker that has it."""
    code = f"import os, time\nopen('reached-{name}', 'w').write(str(os.getpid()))\n"
    running = server.begin(
        {"code": code + f"while not os.path.exists('{name}'): time.sleep(0.01)\nreturn '{name}'"}, id=name
    )
    path = server.cwd / f"reached-{name}"
    return running, int(wait_for(lambda: path.exists() and path.read_text(), f"{name} to run"))


@pytest.mark.every_python
def test_all_workers_are_forked_after_one_setup(shared):
    server = forking(shared)
    pids = workers(server)
    assert len(processes.children(server.pid)) == 3
    assert template(server) not in pids
    assert setups(server) == 1
    assert "set up here" in server.health()["setup"]["logs"]
    assert {server.predict(PID).json["output"] for _ in range(4)} == set(pids)


@pytest.mark.every_python
def test_dead_worker_is_forked_again_and_nothing_that_waited_is_lost(shared):
    server = forking(shared, COG_QUEUE_LIMIT="8")
    (doomed, pid), (kept, _) = hold(server, "a"), hold(server, "b")
    waiting = [server.begin(PID) for _ in range(4)]
    wait_for(lambda: "cog_predictions_queued 4\n" in server.get("/metrics").text, "four to wait")
    os.kill(pid, signal.SIGKILL)
    answer = doomed.result().json
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Worker crashed")
    assert {each.result().json["status"] for each in waiting} == {"succeeded"}
    (server.cwd / "b").touch()
    assert kept.result().json["output"] == "b"
    wait_for(lambda: len(workers(server)) == 2, "another worker")
    assert pid not in workers(server)
    assert setups(server) == 1
    wait_for(lambda: not processes.zombies(server.pid), "no zombies")


@pytest.mark.every_python
def test_workers_share_no_numbers_folders_or_names(shared):
    server = forking(shared)
    code = "import os, random, tempfile, uuid\nimport ctypes\n"
    code += "return [os.environ['COG_WORKER_INDEX'], os.environ['TMPDIR'], tempfile.mkdtemp(), random.random(), ctypes.CDLL(None).rand(), os.getsid(0)]"
    first, second = (server.predict({"code": code}).json["output"] for _ in range(2))
    assert sorted([first[0], second[0]]) == ["0", "1"]
    assert not set(first[1:]) & set(second[1:])
    assert first[2].startswith(first[1] + "/")
    assert first[5] in workers(server)


@pytest.mark.every_python
def test_cancel_interrupts_a_forked_worker(shared):
    server = forking(shared)
    running, pid = hold(server, "canceled")
    server.cancel("canceled")
    assert running.result().json["status"] == "canceled"
    assert pid in workers(server)


@pytest.mark.every_python
def test_asynchronous_models_are_forked_too(shared):
    server = forking(shared, ASYNC, COG_MAX_CONCURRENCY="2")
    assert len(processes.children(server.pid)) == 3
    assert setups(server) == 1
    code = "import asyncio, os\nwhile not os.path.exists('go'): await asyncio.sleep(0.01)\nreturn os.getpid()"
    running = [server.begin({"code": code}) for _ in range(4)]
    wait_for(lambda: "cog_predictions_running 4\n" in server.get("/metrics").text, "four to run")
    (server.cwd / "go").touch()
    pids = [each.result().json["output"] for each in running]
    assert sorted(map(pids.count, set(pids))) == [2, 2]


@pytest.mark.every_python
def test_what_setup_has_made_goes_with_the_template_alone(fresh):
    """A worker that ends must not clean up what the others use."""
    server = forking(fresh, COG_WORKER_MAX_PREDICTIONS="2")
    folder = server.predict({"code": "return self.folder.name"}).json["output"]
    seen = set()

    def replaced():
        seen.add(server.predict(PID).json["output"])
        return len(seen) >= 4

    wait_for(replaced, "workers to be recycled")
    assert (
        server.predict({"code": "return open(self.folder.name + '/kept').read()"}).json["output"] == "of the template"
    )
    assert " died: " not in server.log_text()
    assert setups(server) == 1
    assert server.stop() == 0
    assert not os.path.exists(folder)


@pytest.mark.every_python
def test_forked_after_import(fresh):
    server = forking(fresh, COG_WORKER_START="fork-after-import")
    assert len(processes.children(server.pid)) == 3
    assert len((server.cwd / "imports").read_text()) == 1
    assert setups(server) == 2
    assert "set up here" in server.health()["setup"]["logs"]
    os.kill(workers(server)[0], signal.SIGKILL)
    wait_for(lambda: setups(server) == 3 and len(workers(server)) == 2, "another worker")


@pytest.mark.every_python
def test_exit_handlers_of_a_worker_run_and_those_of_the_template_once(fresh):
    source = MODEL.replace(
        "self.count = 0", "import atexit; atexit.register(lambda: open('ended', 'a').write(f'{os.getpid()} '))"
    )
    server = forking(fresh, source)
    pids = workers(server)
    old = template(server)
    code = "import atexit, os\natexit.register(lambda: open('left', 'a').write(f'{os.getpid()} '))\nreturn os.getpid()"
    assert {server.predict({"code": code}).json["output"] for _ in range(2)} == set(pids)
    assert server.stop() == 0
    assert sorted(map(int, (server.cwd / "left").read_text().split())) == sorted(pids)
    assert (server.cwd / "ended").read_text().split() == [str(old)]


def test_killed_template_is_replaced_beside_its_workers(fresh):
    server = forking(fresh)
    pids, old = workers(server), template(server)
    running, _ = hold(server, "a")
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: setups(server) == 2, "another setup")
    assert sorted(workers(server)) == sorted(pids)
    assert (
        server.predict({"code": "return open(self.folder.name + '/kept').read()"}).json["output"] == "of the template"
    )
    (server.cwd / "a").touch()
    assert running.result().json["output"] == "a"
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: len(workers(server)) == 2 and not set(workers(server)) & set(pids), "workers of the new template")
    assert setups(server) == 2


def test_template_whose_workers_work_is_replaced_at_once(fresh):
    """However often it is killed: it has shown each time that it works."""
    server = forking(fresh, count=1)
    for count in range(1, 5):
        wait_for(lambda: len(processes.children(server.pid)) == 2, "a template and a worker")
        (pid,), old = workers(server), template(server)
        os.kill(old, signal.SIGKILL)
        wait_for(lambda n=count: setups(server) == n + 1, "another setup")
        os.kill(pid, signal.SIGKILL)
        wait_for(
            lambda old=pid: server.predict(PID).json.get("output") not in (None, old), "a worker of the new template"
        )
    restarts = [e["fields"] for e in server.log_entries() if e["fields"]["message"] == "Starting the worker again"]
    assert {each["after"] for each in restarts if each["worker"] == "template"} == {"0.0 seconds"}


def test_stopped_template_is_replaced(fresh):
    server = forking(fresh)
    old = template(server)
    os.kill(old, signal.SIGSTOP)
    pid = workers(server)[0]
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: len(workers(server)) == 2 and pid not in workers(server), "another worker", 60)
    wait_for(lambda: not processes.alive(old), "the end of the stopped template")


def test_workers_end_when_the_server_is_gone(fresh):
    # Files of setup() would be left for the next server to remove.
    server = forking(fresh, MODEL.replace("self.folder = tempfile.TemporaryDirectory()", "return"))
    pids = processes.children(server.pid)
    server.process.kill()
    server.process.wait()
    wait_for(lambda: not [pid for pid in pids if processes.alive(pid)], "all processes to end")
    # They end side by side. What none of them has removed is for the next server.
    for path in server.temporary_entries():
        shutil.rmtree(path)


@pytest.mark.parametrize("worker_start", ["fork", "fork-after-import"])
def test_failing_setup_is_told_as_ever(fresh, worker_start):
    source = MODEL.replace("self.count = 0", "raise RuntimeError('no weights')")
    server = fresh(source=source, env={"COG_WORKER_START": worker_start, "COG_WORKERS": "2"}, until="SETUP_FAILED")
    assert "no weights" in server.health()["setup"]["logs"]


UNSAFE = {
    "a thread": (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True, name='feeder').start()",
        "running threads: feeder",
    ),
    "a connection": ("import socket\nself.kept = socket.socketpair()", "a connection is open"),
    "a loop": ("import asyncio\nself.kept = asyncio.new_event_loop()", "event loop is open"),
    "a process": ("import subprocess\nself.kept = subprocess.Popen(['sleep', '600'])", "has started processes"),
    "a timer": (
        "import signal\nsignal.signal(signal.SIGALRM, lambda *_: None)\nsignal.setitimer(signal.ITIMER_REAL, 600)",
        "setitimer",
    ),
}


@pytest.mark.parametrize("kind", UNSAFE)
def test_unsafe_models_are_started_afresh(fresh, kind):
    code, reason = UNSAFE[kind]
    indented = code.replace("\n", "\n        ")
    server = forking(fresh, MODEL.replace("self.count = 0", indented))
    wait_noted(server, "Workers can't be forked: ")
    wait_noted(server, reason)
    # The first worker continues as a worker.
    wait_for(lambda: sorted(workers(server)) == sorted(processes.children(server.pid)), "the workers alone")
    assert setups(server) == 2


def test_asynchronous_setup_that_leaves_a_task_is_not_forked(fresh):
    source = ASYNC.replace(
        'open("setups", "a").write("x")',
        'open("setups", "a").write("x"); self.task = asyncio.create_task(asyncio.sleep(600))',
    )
    server = forking(fresh, source)
    wait_noted(server, "tasks of setup() are running")
    assert server.predict({"code": "return self.task.done()"}).json["output"] is False


def test_asynchronous_setup_that_keeps_its_loop_is_not_forked(fresh):
    source = ASYNC.replace(
        'open("setups", "a").write("x")', 'open("setups", "a").write("x"); self.loop = asyncio.get_running_loop()'
    )
    server = forking(fresh, source)
    wait_noted(server, "keeps the event loop")
    assert (
        server.predict(
            {"code": "return self.loop is asyncio.get_running_loop()".replace("return", "import asyncio; return")}
        ).json["output"]
        is True
    )


def test_unusable_way_to_start_is_spawn(fresh):
    server = fresh("script", env={"COG_WORKER_START": "clone"})
    server.wait_log("Ignoring COG_WORKER_START: clone is not one of spawn, fork, fork-after-import")
    assert len(processes.children(server.pid)) == 1


@pytest.mark.parametrize("way", ["spawn", "fork"])
def test_signal_handlers_of_an_idle_model_run(fresh, way):
    handler = "import signal\n        signal.signal(signal.SIGUSR1, lambda *_: open('signaled', 'w').close())"
    server = fresh(source=MODEL.replace("self.count = 0", handler), env={"COG_WORKER_START": way})
    os.kill(server.predict(PID).json["output"], signal.SIGUSR1)
    server.mark_reached("signaled")


def test_numbers_of_numpy_differ_and_its_threads_are_no_obstacle(fresh):
    source = MODEL.replace(
        "self.count = 0", "import numpy\n        self.made = numpy.ones((300, 300)) @ numpy.ones((300, 300))"
    )
    server = forking(fresh, source)
    assert len(processes.children(server.pid)) == 3
    code = "import numpy\nreturn [float((self.made @ self.made).sum()), float(numpy.random.random())]"
    first, second = (server.predict({"code": code}).json["output"] for _ in range(2))
    assert first[0] == second[0]
    assert first[1] != second[1]


def test_threads_of_libraries_are_named(fresh):
    source = MODEL.replace(
        "self.count = 0", "import _thread, time\n        _thread.start_new_thread(time.sleep, (600,))"
    )
    server = forking(fresh, source, count=1)
    wait_noted(server, "libraries of the model have running threads: 1 of libpython")


def test_fork_that_hangs_is_refused(fresh):
    source = MODEL.replace(
        "self.count = 0", "import time\n        os.register_at_fork(after_in_child=lambda: time.sleep(600))"
    )
    server = forking(fresh, source, count=1)
    wait_noted(server, "didn't answer")
