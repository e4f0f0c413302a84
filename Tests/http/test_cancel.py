"""Cancelling: the endpoint, the closed connection, models of every kind (8)."""

import json
import random
import time

import pytest
from support import processes
from support.waiting import wait_for

REACHED = "open('reached', 'w').close()\n"
WAIT = REACHED + "import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)\n"
AWAIT = REACHED + "import os, asyncio\nwhile not os.path.exists('go'): await asyncio.sleep(0.01)\n"


@pytest.fixture
def script(fresh):
    return fresh("script")


def cancelled(server, code, **fields):
    """The answer to a prediction that is cancelled once it has made the file "reached"."""
    running = server.begin({"code": code}, id="c", **fields)
    server.mark_reached("reached")
    answer = server.cancel("c")
    assert (answer.status, answer.json) == (200, {})
    return running.result()


@pytest.mark.every_python
@pytest.mark.parametrize("model", ["script", "script_stream", "script_async", "script_async_stream"])
def test_cancel(fresh, model):
    server = fresh(model)
    answer = cancelled(server, AWAIT if "async" in model else WAIT)
    assert (answer.status, answer.json["status"]) == (200, "canceled")
    assert "error" not in answer.json
    assert answer.json["metrics"]["predict_time"] > 0
    after = "yield 1" if "stream" in model else "return 1"
    assert server.predict({"code": after}).json["status"] == "succeeded"


def test_unknown_id_is_404(script):
    assert script.cancel("never").status == 404


@pytest.mark.ours
@pytest.mark.parametrize(
    "code",
    ["return 1", "raise ValueError", "return 'x' * (2 << 20)", WAIT],
    ids=["succeeded", "failed", "too-large-to-keep", "canceled"],
)
def test_cancel_of_a_finished_prediction_is_200(fresh, code):
    """However often it is sent, and however large the result is."""
    server = fresh("script")
    running = server.begin({"code": code}, id="done")
    if code == WAIT:
        server.mark_reached("reached")
        assert server.cancel("done").status == 200
    status = running.result().json["status"]
    for _ in range(3):
        answer = server.cancel("done")
        assert (answer.status, answer.json) == (200, {})
    # The result stays what it was, and the id can be used again.
    kept = server.get("/predictions/done")
    assert kept.json["status"] == status if kept.status == 200 else "2 << 20" in code
    assert server.put("/predictions/done", {"input": {"code": "return 2"}}).json["output"] == 2


def test_body_and_content_type_are_ignored(script):
    answer = script.request("POST", "/predictions/x/cancel", b"{bad", {"Content-Type": "text/plain"})
    assert answer.status == 404


def test_cancel_across_the_routes_or_its_own(script):
    running = script.begin({"code": WAIT}, id="a b")
    script.mark_reached("reached")
    assert script.post("/predictions/a%20b/cancel").status == 200
    assert running.result().json["status"] == "canceled"


def test_three_times_in_a_row(script):
    code = REACHED + (
        "import time, cog, os\n"
        "def hold():\n"
        "  for _ in range(1000):\n"
        "    if os.path.exists('go'): return\n"
        "    time.sleep(0.01)\n"
        "while True:\n"
        "  try: hold(); return 1\n"
        "  except cog.CancelationException: open('caught', 'a').write('x')"
    )
    running = script.begin({"code": code}, id="c")
    script.mark_reached("reached")
    caught = script.cwd / "caught"
    for n in range(1, 4):
        assert script.cancel("c").status == 200
        wait_for(lambda n=n: caught.exists() and len(caught.read_text()) == n, f"cancel {n}")
    (script.cwd / "go").touch()
    assert running.result().json["status"] == "canceled"


CLEANUP = "import cog\ntry:\n  WAIT\nexcept cog.CancelationException:\n  print('cleaned')\n  END"


@pytest.mark.parametrize("end", ["raise", "return 'value'", "raise ValueError('instead')", "pass"])
def test_model_that_cleans_up_is_canceled_whatever_it_does(script, end):
    code = CLEANUP.replace("WAIT", WAIT.strip().replace("\n", "\n  ")).replace("END", end)
    answer = cancelled(script, code)
    assert answer.json["status"] == "canceled"
    assert "error" not in answer.json


@pytest.mark.ours
def test_d15_canceled_answer_carries_logs_and_partial_output(fresh):
    server = fresh("script_stream")
    code = "print('said')\nyield 'a'\ntry:\n  " + WAIT.strip().replace("\n", "\n  ") + "\nfinally:\n  print('cleaned')"
    answer = cancelled(server, code).json
    assert answer["logs"].startswith("said\ncleaned\n")
    assert answer["output"] == ["a"]


def test_except_exception_does_not_catch_it(script):
    code = "try:\n  " + WAIT.strip().replace("\n", "\n  ") + "\nexcept Exception:\n  return 'caught'"
    assert cancelled(script, code).json["status"] == "canceled"


@pytest.mark.ours
@pytest.mark.every_python
@pytest.mark.parametrize(
    "blocking",
    [
        "import time; time.sleep(60)",
        "import socket; a, b = socket.socketpair(); a.recv(1)",
        "import threading; threading.Event().wait(60)",
        "import subprocess; subprocess.run(['sleep', '60'])",
        "import select; select.select([], [], [], 60)",
    ],
)
def test_d36_blocking_call_is_interrupted(fresh, blocking):
    server = fresh("script")
    running = server.begin({"code": REACHED + blocking}, id="c")
    server.mark_reached("reached")
    time.sleep(0.05)  # into the call
    began = time.monotonic()
    assert server.cancel("c").status == 200
    assert running.result(10).json["status"] == "canceled"
    assert time.monotonic() - began < 1  # a safety bound: milliseconds are usual
    pid = server.worker_pid()
    assert server.predict({"code": "import os; return os.getpid()"}).json["output"] == pid


@pytest.mark.ours
def test_better_model_that_ignores_the_cancel_is_replaced(fresh):
    server = fresh("script", env={"COG_CANCEL_GRACE": "1"})
    code = REACHED + "import time\nwhile True:\n  try: time.sleep(1)\n  except BaseException: pass"
    pid = server.worker_pid()
    began = time.monotonic()
    answer = cancelled(server, code).json
    assert answer["status"] == "canceled"
    assert time.monotonic() - began < 15
    server.wait_status("READY")
    assert server.predict({"code": "import os; return os.getpid()"}).json["output"] != pid
    assert not processes.alive(pid)


@pytest.mark.ours
def test_better_extension_that_never_returns_is_replaced(fresh):
    """Blocks inside C, with the interpreter's lock taken."""
    server = fresh("script", env={"COG_CANCEL_GRACE": "1"})
    code = REACHED + "import ctypes\nctypes.PyDLL(None).pause()\nwhile True: ctypes.PyDLL(None).pause()"
    assert cancelled(server, code).json["status"] == "canceled"
    server.wait_status("READY")
    assert server.predict({"code": "return 1"}).json["output"] == 1


# MARK: - Closed connections


@pytest.mark.every_python
def test_synchronous_prediction_ends_with_its_connection(fresh):
    server = fresh("gate")
    with server.raw() as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
        )
        server.mark_reached("reached")
    server.wait_status("READY")
    assert not (server.cwd / "go").exists()


# MARK: - Async models


@pytest.mark.ours
@pytest.mark.every_python
def test_d37_slot_is_free_only_when_the_task_has_ended(fresh):
    server = fresh("script_async")
    code = (
        "import asyncio, os\ntry:\n  "
        + AWAIT.strip().replace("\n", "\n  ")
        + (
            "\nexcept asyncio.CancelledError:\n  open('cleaning', 'w').close()\n"
            "  while not os.path.exists('clean'): await asyncio.sleep(0.01)\n  print('cleaned'); raise"
        )
    )
    running = server.begin({"code": code}, id="c")
    server.mark_reached("reached")
    server.cancel("c")
    server.mark_reached("cleaning")
    assert server.status() == "BUSY"
    assert not running.done()
    (server.cwd / "clean").touch()
    answer = running.result().json
    assert answer["status"] == "canceled"
    assert "cleaned" in answer["logs"]


def test_async_cancel_raises_cancelled_error(fresh):
    server = fresh("script_async")
    code = (
        "import asyncio\ntry:\n  "
        + AWAIT.strip().replace("\n", "\n  ")
        + ("\nexcept BaseException as e:\n  open('kind', 'w').write(type(e).__name__); raise")
    )
    assert cancelled(server, code).json["status"] == "canceled"
    assert server.mark_reached("kind") == "CancelledError"


@pytest.mark.ours
def test_d37_coroutine_that_swallows_the_cancel_is_canceled_when_it_returns(fresh):
    server = fresh("script_async")
    code = (
        "import asyncio\ntry:\n  "
        + AWAIT.strip().replace("\n", "\n  ")
        + (
            "\nexcept asyncio.CancelledError:\n  await asyncio.sleep(0.3); open('returned', 'w').close(); return 'value'"
        )
    )
    assert cancelled(server, code).json["status"] == "canceled"
    assert (server.cwd / "returned").exists()


@pytest.mark.ours
def test_better_coroutine_that_blocks_the_loop_is_replaced_after_the_grace_time(fresh):
    server = fresh("script_async", env={"COG_CANCEL_GRACE": "1"})
    code = REACHED + "import time\nwhile True:\n  try: time.sleep(1)\n  except BaseException: pass"
    assert cancelled(server, code).json["status"] == "canceled"
    server.wait_status("READY")
    assert server.predict({"code": "return 1"}).json["output"] == 1


def test_cancel_of_one_leaves_the_others_alone(fresh):
    server = fresh("gate_async", env={"COG_MAX_CONCURRENCY": "3"})
    running = {name: server.begin({"name": name}, id=name) for name in "abc"}
    for name in "abc":
        server.mark_reached(f"reached-{name}")
    server.cancel("b")
    assert running["b"].result().json["status"] == "canceled"
    for name in "ac":
        (server.cwd / name).touch()
        answer = running[name].result().json
        assert (answer["status"], answer["output"]) == ("succeeded", name)


# MARK: - Races


KEPT_CONNECTIONS = 32  # what the server keeps open to receivers of webhooks, for the next one


def usage(server, worker):
    """Descriptors of the server and the worker, and the worker's threads."""
    return processes.descriptors(server.pid), processes.descriptors(worker), processes.threads(worker)


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize("model", ["script", "script_stream", "script_async", "script_async_stream"])
def test_200_predictions_cancelled_at_random_moments(fresh, receiver, model):
    """Each ends in one state, which the answer and the webhook agree on; the next one works; nothing leaks."""
    server = fresh(model)
    pause, end = "await asyncio.sleep" if "async" in model else "time.sleep", "yield" if "stream" in model else "return"
    code = f"import time, asyncio\nprint('x')\nfor _ in range(5): {pause}(0.002)\n{end} 1"
    wanted = [1] if "stream" in model else 1
    rng = random.Random(7)
    assert server.predict({"code": code}).json["output"] == wanted
    worker = server.worker_pid()
    before = usage(server, worker)
    ended = {}
    with server.raw() as running, server.client() as other:
        for n in range(200):
            id = f"{model}-{n}"
            fields = {"webhook": receiver.url + "/h", "webhook_events_filter": ["completed"]}
            body = json.dumps({"id": id, "input": {"code": code}, **fields}).encode()
            running.send(
                b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                % (len(body), body)
            )
            time.sleep(rng.random() * 0.016)
            known = other.request("POST", f"/predictions/{id}/cancel").status == 200
            answer = running.read_response()
            assert answer.status == 200
            ended[id] = answer.json["status"]
            if ended[id] == "succeeded":
                # A cancel that comes too late is a success as well.
                assert answer.json["output"] == wanted
            else:
                assert (ended[id], known) == ("canceled", True)
                assert "error" not in answer.json
    assert list(ended.values()).count("canceled") > 20
    assert server.predict({"code": f"{end} 1"}).json["output"] == wanted
    told = [(r.json["id"], r.json["status"]) for r in receiver.wait("/h", 200)]
    assert sorted(told) == sorted(ended.items())
    assert server.worker_pid() == worker
    assert not processes.zombies(server.pid)
    allowed = (before[0] + KEPT_CONNECTIONS + 3, before[1] + 3, before[2])
    wait_for(
        lambda: all(now <= most for now, most in zip(usage(server, worker), allowed, strict=True)),
        f"descriptors and threads at most {allowed}",
    )
