"""What one request of a batch does to the others: nothing."""

import os
import signal

import pytest
from support.batches import ASYNC, MODEL, STREAM, Gate, begin, together, waiting
from support.receiver import Answer
from support.waiting import wait_for

pytestmark = [pytest.mark.ours]

KINDS = {"sync": MODEL, "async": ASYNC}
# What one of them does, its error, and its place in the batch.
CULPRITS = {
    "raises": ("raise ValueError('bad')", "ValueError: bad", 0),
    "exits": ("sys.exit(3)", "SystemExit: 3", 5),
    "os._exit": ("os._exit(3)", "Worker crashed", 5),
    "segfaults": ("ctypes.string_at(0)", "Worker crashed", 0),
    "is killed": ("os.kill(os.getpid(), 9)", "Worker crashed", 7),
}


@pytest.fixture(params=list(KINDS))
def source(request):
    return KINDS[request.param]


def of(answers, name):
    return [answer.get(name) for answer in answers]


@pytest.mark.every_python
@pytest.mark.parametrize("culprit", list(CULPRITS))
def test_seven_of_eight_succeed(fresh, source, culprit):
    server = fresh(source=source)
    code, error, place = CULPRITS[culprit]
    codes = [f"print('log of {n}'); current_scope().record_metric('runs', 1, 'incr'); return {n}" for n in range(8)]
    codes[place] = f"print('log of {place}')\n{code}"
    answers = together(server, codes)
    failed = answers.pop(place)
    assert failed["status"] == "failed"
    assert error in failed["error"]
    assert failed["logs"].startswith(f"log of {place}\n")
    others = [n for n in range(8) if n != place]
    assert of(answers, "status") == ["succeeded"] * 7
    assert of(answers, "output") == others
    # They started over: nothing of the calls that failed is left.
    assert of(answers, "logs") == [f"log of {n}\n" for n in others]
    assert [answer["metrics"]["runs"] for answer in answers] == [1] * 7
    assert server.predict({"code": "return 1"}).json["output"] == 1


def test_several_culprits(fresh):
    server = fresh(source=MODEL)
    codes = [f"return {n}" for n in range(8)]
    codes[1], codes[2], codes[7] = "raise ValueError('one')", "os._exit(1)", "raise KeyError('seven')"
    answers = together(server, codes)
    assert of(answers, "output") == [0, None, None, 3, 4, 5, 6, None]
    assert "ValueError: one" in answers[1]["error"]
    assert answers[2]["error"].startswith("Worker crashed")
    assert "KeyError: 'seven'" in answers[7]["error"]


def test_batch_that_is_too_large_leaves_a_line_in_the_log(fresh):
    """As when memory runs out: each half succeeds, so no prediction mentions it."""
    server = fresh(source=MODEL)
    code = "if len(current_scopes()) > 2: raise MemoryError('too much')\nreturn len(current_scopes())"
    assert of(together(server, [code] * 4), "output") == [2] * 4
    (entry,) = wait_for(lambda: [e for e in server.log_entries() if "has failed" in e["fields"]["message"]], "the line")
    assert entry["level"] == "WARN"
    assert entry["fields"]["message"] == "A call for 4 predictions has failed; each half of them runs again"
    assert entry["fields"]["error"] == "Prediction failed: MemoryError: too much"
    assert "in run\n" in entry["fields"]["traceback"]


def test_nobody_learns_of_the_culprits_error(fresh):
    server = fresh(source=MODEL)
    answers = together(server, ["return 0", "raise ValueError('secret')", "return 2"])
    assert "secret" in answers[1]["logs"]
    assert "secret" not in str([answers[0], answers[2]])


def test_halves_run_on_all_workers(fresh):
    server = fresh(source=MODEL, env={"COG_WORKERS": "2"})
    code = """
    reach("gate") if len(current_scopes()) == 1 and not os.path.exists("gate") else None
    return os.environ["COG_WORKER_INDEX"]
    """
    gate = [server.begin({"code": "return reach('gate')"}) for _ in range(2)]
    wait_for(lambda: "cog_predictions_running 2\n" in server.get("/metrics").text, "two to run")
    running = [server.begin({"code": each}) for each in [code, code, "raise ValueError", code]]
    waiting(server, 4)
    (server.cwd / "gate").touch()
    answers = [each.result().json for each in gate + running]
    assert of(answers, "status") == ["succeeded"] * 4 + ["failed", "succeeded"]


def test_killed_from_outside_nobody_fails(fresh):
    """Nobody knows that the batch isn't to blame: its halves run again, and succeed."""
    server = fresh(source=MODEL)
    codes = ["open('reached', 'w').close()\ntime.sleep(0 if os.path.exists('killed') else 600)"] + ["return 1"] * 3
    running = begin(server, codes)
    server.mark_reached("reached")
    (server.cwd / "killed").touch()
    os.kill(server.worker_pid(), signal.SIGKILL)
    assert of([each.result().json for each in running], "status") == ["succeeded"] * 4


def test_canceled_while_it_waits_to_run_again(fresh):
    server = fresh(source=MODEL)
    codes = [
        "if len(current_scopes()) == 2:\n  open('reached-half', 'w').close()\n  reach('half')\nreturn 0",
        "return 1",
        "raise ValueError('bad')",
        "return 3",
    ]
    running = begin(server, codes)
    server.mark_reached("reached-half")
    server.cancel("r3")
    assert running[3].result().json["status"] == "canceled"
    (server.cwd / "half").touch()
    answers = [each.result().json for each in running]
    assert of(answers, "status") == ["succeeded", "succeeded", "failed", "canceled"]


def test_canceled_item_of_a_batch_that_fails(fresh):
    server = fresh(source=MODEL)
    running = begin(server, ["return 0", "reach('it')\nraise ValueError('bad')", "return 2"])
    server.mark_reached("reached-it")
    server.cancel("r1")
    server.cancel("r2")
    (server.cwd / "it").touch()
    assert of([each.result().json for each in running], "status") == ["succeeded", "canceled", "canceled"]


# MARK: - Output that was seen


def test_stream_that_nobody_has_seen_starts_over(fresh):
    server = fresh(source=STREAM)
    codes = [f"print('log')\nfor n in range(3):\n  yield {n} * 10 + n" for n in range(3)]
    codes.insert(1, "yield 'seen by nobody'\nraise ValueError('bad')")
    answers = together(server, codes)
    assert of(answers, "status") == ["succeeded", "failed", "succeeded", "succeeded"]
    assert of(answers, "output") == [[0, 1, 2], ["seen by nobody"], [10, 11, 12], [20, 21, 22]]
    assert of(answers, "logs")[2:] == ["log\n", "log\n"]


@pytest.mark.parametrize("end", ["raise ValueError('bad')", "os._exit(3)"])
def test_item_whose_output_a_client_has_seen_fails_instead(fresh, end):
    server = fresh(source=STREAM)
    codes = ["yield 1\nyield 2", f"yield 1\nreach('end')\n{end}", "yield 1\nyield 2\nyield 3"]
    gate = Gate(server)
    plain = server.begin({"code": codes[0]})
    waiting(server, 1)
    culprit = server.begin({"code": codes[1]})
    waiting(server, 2)
    with server.stream({"code": codes[2]}) as events:
        waiting(server, 3)
        gate.open()
        assert [next(events).name for _ in range(2)] == ["start", "metric"]
        assert next(events).data["chunk"] == 1
        (server.cwd / "end").touch()
        last = events.events()[-1].data
    assert (last["status"], last["output"]) == ("failed", [1])
    if "ValueError" in end:
        assert "ValueError: bad" in last["error"]
        assert "Traceback" in last["logs"]
    else:
        assert last["error"].startswith("Worker crashed")
    assert plain.result().json["output"] == [1, 2]
    assert culprit.result().json["status"] == "failed"


def test_reader_that_comes_late_sees_the_call_that_counts(fresh):
    server = fresh(source=STREAM)
    code = "yield 'x'\nif len(current_scopes()) == 1:\n  reach('late')\nyield 'y'"
    running = begin(server, [code, "yield 1\nraise ValueError('bad')"])
    server.mark_reached("reached-late")
    with server.client() as client, client.stream("PUT", "/predictions/r0", {"input": {"code": code}}) as events:
        seen = [next(events) for _ in range(2)]
        (server.cwd / "late").touch()
        seen += events.events()
    assert [(each.name, each.data.get("chunk")) for each in seen if each.name == "output"] == [
        ("output", "x"),
        ("output", "y"),
    ]
    assert running[0].result().json["output"] == ["x", "y"]


def test_file_of_a_call_that_failed_is_not_in_the_output(fresh):
    server = fresh(source=STREAM)
    code = "open('f.txt', 'w').write('x')\nyield Path('f.txt')\nyield 'end'"
    answers = together(server, [code, "yield 1\nraise ValueError('bad')", code])
    assert of(answers, "output") == [
        ["data:text/plain;base64,eA==", "end"],
        [1],
        ["data:text/plain;base64,eA==", "end"],
    ]


def test_file_that_was_uploaded_was_seen(fresh, receiver):
    url = receiver.on("/upload/f.txt", Answer(headers={"Location": "http://files/f.txt"}))
    server = fresh(source=STREAM, flags=("--upload-url", url.removesuffix("f.txt")))
    code = "open('f.txt', 'w').write('x')\nyield Path('f.txt')\nyield 'end'"
    answers = together(server, [code, "yield 1\nraise ValueError('bad')"])
    assert of(answers, "status") == ["failed", "failed"]
    assert len(receiver.at("/upload/f.txt")) <= 1


def test_webhook_has_seen_the_output(fresh, receiver):
    server = fresh(source=STREAM, env={"COG_THROTTLE_RESPONSE_INTERVAL": "0"})
    url = receiver.on("/hook")
    gate = Gate(server)
    codes = ["yield 1\nyield 2", "yield 1\nreach('end')\nraise ValueError('bad')"]
    extras = [{"webhook": url}, {}]
    running = []
    for code, extra in zip(codes, extras, strict=True):
        running.append(server.begin({"code": code}, **extra))
        waiting(server, len(running))
    gate.open()
    wait_for(lambda: any(each.json.get("output") == [1] for each in receiver.at("/hook")), "the output webhook")
    (server.cwd / "end").touch()
    hooks = receiver.wait_terminal("/hook")
    assert of([each.json for each in hooks], "status").count("failed") == 1
    assert hooks[-1].json["output"] == [1]
    assert of([each.result().json for each in running], "status") == ["failed", "failed"]


def test_webhooks_tell_each_prediction_once(fresh, receiver):
    server = fresh(source=MODEL)
    url = receiver.on("/hook")
    answers = together(
        server,
        ["return 0", "os._exit(1)", "return 2"],
        webhook=url,
        webhook_events_filter=["start", "completed"],
    )
    assert of(answers, "status") == ["succeeded", "failed", "succeeded"]
    hooks = [each.json for each in receiver.wait("/hook", 6)]
    assert sorted((each["id"], each["status"]) for each in hooks) == sorted(
        (f"r{n}", status) for n in range(3) for status in ("processing", "failed" if n == 1 else "succeeded")
    )
