"""Setup: how it is called, how it fails, and what of it the health check tells (9.2, 12; D2, D41, D47)."""

import json

import pytest
from support import processes
from support.waiting import wait_for

SETUP = """
import asyncio, os, sys, time
from cog import BaseRunner, CancelationException
class Runner(BaseRunner):
    def setup(self):
        BODY
    def run(self) -> str:
        return "ok"
"""
ASYNC = SETUP.replace("def setup", "async def setup")
NOT_READY = "Setup has not finished yet. Wait until it has finished, or GET /health-check for status."


def setup(body, source=SETUP):
    return source.replace("BODY", body)


def logs(server):
    return server.health()["setup"]["logs"]


# MARK: - Failures


FAILURES = {
    "exception": ("raise RuntimeError('setup boom')", "RuntimeError: setup boom"),
    "exception-of-many-lines": ("raise RuntimeError('one\\ntwo\\nthree')", "RuntimeError: one\ntwo\nthree"),
    "exit": ("sys.exit(3)", "SystemExit: 3"),
    "exit-0": ("sys.exit(0)", "SystemExit: 0"),
    "interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "cancelation": ("raise CancelationException", "CancelationException"),
    "unprintable": ("raise type('Bad', (Exception,), {'__str__': lambda s: 1 / 0})()", "Bad"),
}


# What ends the event loop of the original.
ENDS_THE_LOOP = ("exit", "exit-0", "interrupt")


@pytest.mark.parametrize("case", FAILURES)
def test_setup_that_raises(fresh, case):
    check_failure(fresh, SETUP, case)


@pytest.mark.parametrize("case", [case for case in FAILURES if case not in ENDS_THE_LOOP])
def test_async_setup_that_raises(fresh, case):
    check_failure(fresh, ASYNC, case)


@pytest.mark.ours
@pytest.mark.parametrize("case", ENDS_THE_LOOP)
def test_d45_async_setup_that_exits(fresh, case):
    check_failure(fresh, ASYNC, case)


def check_failure(fresh, source, case):
    body, text = FAILURES[case]
    server = fresh(source=setup(body, source), until="SETUP_FAILED")
    found = server.health()["setup"]
    assert found["status"] == "failed"
    assert found["started_at"] < found["completed_at"]
    assert f"Setup failed: setup failed: {text}" in found["logs"]
    assert "user_healthcheck_error" not in server.health()


def test_missing_argument_of_setup(fresh):
    source = "class Runner:\n    def setup(self, w2): pass\n    def run(self) -> str: return ''\n"
    server = fresh(source=source, until="SETUP_FAILED")
    assert "TypeError: Runner.setup() missing 1 required positional argument: 'w2'" in logs(server)


@pytest.mark.parametrize("death", ["os._exit(0)", "os._exit(7)", "os.kill(os.getpid(), 9)", "os.abort()"])
def test_worker_that_dies_in_setup(fresh, death):
    """We try again a few times before giving up; what is said in the end is the same."""
    env = {"COG_MAX_WORKER_FAILURES": "1"}
    server = fresh(source=setup(death), env=env, until=None)
    server.wait_status("SETUP_FAILED", "DEFUNCT")
    assert "worker crashed" in logs(server).lower()
    assert server.health()["setup"]["status"] == "failed"
    assert server.post("/predictions", {}).status == 503
    assert not processes.zombies(server.pid)


@pytest.mark.ours
@pytest.mark.every_python
def test_d02_d41_failed_setup_tells_what_was_printed_and_where_it_failed(fresh):
    body = "print('got this far'); print('and said', file=sys.stderr); os.system('echo child'); raise OSError('no')"
    found = logs(fresh(source=setup(body), until="SETUP_FAILED"))
    for text in ("got this far\n", "and said\n", "child\n", "Traceback (most recent call last):", "in setup"):
        assert text in found
    assert found.index("got this far") < found.index("OSError: no")


@pytest.mark.ours
def test_d41_timed_out_setup_tells_what_was_printed(fresh):
    body = "print('downloading', flush=True); time.sleep(600)"
    env = {"COG_SETUP_TIMEOUT": "1", "COG_MAX_WORKER_FAILURES": "1"}
    server = fresh(source=setup(body), env=env, until=None)
    server.wait_status("SETUP_FAILED", "DEFUNCT")
    assert "downloading\n" in logs(server)
    assert "worker setup timed out" in logs(server)


@pytest.mark.ours
def test_d41_setup_that_dies_tells_what_was_printed(fresh):
    body = "print('last words'); sys.stdout.write('without newline'); os._exit(1)"
    server = fresh(source=setup(body), env={"COG_MAX_WORKER_FAILURES": "1"}, until=None)
    server.wait_status("SETUP_FAILED", "DEFUNCT")
    assert "last words\n" in logs(server)


def test_failed_setup_is_not_tried_again(fresh):
    server = fresh(source=setup("open('tries', 'a').write('x'); raise RuntimeError('no')"), until="SETUP_FAILED")
    wait_for(lambda: not [p for p in processes.children(server.pid) if processes.alive(p)], "the end of the worker")
    assert server.post("/predictions", {}).status == 503
    assert server.status() == "SETUP_FAILED"
    assert (server.cwd / "tries").read_text() == "x"


# MARK: - Answers without a model


@pytest.fixture(params=["starting", "failed"])
def without_model(request, fresh):
    if request.param == "failed":
        yield fresh("setup_fails", until="SETUP_FAILED")
        return
    server = fresh("setup_waits", until="STARTING")
    yield server
    (server.cwd / "go").touch()
    server.wait_status("READY")


REFUSED = [
    ("POST", "/predictions", {}, {}),
    ("POST", "/predictions", {"input": {"n": "not checked"}, "id": "p"}, {}),
    ("POST", "/predictions", {"input": {}}, {"Prefer": "respond-async"}),
    ("PUT", "/predictions/p", {"input": {}}, {}),
    ("PUT", "/predictions/p", {"input": {}}, {"Prefer": "respond-async"}),
]


def test_every_route_without_a_model(without_model, receiver):
    server = without_model
    for method, path, body, headers in REFUSED:
        answer = server.request(method, path, {**body, "webhook": receiver.url + "/h"}, headers)
        assert (answer.status, answer.json["status"]) == (503, "failed"), (method, path, headers)
        if server.status() == "STARTING":
            assert answer.json["error"] == NOT_READY
    assert server.post("/predictions", b"{bad", {"Content-Type": "application/json"}).status in (400, 503)
    for id in ("p", "unknown"):
        assert server.cancel(id).status == 404
    answer = server.get("/openapi.json")
    assert (answer.status, answer.json["error"]) == (503, "OpenAPI schema not available")
    assert server.get("/").status == 200
    assert server.get("/health-check").status == 200
    assert server.request("HEAD", "/health-check").status == 200
    assert server.get("/nope").status == 404
    assert receiver.requests == []


@pytest.mark.ours
@pytest.mark.parametrize("mode", ["predict", "train"])
def test_predictions_are_told_that_setup_has_failed(fresh, mode):
    """And where to read why; waiting is useless, so there is no `Retry-After`."""
    noun = {"predict": "predictions", "train": "trainings"}[mode]
    reference = {"predict": "predict.py:Runner", "train": "predict.py:train"}[mode]
    source = "raise RuntimeError('no weights')\n"
    server = fresh(source=source, reference=reference, mode=mode, until="SETUP_FAILED", schema=False)
    for method, path in (("POST", f"/{noun}"), ("PUT", f"/{noun}/x")):
        for headers in ({}, {"Prefer": "respond-async"}, {"Accept": "text/event-stream"}):
            answer = server.request(method, path, {"input": {}}, headers)
            assert (answer.status, answer.json["status"]) == (503, "failed")
            assert answer.json["error"].startswith("Setup has failed")
            assert "GET /health-check" in answer.json["error"]
            assert "retry-after" not in answer.headers
    assert "no weights" in server.health()["setup"]["logs"]


@pytest.mark.ours
def test_predictions_are_told_that_setup_keeps_dying(fresh):
    server = fresh(source=setup("os._exit(7)"), env={"COG_MAX_WORKER_FAILURES": "1"}, until="DEFUNCT")
    answer = server.post("/predictions", {"input": {}})
    assert (answer.status, answer.json["status"]) == (503, "failed")
    assert "keeps dying" in answer.json["error"]
    assert "GET /health-check" in answer.json["error"]


@pytest.mark.ours
def test_better_routes_of_ours_without_a_model(without_model):
    assert without_model.get("/metrics").status == 200
    assert without_model.get("/docs").status == 200
    assert without_model.get("/predictions/p").status == 404
    with without_model.client().stream("PUT", "/predictions/p", {"input": {}}) as stream:
        assert stream.status == 503
        assert json.loads(stream.read())["status"] == "failed"


# MARK: - Calling it


WEIGHTS = """
from cog import BaseRunner, Path
class Runner(BaseRunner):
    def setup(self, weights: Path = "default"):
        self.weights = weights
    def run(self) -> str:
        return f"{type(self.weights).__name__} {self.weights}"
"""


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("some/where", "str some/where"),
        ("https://example.invalid/w.bin", "str https://example.invalid/w.bin"),
        ("", "NoneType None"),
        (None, "NoneType None"),
    ],
)
def test_weights_come_from_the_environment(fresh, value, wanted):
    server = fresh(source=WEIGHTS, env={"COG_WEIGHTS": value})
    assert server.predict().json["output"] == wanted


def test_weights_need_no_annotation_and_may_be_async(fresh):
    source = WEIGHTS.replace("def setup(self, weights: Path = ", "async def setup(self, weights = ")
    server = fresh(source=source, env={"COG_WEIGHTS": "x"})
    assert server.predict().json["output"] == "str x"


@pytest.mark.every_python
def test_async_setup_of_a_sync_model(fresh):
    source = setup("await asyncio.sleep(0); self.kept = 'kept'; print('async setup')", ASYNC)
    server = fresh(source=source.replace('return "ok"', "return self.kept"))
    assert server.predict().json["output"] == "kept"
    assert "async setup\n" in logs(server)


def test_setup_is_called_once(fresh):
    server = fresh(source=setup("open('calls', 'a').write('x')"))
    for _ in range(3):
        assert server.predict().json["output"] == "ok"
    assert (server.cwd / "calls").read_text() == "x"


def test_constructor_runs_before_setup(fresh):
    source = setup("self.order.append('setup')").replace(
        "    def setup", "    def __init__(self):\n        self.order = ['init']\n    def setup"
    )
    server = fresh(source=source.replace('return "ok"', "return ' '.join(self.order)"))
    assert server.predict().json["output"] == "init setup"


def test_setup_of_a_base_class_is_used(fresh):
    source = (
        setup("self.kept = 'base'").replace("class Runner", "class Base").replace('return "ok"', "return self.kept")
    )
    server = fresh(source=source + "class Runner(Base):\n    pass\n")
    assert server.predict().json["output"] == "base"


# MARK: - What it prints


def test_setup_logs_hold_what_the_model_says_and_the_lines_that_others_look_for(fresh):
    body = "print('in setup', flush=True); os.system('echo child'); os.write(1, b'raw\\n'); time.sleep(0.3)"
    found = logs(fresh(source="print('at import', flush=True)\n" + setup(body)))
    for text in (
        "Spawning worker subprocess",
        "File descriptor redirection complete",
        "Connected to slot transport",
        "Server ready",
        "at import\n",
        "in setup\n",
        "child\n",
        "raw\n",
    ):
        assert text in found
    assert found.index("at import") < found.index("in setup")
    assert "Setup complete, now accepting requests" not in found


@pytest.mark.ours
@pytest.mark.every_python
def test_d41_every_line_of_the_setup_is_in_the_logs(fresh):
    """The last ones before it ends too, from every source, in order."""
    body = "[print('line', i) for i in range(20000)]; os.system('echo child'); print('last')"
    server = fresh(source=setup(body))
    lines = [line.partition("] ")[2] for line in logs(server).splitlines() if line.startswith("[coglet::setup]")]
    assert [line for line in lines if line.startswith("line")] == [f"line {i}" for i in range(20000)]
    assert lines[-1] == "last"
    assert "child" in lines
    assert logs(server) == logs(server)


@pytest.mark.ours
def test_d39_unfinished_line_of_the_setup_stays_with_the_setup(fresh):
    server = fresh(source=setup("sys.stdout.write('half')").replace('return "ok"', "print('mine'); return ''"))
    assert "half" in logs(server)
    assert server.predict().json["logs"] == "mine\n"


# MARK: - Meanwhile


def test_starting_has_neither_logs_nor_an_end(fresh):
    server = fresh(
        source=setup("print('x', flush=True)\n        while not os.path.exists('go'): time.sleep(0.01)"),
        until="STARTING",
    )
    health = server.health()
    assert list(health) == ["status", "setup", "version"]
    assert list(health["setup"]) == ["started_at", "status"]
    (server.cwd / "go").touch()
    ready = server.wait_status("READY")
    assert list(ready["setup"]) == ["started_at", "completed_at", "status", "logs"]
    assert ready["setup"]["started_at"] == health["setup"]["started_at"]


def test_health_answers_while_the_setup_holds_the_interpreter(fresh):
    """The server's process is another one: it answers while a call that never gives the interpreter's lock away runs."""
    body = "import ctypes; open('in', 'w').close(); ctypes.PyDLL(None).usleep(700000); open('out', 'w').close()"
    server = fresh(source=setup(body), until="STARTING")
    server.mark_reached("in")
    answered = 0
    while not (server.cwd / "out").exists():
        assert server.status() == "STARTING" or (server.cwd / "out").exists()
        answered += 1
    assert answered >= 10
    server.wait_status("READY")
