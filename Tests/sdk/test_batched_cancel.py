"""How batches are canceled, die, and run at a time, driven through the worker's channels in the server's place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from batched_models import ASYNC, KINDS, SYNC, THREADS, inputs, of
from support.worker import LOG, Worker

Start = Callable[..., Worker]


@pytest.fixture
def start(start_worker: Start) -> Start:
    return start_worker


@pytest.fixture(params=list(KINDS))
def kind(request: Any) -> str:
    """The source of a model of each kind, whose method has the body `{body}`."""
    return KINDS[request.param]


# MARK: - Cancels

WAITS = {
    "sync": "reach('go')",
    "async": "reach('now')\nwhile not os.path.exists('go'): await asyncio.sleep(0.005)",
    "threads": "reach('go')",
}


@pytest.mark.parametrize("name", list(KINDS))
def test_canceled_item_of_several(start: Start, name: str) -> None:
    worker = start(KINDS[name], WAITS[name] + "\nreturn codes")
    tokens = worker.batch(inputs(1, 2, 3))
    worker.mark_reached("reached-now" if name == "async" else "reached-go")
    worker.cancel(tokens[1])
    (worker.root / "now").touch()
    worker.control_taken()
    (worker.root / "go").touch()
    outcomes, failure = worker.outcomes(tokens)
    assert failure is None
    assert of(outcomes, "status") == ["succeeded", "canceled", "succeeded"]
    assert of(outcomes, "output") == [1, None, 3]


@pytest.mark.parametrize("name", list(KINDS))
def test_model_is_interrupted_when_all_are_canceled(start: Start, name: str) -> None:
    wait = WAITS[name].replace("reach('go')", "open('reached-go', 'w').close()\nwhile True: time.sleep(0.01)")
    wait = wait.replace("\n", "\n    ")
    worker = start(KINDS[name], f"try:\n    {wait}\nfinally:\n    print('cleaned')")
    tokens = worker.batch(inputs(1, 2, 3))
    worker.mark_reached("reached-now" if name == "async" else "reached-go")
    (worker.root / "now").touch()
    for token in tokens:
        worker.cancel(token)
    outcomes, failure = worker.outcomes(tokens)
    assert failure is None
    assert of(outcomes, "status") == ["canceled"] * 3
    assert of(outcomes, "logs") == ["cleaned\n"] * 3
    (worker.root / "go").touch()


@pytest.mark.parametrize("name", list(KINDS))
def test_cancel_before_the_batch_begins(start: Start, name: str) -> None:
    worker = start(KINDS[name], "print(codes)\nreturn [len(current_scopes()) for _ in codes]")
    tokens = [worker.send({"codes": code}) for code in (1, 2, 3)]
    worker.cancel(tokens[0])
    worker.control_taken()
    worker.begin(tokens)
    outcomes, _ = worker.outcomes(tokens)
    assert of(outcomes, "status") == ["canceled", "succeeded", "succeeded"]
    assert of(outcomes, "output") == [None, 2, 2]


def test_end_of_the_channel_cancels_what_waits(start: Start) -> None:
    worker = start(ASYNC, "open('reached-now', 'w').close()\nawait asyncio.sleep(600)")
    tokens = worker.batch(inputs(1, 2))
    worker.mark_reached("reached-now")
    assert worker.stop() == 0
    outcomes, failure = worker.outcomes(tokens)
    assert failure is None
    assert [(outcome.status, outcome.logs) for outcome in outcomes] == [("canceled", "")] * 2


# MARK: - What the server learns after a death


@pytest.mark.parametrize("death", ["os._exit(3)", "__import__('ctypes').string_at(0)", "os.kill(os.getpid(), 9)"])
def test_taken_says_which_batch_has_begun(start: Start, kind: str, death: str) -> None:
    worker = start(kind, f"print('begun')\nif 0 in codes: {death}\nreturn codes")
    worker.run(inputs(1, 2))
    assert worker.taken == 2
    waiting = [worker.send({"codes": code}) for code in (3, 4)]
    assert worker.taken == 2
    worker.begin(waiting)
    assert of(worker.outcomes(waiting)[0], "output") == [3, 4]
    assert worker.taken == 4
    tokens = worker.batch(inputs(5, 0))
    logs = [frame.content for frame in worker.frames() if frame.kind == LOG and frame.token in tokens]
    assert logs == [b"begun\n"] * 2
    worker.process.wait()
    assert worker.taken == tokens[-1]


# MARK: - Several batches at a time


@pytest.mark.parametrize("name", ["async", "threads"])
def test_batches_run_at_a_time(start: Start, name: str) -> None:
    source = KINDS[name].replace("    @batched", "    @concurrent(max=2)\n    @batched") if name == "async" else THREADS
    wait = "while not os.path.exists('go'): await asyncio.sleep(0.005)" if name == "async" else "reach('go')"
    worker = start(source, f"print(codes)\nif 1 in codes:\n    {wait}\nreturn codes")
    assert worker.facts["concurrency"] == 2
    first = worker.batch(inputs(1, 2))
    second = worker.batch(inputs(3, 4))
    assert of(worker.outcomes(second)[0], "output") == [3, 4]
    (worker.root / "go").touch()
    outcomes, _ = worker.outcomes(first)
    assert of(outcomes, "output") == [1, 2]


def test_large_batch_arrives_in_pieces(start: Start) -> None:
    worker = start(SYNC, "return [len(code) for code in codes]")
    assert of(worker.run(inputs(*["x" * 100_000 * n for n in range(8)])), "output") == [100_000 * n for n in range(8)]


def test_nothing_of_a_batch_is_left_behind(start: Start) -> None:
    """No object of a batch waits for the garbage collector."""
    body = """
import gc
gc.disable()
alive = sum(type(each).__name__ in ("Batch", "Item", "Scope") for each in gc.get_objects())
return [alive] * len(codes)
"""
    worker = start(SYNC, body)
    counts = [worker.run(inputs(*range(8)))[0].output for _ in range(50)]
    assert counts[-1] == counts[1]
