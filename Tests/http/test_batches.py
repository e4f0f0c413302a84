"""Models whose method answers several requests in one call: `@cog.batched`."""

import os
import signal
import threading

import pytest
from support.batches import ASYNC, MODEL, Gate, begin, together, waiting
from support.receiver import Answer
from support.waiting import wait_for

pytestmark = [pytest.mark.ours]

KINDS = {"sync": MODEL, "async": ASYNC}
HELD = MODEL.replace("max_wait=0.002", "max_wait=60")


@pytest.fixture(params=list(KINDS))
def source(request):
    return KINDS[request.param]


def of(answers, name):
    return [answer.get(name) for answer in answers]


def sizes(answers):
    return [answer["metrics"]["size"] for answer in answers]


# MARK: - Batches


@pytest.mark.every_python
def test_one_call_answers_those_that_have_gathered(fresh, source):
    server = fresh(source=source)
    answers = together(
        server, [f"print('log of {n}'); current_scope().record_metric('n', {n}); return {n}" for n in range(8)]
    )
    assert of(answers, "status") == ["succeeded"] * 8
    assert of(answers, "output") == list(range(8))
    assert of(answers, "logs") == [f"log of {n}\n" for n in range(8)]
    assert [(a["metrics"]["size"], a["metrics"]["n"]) for a in answers] == [(8, n) for n in range(8)]


def test_batch_has_at_most_max_size(fresh):
    server = fresh(source=MODEL)
    answers = together(server, ["return 1"] * 11)
    assert sizes(answers) == [8] * 8 + [3] * 3


def test_document_shows_a_single_request(fresh):
    schemas = fresh(source=MODEL).get("/openapi.json").json["components"]["schemas"]
    assert schemas["Input"]["properties"]["code"] == {"type": "string", "title": "Code", "x-order": 0}
    assert schemas["Output"] == {"type": "object", "title": "Output"}


def test_slot_holds_two_batches_and_the_queue_counts_beyond(fresh):
    server = fresh(source=MODEL.replace("max_size=8", "max_size=2"), env={"COG_QUEUE_LIMIT": "1"})
    gate = Gate(server)
    running = []
    for count in range(3):
        assert server.status() == "READY"
        running.append(server.begin({"code": "return 1"}))
        waiting(server, count + 1)
    assert server.status() == "BUSY"
    running.append(server.begin({"code": "return 1"}))
    waiting(server, 4)
    assert server.post("/predictions", {"input": {"code": "return 1"}}).status == 409
    gate.open()
    assert sizes([each.result().json for each in running]) == [2] * 4
    server.wait_status("READY")


def test_invalid_input_is_refused_and_takes_no_place(fresh):
    server = fresh(source=MODEL.replace("code: list[str]", "code: list[str] = Input(max_length=100)"))
    gate = Gate(server)
    assert server.predict({"code": 5}).status == 422
    assert server.predict({"code": "x" * 101}).status == 422
    waiting(server, 0)
    gate.open()


def test_training_and_health_check_work_beside(fresh):
    source = MODEL + "\n    def healthcheck(self) -> bool:\n        return not os.path.exists('sick')\n"
    server = fresh(source=source)
    gate = Gate(server)
    (server.cwd / "sick").touch()
    server.wait_status("UNHEALTHY")
    (server.cwd / "sick").unlink()
    server.wait_status("READY")
    gate.open()


# MARK: - When a batch begins


def test_single_client_never_waits(fresh):
    """With a wait of a minute, each of these would take longer than the test may."""
    server = fresh(source=HELD)
    with server.client() as client:
        for _ in range(5):
            assert client.request("POST", "/predictions", {"input": {"code": "return 1"}}).json["metrics"]["size"] == 1
    for _ in range(5):
        assert sizes([server.predict({"code": "return 1"}).json]) == [1]


def test_batch_waits_for_a_client_that_was_answered_lately(fresh):
    server = fresh(source=HELD)
    with server.client() as one, server.client() as two:
        one.request("POST", "/predictions", {"input": {"code": "return 1"}})
        other = threading.Thread(target=lambda: answers.append(two.request("POST", "/predictions", body)))
        body, answers = {"input": {"code": "return 1"}}, []
        other.start()
        waiting(server, 1)
        answers.append(one.request("POST", "/predictions", body))
        other.join()
    assert sizes([answer.json for answer in answers]) == [2, 2]


def test_batch_does_not_wait_for_a_client_that_has_left(fresh):
    server = fresh(source=HELD)
    with server.client() as client:
        client.request("POST", "/predictions", {"input": {"code": "return 1"}})
        running = server.begin({"code": "return 2"})
        waiting(server, 1)
    assert sizes([running.result().json]) == [1]


def test_batch_begins_when_the_first_has_waited_long_enough(fresh):
    server = fresh(source=MODEL.replace("max_wait=0.002", "max_wait=0.3"))
    with server.client() as client:
        client.request("POST", "/predictions", {"input": {"code": "return 1"}})
        assert sizes([server.predict({"code": "return 2"}).json]) == [1]


def test_files_are_fetched_before_a_request_joins(fresh, receiver):
    arrived = threading.Event()
    source = MODEL.replace("code: list[str])", "code: list[str], file: list[Path] = Input(default='data:,x'))")
    server = fresh(
        source=source.replace("results = []", "results = [each.read_text() for each in file]\n        return results")
    )
    slow = server.begin({"code": "", "file": receiver.on("/slow", Answer(body=b"slow", gate=arrived))})
    receiver.wait("/slow")
    waiting(server, 1)
    assert server.predict({"code": "", "file": "data:,fast"}).json["output"] == "fast"
    arrived.set()
    assert slow.result().json["output"] == "slow"
    failed = server.predict({"code": "", "file": receiver.on("/missing", Answer(404))}).json
    assert failed["status"] == "failed"


# MARK: - Cancels and clients that leave


def test_client_that_leaves_while_its_batch_gathers_is_removed(fresh):
    server = fresh(source=MODEL)
    gate = Gate(server)
    kept = server.begin({"code": "return 1"})
    waiting(server, 1)
    with server.raw() as connection:
        body = b'{"input": {"code": "return 2"}}'
        head = f"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.send(head.encode() + body)
        waiting(server, 2)
    waiting(server, 1)
    canceled = server.begin({"code": "return 3"}, id="c")
    waiting(server, 2)
    server.cancel("c")
    assert canceled.result().json["status"] == "canceled"
    waiting(server, 1)
    gate.open()
    assert sizes([kept.result().json]) == [1]


def test_canceled_item_is_told_at_once_and_the_others_go_on(fresh, source):
    server = fresh(source=source)
    reach = "return await reach('it')" if source is ASYNC else "return reach('it')"
    codes = [f"return {n}" for n in range(8)]
    codes[1] = reach
    running = begin(server, codes)
    server.mark_reached("reached-it")
    assert server.cancel("r1").status == 200
    answer = running[1].result().json
    assert (answer["status"], answer.get("output")) == ("canceled", None)
    assert server.get("/predictions/r1").json["status"] == "canceled"
    assert not running[0].done()
    (server.cwd / "it").touch()
    others = [running[n].result().json for n in (0, *range(2, 8))]
    assert of(others, "output") == [0, *range(2, 8)]
    assert sizes(others) == [8] * 7
    assert server.predict({"code": "return 1"}).json["output"] == 1


def test_model_is_interrupted_when_all_are_canceled(fresh, source):
    server = fresh(source=source)
    sleep = "await asyncio.sleep(600)" if source is ASYNC else "time.sleep(600)"
    code = f"open('reached', 'w').close()\ntry:\n  {sleep}\nfinally:\n  print('cleaned')"
    running = begin(server, [code, "return 1", "return 2"])
    before = server.worker_pid()
    server.mark_reached("reached")
    for number in range(3):
        server.cancel(f"r{number}")
    answers = [each.result().json for each in running]
    assert of(answers, "status") == ["canceled"] * 3
    assert server.predict({"code": "return 1"}).json["output"] == 1
    assert server.worker_pid() == before


def test_model_that_ignores_the_cancels_of_all_loses_its_worker(fresh):
    server = fresh(source=MODEL, env={"COG_CANCEL_GRACE": "0.5"})
    code = """
    open("reached", "w").close()
    while True:
        try:
            time.sleep(600)
        except BaseException:
            pass
    """
    running = begin(server, [code, "return 1"])
    before = server.worker_pid()
    server.mark_reached("reached")
    server.cancel("r0")
    server.cancel("r1")
    assert of([each.result().json for each in running], "status") == ["canceled"] * 2
    assert server.predict({"code": "return 1"}).json["output"] == 1
    assert server.worker_pid() != before


def test_time_limit_ends_the_whole_batch(fresh, source):
    server = fresh(source=source, env={"COG_PREDICTION_TIMEOUT": "1"})
    sleep = "await asyncio.sleep(600)" if source is ASYNC else "time.sleep(600)"
    gate = Gate(server)
    running = [server.begin({"code": code}) for code in (sleep, "return 1")]
    waiting(server, 2)
    gate.open()
    answers = [each.result().json for each in running]
    assert of(answers, "error") == ["timed out after 1 s"] * 2
    assert server.predict({"code": "return 1"}).json["output"] == 1


# MARK: - Wrong results


def test_list_of_the_wrong_length_fails_all_and_names_both_numbers(fresh, source):
    server = fresh(source=source.replace("return results", "return results[:2]"))
    gate = server.begin({"code": "return await reach('gate')" if source is ASYNC else "return reach('gate')"})
    server.mark_reached("reached-gate")
    running = [server.begin({"code": "return 1"}) for _ in range(3)]
    waiting(server, 3)
    (server.cwd / "gate").touch()
    assert gate.result().json["output"] == "gate"
    answers = [each.result().json for each in running]
    text = "Prediction failed: run() returned a list of 2 for a batch of 3 requests"
    assert [error[: len(text)] for error in of(answers, "error")] == [text] * 3


def test_exception_object_fails_its_request_only(fresh, source):
    server = fresh(source=source)
    answers = together(server, ["return 0", "try:\n  1 / 0\nexcept Exception as error:\n  return error", "return 2"])
    assert of(answers, "status") == ["succeeded", "failed", "succeeded"]
    assert answers[1]["error"].endswith("ZeroDivisionError: division by zero")
    assert "Traceback" in answers[1]["logs"]
    assert sizes(answers) == [3, 3, 3]


# MARK: - Logs


def test_text_below_python_belongs_to_the_whole_batch(fresh):
    server = fresh(source=MODEL)
    answers = together(server, ["os.write(1, b'low\\n')", "os.system('echo child')", "return 1"])
    assert of(answers, "logs") == ["low\nchild\n"] * 3


# MARK: - The end


def test_shutdown_lets_the_running_and_the_gathering_batch_finish(fresh):
    server = fresh(source=MODEL)
    gate = Gate(server)
    running = [server.begin({"code": "return 1"}) for _ in range(3)]
    waiting(server, 3)
    server.signal(signal.SIGTERM)
    wait_for(lambda: "Shutting down" in server.log_text(), "the server to hear of it")
    gate.open()
    assert sizes([each.result().json for each in running]) == [3] * 3
    assert server.wait_exit() == 0


def test_shutdown_cuts_off_both_batches_when_its_grace_is_over(fresh, source):
    server = fresh(source=source, env={"COG_SHUTDOWN_GRACE": "0.5"})
    sleep = "await asyncio.sleep(600)" if source is ASYNC else "time.sleep(600)"
    running = begin(server, [f"open('reached', 'w').close()\n{sleep}", "return 1", "return 2"])
    server.mark_reached("reached")
    running += [server.begin({"code": "return 3"}) for _ in range(2)]
    waiting(server, 2)
    server.signal(signal.SIGTERM)
    errors = of([each.result().json for each in running], "error")
    assert errors == ["The server shut down before the prediction finished"] * 5
    assert server.wait_exit() == 0


def test_async_batches_run_at_a_time(fresh):
    server = fresh(source=ASYNC.replace("    @batched", "    @concurrent(max=2)\n    @batched"))
    one, two = Gate(server, "one"), Gate(server, "two")
    running = [server.begin({"code": "return 1"}) for _ in range(3)]
    waiting(server, 3)
    two.open()
    assert sizes([each.result().json for each in running]) == [3] * 3
    one.open()


def test_batches_run_on_threads(fresh):
    server = fresh(source=MODEL.replace("    @batched", "    @concurrent(max=2, threads=True)\n    @batched"))
    one, two = Gate(server, "one"), Gate(server, "two")
    running = [server.begin({"code": "return 1"}) for _ in range(3)]
    waiting(server, 3)
    two.open()
    assert sizes([each.result().json for each in running]) == [3] * 3
    one.open()


def test_worker_that_dies_before_it_has_begun_a_batch(fresh):
    """Those that gather don't notice, and are still one batch."""
    server = fresh(source=MODEL)
    Gate(server)
    running = [server.begin({"code": "return 1"}) for _ in range(3)]
    waiting(server, 3)
    os.kill(server.worker_pid(), signal.SIGKILL)
    assert sizes([each.result().json for each in running]) == [3] * 3
