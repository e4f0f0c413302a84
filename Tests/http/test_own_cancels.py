"""A prediction is canceled only if a client or the server asked for it; a model's own cancels are failures (D20)."""

import re

import pytest
from support.waiting import wait_for

pytestmark = [pytest.mark.ours, pytest.mark.every_python]

IMPORTS = "import asyncio, concurrent.futures, os, cog\n"

SYNC = {
    "exception of asyncio": "raise asyncio.CancelledError('mine')",
    "exception of the SDK": "raise cog.CancelationException('mine')",
    "subclass": "class Mine(cog.CancelationException): pass\nraise Mine('mine')",
    "exception of futures": "raise concurrent.futures.CancelledError('mine')",
    "future": "future = concurrent.futures.Future(); future.cancel(); future.result()",
    "loop": "async def f(): asyncio.current_task().cancel(); await asyncio.sleep(0)\nasyncio.run(f())",
    "thread": (
        "def f(): raise asyncio.CancelledError('mine')\n"
        "with concurrent.futures.ThreadPoolExecutor() as pool: pool.submit(f).result()"
    ),
    "caught and raised again": "try: raise asyncio.CancelledError('mine')\nexcept BaseException: print('caught'); raise",
}
ASYNC = {
    "exception of asyncio": SYNC["exception of asyncio"],
    "exception of the SDK": SYNC["exception of the SDK"],
    "after a wait": "await asyncio.sleep(0)\nraise asyncio.CancelledError('mine')",
    "task": "task = asyncio.create_task(asyncio.sleep(60)); task.cancel(); await task",
    "future": "future = asyncio.get_running_loop().create_future(); future.cancel(); await future",
    "own task": "asyncio.current_task().cancel(); await asyncio.sleep(0)",
    "own task, for a future": "asyncio.current_task().cancel(); await asyncio.get_running_loop().create_future()",
    "own task, after a wait": "await asyncio.sleep(0); asyncio.current_task().cancel(); await asyncio.sleep(60)",
    "own task, by a callback": (
        "asyncio.get_running_loop().call_soon(asyncio.current_task().cancel); await asyncio.sleep(60)"
    ),
    "several tasks": "async def f(): raise asyncio.CancelledError('mine')\nawait asyncio.gather(asyncio.sleep(0), f())",
    "thread": "def f(): raise asyncio.CancelledError('mine')\nawait asyncio.to_thread(f)",
    "generator": "def f(): yield 1; raise asyncio.CancelledError('mine')\nreturn f()",
}


def check_failed(answer):
    """It failed, and its logs show where."""
    assert answer["status"] == "failed", answer
    assert answer["error"].startswith("Prediction failed: ")
    assert re.search(r"(Cancelled|Cancelation|Mine)\w*: ", answer["error"])
    assert "Traceback (most recent call last):" in answer["logs"]
    assert ", in body\n" in answer["logs"] or ", in f\n" in answer["logs"]


def check(server, code):
    check_failed(server.predict({"code": IMPORTS + code}).json)


@pytest.mark.parametrize("case", SYNC)
@pytest.mark.parametrize("model", ["script", "script_stream"])
def test_d20_synchronous_model(shared, model, case):
    check(shared(model), SYNC[case])


@pytest.mark.parametrize("case", ASYNC)
def test_d20_asynchronous_model(shared, case):
    check(shared("script_async"), ASYNC[case])


@pytest.mark.parametrize("case", [case for case in ASYNC if case != "generator"])  # it returns one
def test_d20_asynchronous_generator(shared, case):
    answer = shared("script_async_stream").predict({"code": IMPORTS + "yield 'a'\n" + ASYNC[case]}).json
    check_failed(answer)
    assert answer["output"] == ["a"]


@pytest.mark.parametrize("case", ["exception of asyncio", "exception of the SDK"])
def test_d20_model_on_threads(shared, case):
    source = """
import asyncio, concurrent.futures, os, cog
from cog import BaseRunner, concurrent
class Runner(BaseRunner):
    @concurrent(max=4, threads=True)
    def run(self) -> str:
        def body(): CODE
        body()
"""
    check_failed(shared(source=source.replace("CODE", SYNC[case])).predict().json)


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_d20_training(shared, kind):
    source = f"import asyncio\n{kind} train() -> str:\n    def f(): raise asyncio.CancelledError('mine')\n    f()\n"
    server = shared(source=source, reference="predict.py:train", mode="train")
    check_failed(server.post("/trainings", {"input": {}}).json)


def test_first_prediction_that_cancels_its_own_task(fresh):
    """Its task has not taken a single step by then."""
    check(fresh("script_async"), ASYNC["own task"])


@pytest.mark.parametrize(
    "late",
    [
        "asyncio.current_task().cancel()",
        "await asyncio.sleep(0); asyncio.current_task().cancel()",
        "asyncio.get_running_loop().call_soon(asyncio.current_task().cancel)",
        "await asyncio.sleep(0); asyncio.get_running_loop().call_soon(asyncio.current_task().cancel)",
        "self.kept['t'] = asyncio.current_task()",
        "await asyncio.sleep(0); self.kept['t'] = asyncio.current_task()",
    ],
    ids=["at the end", "at the end, after a wait", "later", "later, after a wait", "kept", "kept, after a wait"],
)
def test_cancel_that_comes_after_the_end_hits_no_other_prediction(fresh, late):
    server = fresh("script_async", env={"COG_MAX_CONCURRENCY": "2"})
    assert server.predict({"code": f"{IMPORTS}{late}; return 'one'"}).json["output"] == "one"
    wait = "open('reached', 'w').close()\nwhile not os.path.exists('go'): await asyncio.sleep(0.01)\nreturn 'two'"
    running = server.begin({"code": IMPORTS + wait})
    server.mark_reached("reached")
    late_cancel = "'t' in self.kept and self.kept['t'].cancel(); return 'three'"
    assert server.predict({"code": late_cancel}).json["output"] == "three"
    (server.cwd / "go").touch()
    assert running.result().json["output"] == "two"
    for n in range(3):
        assert server.predict({"code": f"{IMPORTS}await asyncio.sleep(0); return {n}"}).json["output"] == n


def test_late_cancel_in_one_turn_hits_no_other_prediction(fresh):
    """Predictions that arrive together begin in one turn of the loop, before a cancel in it has had its effect."""
    server = fresh("script_async", env={"COG_MAX_CONCURRENCY": "40"})
    block = "import os, time\nopen('reached', 'w').close()\nwhile not os.path.exists('go'): time.sleep(0.01)"
    blocking = server.begin({"code": block})
    server.mark_reached("reached")
    codes = ["asyncio.current_task().cancel(); return 1", "await asyncio.sleep(0.01); return 2"] * 15
    running = [server.begin({"code": IMPORTS + code}, id=f"n{n}") for n, code in enumerate(codes)]
    for n in range(len(codes)):
        wait_for(lambda n=n: server.get(f"/predictions/n{n}").json.get("status") == "processing", f"n{n} to be sent")
    (server.cwd / "go").touch()
    assert blocking.result().json["status"] == "succeeded"
    assert [r.result().json.get("output") for r in running] == [1, 2] * 15


def test_worker_that_calls_a_prediction_canceled_is_not_believed(fresh):
    """The server knows whether a cancel was requested."""
    server = fresh("script")
    forged = (
        "import _coglet\nfrom cog._worker.running import current\n_coglet.send(38, 2, current.get().token, '', -1, 1)"
    )
    answer = server.predict({"code": forged}).json
    assert answer["status"] == "failed"
    assert answer["error"] == "Prediction failed: the worker canceled it, but nobody had asked for that"
    assert server.predict({"code": "return 1"}).json["output"] == 1


@pytest.mark.parametrize("model", ["script", "script_async"])
def test_cancel_that_was_asked_for_stays_one(fresh, model):
    """Whatever the model raises then."""
    server = fresh(model)
    pause = "await asyncio.sleep(0.01)" if "async" in model else "__import__('time').sleep(0.01)"
    code = (
        f"{IMPORTS}open('reached', 'w').close()\ntry:\n  while True: {pause}\n"
        "except BaseException: raise asyncio.CancelledError('mine')"
    )
    running = server.begin({"code": code}, id="c")
    server.mark_reached("reached")
    assert server.cancel("c").status == 200
    answer = running.result().json
    assert answer["status"] == "canceled"
    assert "error" not in answer
    assert "Traceback" not in answer["logs"]
