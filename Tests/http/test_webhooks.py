"""Webhooks: bodies, filter, throttle, order, retries, headers (7)."""

import email.utils
import json
import signal
import threading
import time

import pytest
from support.receiver import Answer
from support.waiting import Background, wait_for

ALL = ["start", "output", "logs", "completed"]


@pytest.fixture
def server(shared):
    """No throttle, so that every update is sent."""
    return shared("script_stream", env={"COG_THROTTLE_RESPONSE_INTERVAL": "0", "WEBHOOK_AUTH_TOKEN": "t0ken"})


def statuses(requests):
    return [r.json["status"] for r in requests]


@pytest.mark.every_python
def test_requests_of_a_prediction(server, receiver):
    server.predict({"code": "print('said')\nyield 1\nyield 2"}, id="w1", webhook=receiver.url + "/hook")
    requests = receiver.wait_terminal("/hook")
    for r in requests:
        assert r.method == "POST"
        assert r.headers["content-type"] == "application/json"
        assert r.headers["authorization"] == "Bearer t0ken"
        assert r.headers["user-agent"].startswith("coglet/")
        assert "input" not in r.json
        assert list(r.json) == sorted(r.json)
        assert r.json["id"] == "w1"
    last = requests[-1].json
    assert (last["status"], last["output"], last["logs"]) == ("succeeded", [1, 2], "said\n")
    assert last["metrics"]["predict_time"] > 0


def test_start_comes_first_and_says_processing(server, receiver):
    server.predict({"code": "yield 1"}, webhook=receiver.url + "/h", webhook_events_filter=["start"])
    first = receiver.wait("/h")[0].json
    assert (first["status"], first["logs"], first["metrics"]) == ("processing", "", {})
    assert "output" not in first


def test_output_webhook_holds_the_chunks_so_far(fresh, receiver):
    server = fresh("gate_stream")
    server.predict_async(id="o", webhook=receiver.url + "/h", webhook_events_filter=["output"])
    server.mark_reached("reached")
    wait_for(lambda: any(r.json.get("output") == [0, 1] for r in receiver.at("/h")), "a webhook with two chunks")
    assert set(statuses(receiver.at("/h"))) == {"processing"}
    (server.cwd / "go").touch()
    wait_for(lambda: any(r.json.get("output") == [0, 1, 2] for r in receiver.at("/h")), "a webhook with three chunks")


def test_logs_webhook(fresh, receiver):
    server = fresh("gate", env={"COG_THROTTLE_RESPONSE_INTERVAL": "0"})
    running = server.begin(webhook=receiver.url + "/h", webhook_events_filter=["logs"])
    request = receiver.wait("/h")[0].json
    assert (request["status"], request["logs"]) == ("processing", "so far\n")
    (server.cwd / "go").touch()
    running.result()


@pytest.mark.parametrize("wanted", [["completed"], ["start", "completed"], ["output", "completed"], ALL])
def test_filter(server, receiver, wanted):
    answer = server.predict({"code": "print('x')\nyield 1"}, webhook=receiver.url + "/h", webhook_events_filter=wanted)
    assert answer.json["output"] == [1]
    requests = receiver.wait_terminal("/h")
    if wanted == ["completed"]:
        assert statuses(requests) == ["succeeded"]
    if "output" not in wanted:
        assert all("output" not in r.json for r in requests[:-1])
    assert statuses(requests).count("succeeded") == 1


def test_empty_filter_sends_nothing(server, receiver):
    server.predict({"code": "yield 1"}, webhook=receiver.url + "/none", webhook_events_filter=[])
    server.predict({"code": "yield 1"}, webhook=receiver.url + "/last", webhook_events_filter=["completed"])
    receiver.wait("/last")
    assert not receiver.at("/none")


def test_terminal_webhook_of_a_failure(server, receiver):
    server.predict({"code": "print('log')\nyield 1\nraise ValueError('boom')"}, webhook=receiver.url + "/h")
    last = receiver.wait_terminal("/h")[-1].json
    assert (last["status"], last["output"]) == ("failed", [1])
    assert last["logs"].startswith("log\n")
    assert last["error"].endswith("ValueError: boom")


def test_terminal_webhook_of_a_cancel(fresh, receiver):
    server = fresh("script_stream")
    code = "print('log')\nyield 1\nopen('reached', 'w').close()\nimport time; time.sleep(60)"
    running = server.begin({"code": code}, id="c", webhook=receiver.url + "/h")
    server.mark_reached("reached")
    server.cancel("c")
    running.result()
    last = receiver.wait_terminal("/h")[-1].json
    assert (last["status"], last["output"], last["logs"]) == ("canceled", [1], "log\n")
    assert "error" not in last


def test_single_value_is_a_list_until_the_end(shared, receiver):
    server = shared("script", env={"COG_THROTTLE_RESPONSE_INTERVAL": "0"})
    server.predict({"code": "return 'out'"}, webhook=receiver.url + "/h")
    requests = receiver.wait_terminal("/h")
    assert requests[-1].json["output"] == "out"
    assert all(r.json.get("output", ["out"]) == ["out"] for r in requests[:-1])


def test_streaming_predictions_send_webhooks_too(server, receiver):
    with server.stream({"code": "yield 1"}, webhook=receiver.url + "/h") as stream:
        stream.events()
    assert receiver.wait_terminal("/h")[-1].json["output"] == [1]


MANY = """
import os, time
for n in range(100):
    print(n)
    yield str(n) * 100
    while not os.path.exists(GO):
        time.sleep(0.01)
    time.sleep(0.003)  # long enough for a separate webhook
"""


def shown(request):
    """How many chunks and lines a webhook shows."""
    return len(request.json.get("output", [])), request.json["logs"].count("\n")


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize("wanted", [ALL, ["output", "completed"], ["output"], ["logs", "completed"], ["logs"]])
def test_updates_are_throttled_and_merged(shared, receiver, wanted):
    """The first one about each event comes immediately, the last state at the end."""
    server = shared("script_stream", env={"COG_THROTTLE_RESPONSE_INTERVAL": "60"})
    go = "+".join(wanted)
    code = MANY.replace("GO", repr(go))
    running = server.begin({"code": code}, webhook=receiver.url + "/h", webhook_events_filter=wanted)
    first = (1, 1) if "output" in wanted else (0, 1)
    wait_for(lambda: any(shown(r) == first for r in receiver.at("/h")), "the first update")
    (server.cwd / go).touch()
    running.result()
    wait_for(lambda: shown(receiver.at("/h")[-1]) == (100, 100), "the last state")
    requests = receiver.at("/h")
    assert statuses(requests[-1:]) == ["succeeded" if "completed" in wanted else "processing"]
    assert sum(len(r.body) for r in requests) < 2 * len(requests[-1].body)


@pytest.mark.ours
def test_throttled_update_is_sent_when_the_interval_is_over(shared, receiver):
    """While the prediction continues without anything new."""
    server = shared("script_stream")
    code = (
        "print('a')\nprint('b')\nyield 1\nyield 2\nimport os, time\nwhile not os.path.exists('over'): time.sleep(0.01)"
    )
    running = server.begin({"code": code}, webhook=receiver.url + "/h", webhook_events_filter=["logs"])
    wait_for(lambda: any(shown(r) == (2, 2) for r in receiver.at("/h")), "a webhook with everything so far")
    (server.cwd / "over").touch()
    running.result()


@pytest.mark.parametrize("interval", [None, "often"])
def test_usual_throttle_is_half_a_second(shared, receiver, interval):
    """Of many lines within a moment hardly any is sent, of lines further apart each is."""
    server = shared("script_stream", env={"COG_THROTTLE_RESPONSE_INTERVAL": interval})
    filter = ["start", "logs"]
    burst = "for n in range(100): print(n)\nyield 1"
    server.predict({"code": burst}, webhook=receiver.url + "/burst", webhook_events_filter=[*filter, "completed"])
    assert len(receiver.wait_terminal("/burst")) < 20
    apart = "import time\nfor n in range(2):\n  time.sleep(1.2)\n  print(n)\nyield 1"
    server.predict({"code": apart}, webhook=receiver.url + "/apart", webhook_events_filter=[*filter, "completed"])
    logs = [r.json["logs"] for r in receiver.wait_terminal("/apart")]
    assert logs == ["", "0\n", "0\n1\n", "0\n1\n"]


def test_no_token_no_authorization(shared, receiver):
    shared("noop").predict(webhook=receiver.url + "/h")
    assert "authorization" not in receiver.wait_terminal("/h")[0].headers


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_terminal_webhook_is_tried_again(server, receiver, status):
    receiver.on("/h", Answer(status), Answer(status), Answer(200))
    server.predict({"code": "yield 1"}, webhook=receiver.url + "/h", webhook_events_filter=["completed"])
    requests = receiver.wait("/h", 3)
    assert requests[1].time - requests[0].time > 0.1
    assert requests[2].time - requests[1].time > 0.2
    assert len({r.body for r in requests}) == 1


def test_terminal_webhook_is_tried_again_after_a_reset(server, receiver):
    receiver.on("/h", Answer(reset=True), Answer(200))
    server.predict({"code": "yield 1"}, webhook=receiver.url + "/h", webhook_events_filter=["completed"])
    receiver.wait("/h", 2)


@pytest.mark.parametrize("status", [400, 401, 404, 408, 410])
def test_terminal_webhook_is_given_up(server, receiver, status):
    receiver.on("/h", Answer(status))
    server.predict({"code": "yield 1"}, webhook=receiver.url + "/h", webhook_events_filter=["completed"])
    receiver.wait("/h")
    time.sleep(0.5)  # the second attempt of a retried status comes after 0.2 s
    assert len(receiver.at("/h")) == 1


def test_other_webhooks_are_not_tried_again(server, receiver):
    receiver.on("/h", Answer(500))
    server.predict({"code": "yield 1"}, webhook=receiver.url + "/h", webhook_events_filter=["start"])
    receiver.wait("/h")
    time.sleep(0.5)
    assert len(receiver.at("/h")) == 1


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_take_the_body_along(server, receiver, status):
    receiver.on("/h", Answer(status, {"Location": receiver.url + "/there"}))
    server.predict({"code": "yield 1"}, webhook=receiver.url + "/h", webhook_events_filter=["completed"])
    request = receiver.wait("/there")[0]
    assert (request.method, request.headers["content-type"]) == ("POST", "application/json")
    assert request.json["output"] == [1]


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize(
    "answer",
    [Answer(302), Answer(302, {"Location": "/h"}), Answer(claimed_length=9), Answer(hangs_up=True)],
    ids=["without a location", "a loop", "cut short", "hung up"],
)
def test_terminal_webhook_that_was_not_taken_is_tried_again(server, receiver, answer):
    """A loop takes the first eleven requests."""
    first = [answer] * (11 if answer.headers else 1)
    receiver.on("/h", *first, Answer(200))
    server.predict({"code": "yield 1"}, webhook=receiver.url + "/h", webhook_events_filter=["completed"])
    requests = receiver.wait("/h", len(first) + 1)
    assert {(r.method, r.body) for r in requests} == {("POST", requests[0].body)}
    assert requests[0].json["status"] == "succeeded"


def http_date(seconds):
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wish", [lambda: "2", lambda: http_date(3)], ids=["seconds", "date"])
def test_retry_after_is_honored(server, receiver, status, wish):
    """The usual wait is 0.2 s; a date has whole seconds."""
    receiver.on("/h", Answer(status, {"Retry-After": wish()}), Answer(200))
    server.predict({"code": "yield 1"}, webhook=receiver.url + "/h", webhook_events_filter=["completed"])
    requests = receiver.wait("/h", 2)
    assert requests[1].time - requests[0].time > 1


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize(
    ("target", "reason"),
    [("/gone", "status 404"), ("/away", "redirected to something other than a usable http or https URL")],
)
def test_terminal_webhook_that_is_given_up_is_a_warning_with_host_and_reason(fresh, receiver, target, reason):
    server = fresh("noop", env={"COG_LOG_LEVEL": "warn"})
    receiver.on("/gone", Answer(404))
    receiver.on("/away", Answer(302, {"Location": "ftp://127.0.0.1:1/hidden-place"}))
    url = f"http://us3r:pa55@127.0.0.1:{receiver.port}{target}"
    server.predict(id="given-up", webhook=url + "?sig=s1gn", webhook_events_filter=["completed"])
    wait_for(lambda: "given up" in server.log_text(), "the warning")
    entry = next(entry for entry in server.log_entries() if "given up" in str(entry))
    assert entry["level"] == "WARN"
    for fact in ("given-up", f"127.0.0.1:{receiver.port}", reason):
        assert fact in str(entry)
    for secret in ("us3r", "pa55", "s1gn", "hidden-place", target):
        assert secret not in server.log_text()


def test_receiver_that_is_not_there_harms_nothing(server):
    for url in ("http://127.0.0.1:1/x", "http://no-such-host.invalid/", ""):
        assert server.predict({"code": "yield 1"}, webhook=url).json["output"] == [1]
    assert server.predict({"code": "yield 1"}).json["output"] == [1]


def test_slow_receiver_holds_up_neither_answer_nor_slot(server, receiver):
    gate = threading.Event()
    receiver.on("/h", Answer(gate=gate))
    for n in range(20):
        assert server.predict({"code": f"yield {n}"}, webhook=receiver.url + "/h").json["output"] == [n]
    gate.set()
    wait_for(lambda: statuses(receiver.at("/h")).count("succeeded") == 20, "twenty terminal webhooks")


@pytest.mark.ours(strict=False)
@pytest.mark.every_python
def test_d34_webhooks_of_a_prediction_come_in_order(fresh, receiver):
    """Early requests are answered late: nothing may overtake them, and nothing comes after the end."""
    server = fresh("script_stream", env={"COG_THROTTLE_RESPONSE_INTERVAL": "0"})
    delays = [0.15, 0.1, 0.05, 0]
    receiver.on("/h", *[Answer(delay=d) for d in delays])
    server.predict(
        {"code": "import time\nfor n in range(30):\n  yield n\n  time.sleep(0.01)"}, webhook=receiver.url + "/h"
    )
    receiver.wait_terminal("/h")
    time.sleep(0.3)
    requests = receiver.at("/h")
    lengths = [len(r.json.get("output", [])) for r in requests]
    assert lengths == sorted(lengths)
    assert statuses(requests).index("succeeded") == len(requests) - 1
    # One at a time: the next is sent when the last one has been answered.
    times = [r.time for r in requests]
    assert times[1] - times[0] >= 0.14


@pytest.mark.ours
@pytest.mark.every_python
def test_d35_terminal_webhook_is_delivered_before_the_exit(fresh, receiver):
    server = fresh("gate")
    server.predict_async(id="late", webhook=receiver.url + "/h", webhook_events_filter=["completed"])
    server.mark_reached("reached")
    receiver.on("/h", Answer(503), Answer(200))
    server.signal(signal.SIGTERM)
    (server.cwd / "go").touch()
    assert server.wait_exit() == 0
    assert statuses(receiver.at("/h")) == ["succeeded", "succeeded"]


@pytest.mark.ours
def test_d35_dead_receiver_does_not_hold_the_exit_for_ever(fresh, receiver):
    server = fresh("noop", env={"COG_SHUTDOWN_GRACE": "1"})
    gate = threading.Event()
    receiver.on("/h", Answer(gate=gate))
    server.predict(webhook=receiver.url + "/h", webhook_events_filter=["completed"])
    receiver.wait("/h")
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 15
    gate.set()
    assert "webhook" in server.log_text().lower()


class Hostile:
    """Takes a tenth of the terminal webhooks only when `patience` is set, and refuses two tenths at first."""

    def __init__(self, receiver):
        self.patience = threading.Event()
        self._tries = {}
        self._lock = threading.Lock()
        self._record = receiver._received
        receiver._received = self._received

    def _received(self, request):
        self._record(request)
        state = json.loads(request.body)
        if state["status"] == "processing":
            return Answer()
        with self._lock:
            tries = self._tries[state["id"]] = self._tries.get(state["id"], 0) + 1
        kind = int(state["id"]) % 10
        if kind == 0 and tries == 1:
            return Answer(500)
        if kind == 1 and tries == 1:
            return Answer(reset=True)
        if kind == 2:
            return Answer(gate=self.patience)
        return Answer(delay=0.05 if kind == 3 else 0)


@pytest.mark.ours(strict=False)
def test_1000_webhooks_with_a_hostile_receiver(fresh, receiver):
    """Every terminal webhook arrives last and once, after a retry if it was refused. Predictions never wait for webhooks."""
    server = fresh("script_async", env={"COG_MAX_CONCURRENCY": "32"})
    hostile = Hostile(receiver)

    def run(numbers):
        with server.client() as client:
            for n in numbers:
                body = {"id": str(n), "input": {"code": f"return {n}"}, "webhook": receiver.url + "/h"}
                answer = client.request("POST", "/predictions", body)
                assert (answer.status, answer.json["output"]) == (200, n)

    for job in [Background(run, range(part, 1000, 8)) for part in range(8)]:
        job.result(60)
    assert server.status() == "READY"
    hostile.patience.set()

    terminal = lambda: [r.json["id"] for r in receiver.at("/h") if r.json["status"] == "succeeded"]  # noqa: E731
    wait_for(lambda: len(terminal()) >= 1200, "1000 terminal webhooks and 200 repeats", 60)
    wait_for(lambda: "cog_webhooks_waiting 0\n" in server.get("/metrics").text, "no webhook on its way", 60)
    assert sorted(terminal()) == sorted(str(n) for n in range(1000) for _ in range(2 if n % 10 in (0, 1) else 1))
    ended = set()
    for request in receiver.at("/h"):
        state = request.json
        assert state["status"] == "succeeded" or state["id"] not in ended
        if state["status"] == "succeeded":
            assert state["output"] == int(state["id"])
            ended.add(state["id"])
