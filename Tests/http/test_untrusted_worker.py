"""A model writes arbitrary data to its worker's channels: that ends the worker, never the server."""

import random
import struct

import pytest
from support import processes
from support.waiting import wait_for

pytestmark = pytest.mark.ours

# What models have in common that forge frames. The worker's descriptors: 3 work channel, 4 control channel, 5 shared memory.
FORGER = """
import array, ctypes, mmap, os, socket, struct, sys, time
from cog._worker import running
me = next(iter(running.running), 0)
WORK, CONTROL, MEMORY = 3, 4, 5
READY, SETUP_FAILED, LOG, OUTPUT, FILE, METRIC, FINISHED, HEALTH = 32, 33, 34, 35, 36, 37, 38, 48
def frame(kind, content=b"", detail=0, token=None, length=None):
    token = me if token is None else token
    return struct.pack("=IBBHI", len(content) if length is None else length, kind, detail, 0, token) + content
def send(data, channel=WORK):
    while data:
        data = data[os.write(channel, data):]
def send_descriptors(data, numbers):
    with socket.socket(fileno=os.dup(WORK)) as s:
        s.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", numbers))])
def counters():
    return mmap.mmap(MEMORY, 64)
def wait():
    time.sleep(600)
"""


def forge(code):
    return {"code": FORGER + code}


def check_survived(server, old):
    """The server lives, has another worker, and that one works."""
    wait_for(lambda: old not in processes.children(server.pid), "the worker to be killed")
    server.wait_status("READY")
    assert server.predict({"code": "return 'fine'"}).json["output"] == "fine"
    assert server.running()


FORGED = {
    "unknown-kind": ("send(frame(255))", "unknown kind 255"),
    "kind-zero": ("send(bytes(12))", "unknown kind 0"),
    "length-of-4-gib": ("send(frame(OUTPUT, length=0xffffffff))", "4294967295 bytes was announced"),
    "length-above-the-limit": (
        "send(frame(FINISHED, detail=4, length=(1 << 30) + 1))",
        "1073741825 bytes was announced",
    ),
    "predict": ("send(frame(1, b'{}'))", "doesn't belong"),
    "cancel": ("send(frame(16))", "doesn't belong"),
    "health-on-the-work-channel": ("send(frame(HEALTH))", "doesn't belong"),
    "finished-on-the-control-channel": ("send(frame(FINISHED), CONTROL)", "doesn't belong"),
    "output-on-the-control-channel": ("send(frame(OUTPUT, b'1'), CONTROL)", "doesn't belong"),
    "garbage-on-the-control-channel": ("send(b'\\xff' * 4096, CONTROL)", "unknown kind 255"),
    "long-frame-on-the-control-channel": ("send(frame(HEALTH, length=0xffffffff), CONTROL)", "was announced"),
    "ready-again": ("send(frame(READY, b'{\"concurrency\": 1000000000}', token=0))", "wrong time"),
    "setup-failed-now": ("send(frame(SETUP_FAILED, b'no', token=0))", "wrong time"),
    "log-of-no-stream": ("send(frame(LOG, b'x', detail=9))", "unknown detail 9"),
    "finished-in-an-unknown-way": ("send(frame(FINISHED, detail=0x80))", "unknown detail 128"),
    "output-of-a-later-prediction": ("send(frame(OUTPUT, b'1', token=me + 1))", "doesn't run"),
    "end-of-a-later-prediction": ("send(frame(FINISHED, token=me + 1000))", "doesn't run"),
    "log-of-a-later-prediction": ("send(frame(LOG, b'1', detail=1, token=me + 1))", "doesn't run"),
    "metric-of-no-prediction": ("send(frame(METRIC, b'{}', token=0))", "doesn't run"),
    "file-of-no-prediction": ("send_descriptors(frame(FILE, b'x', token=0), [5])", "doesn't run"),
    "output-that-is-cut-off": ("send(frame(OUTPUT, b'{\"a\": [1, 2'))", "it is not JSON"),
    "output-that-closes-the-answer": ('send(frame(OUTPUT, b\'1],"status":"succeeded","x":[1\'))', "it is not JSON"),
    "output-that-is-empty": ("send(frame(OUTPUT))", "it is not JSON"),
    "output-that-is-not-utf-8": ("send(frame(OUTPUT, b'\"\\xff\\xfe\"'))", "it is not JSON"),
    "output-with-a-raw-line-break": ("send(frame(OUTPUT, b'\"\\n\\ndata: forged\"'))", "it is not JSON"),
    "output-of-brackets": ("send(frame(OUTPUT, b'[' * 10_000_000))", "it is not JSON"),
    "result-that-is-not-json": ("send(frame(FINISHED, b'NaN', detail=4))", "it is not JSON"),
    "list-that-is-none": ("send(frame(FINISHED, b'17', detail=12))", "it is not a list"),
    "list-of-one-byte": ("send(frame(FINISHED, b'7', detail=12))", "it is not a list"),
    "list-that-is-empty": ("send(frame(FINISHED, b'', detail=12))", "it is not JSON"),
    "metric-that-is-not-json": ("send(frame(METRIC, b'\\x00\\x01'))", "it is not JSON"),
    "metric-that-is-a-number": ("send(frame(METRIC, b'1'))", "no mode"),
    "metric-of-an-unknown-mode": ('send(frame(METRIC, b\'{"mode":"x","name":"a","value":1}\'))', "no mode"),
    "metric-whose-mode-is-a-list": ('send(frame(METRIC, b\'{"mode":[],"name":"a","value":1}\'))', "no mode"),
    "metric-without-a-value": ('send(frame(METRIC, b\'{"mode":"replace","name":"a"}\'))', "no value"),
    "metric-of-a-million-parts": (
        'send(frame(METRIC, b\'{"mode":"replace","name":"\' + b\'a.\' * 1_000_000 + b\'a","value":1}\'))',
        "no usable name",
    ),
    "metric-without-a-name": ('send(frame(METRIC, b\'{"mode":"replace","name":"","value":1}\'))', "no usable name"),
    "file-without-a-descriptor": ("send(frame(FILE, b'x'))", "without its file descriptor"),
    "file-with-a-long-name": ("send_descriptors(frame(FILE, b'x' * 100_000), [5])", "the name is too long"),
    "two-descriptors": ("send_descriptors(frame(FILE, b'x'), [5, 5])", "belong to no output file"),
    "500-descriptors": (
        "send_descriptors(frame(FILE, b'x'), [5] * 250); send_descriptors(frame(FILE, b'y'), [5] * 250)",
        "belong to no output file",
    ),
    "500-times-a-descriptor": (
        "\nfor _ in range(500): send_descriptors(frame(LOG, b'x', detail=1), [5])",
        "belong to no output file",
    ),
    "descriptor-beside-a-log": ("send_descriptors(frame(LOG, b'x', detail=1), [5])", "belong to no output file"),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_frame_ends_the_worker_and_says_why(fresh, name):
    code, reason = FORGED[name]
    server = fresh("script")
    old = server.worker_pid()
    before = processes.descriptors(server.pid)
    answer = server.predict(forge(code + "\nwait()"), id="p").json
    assert (answer["id"], answer["status"]) == ("p", "failed")
    assert answer["error"].startswith("Worker crashed: ") and reason in answer["error"], answer["error"]
    wait_for(lambda: reason in server.log_text(), "the reason to be logged")
    check_survived(server, old)
    wait_for(lambda: processes.descriptors(server.pid) <= before, "no descriptor to be left")


COUNTERS = {
    "sent-is-the-least-number": ("counters()[8:16] = struct.pack('q', -2**63)", "`sent` in the shared memory"),
    "sent-is-the-greatest-number": ("counters()[8:16] = struct.pack('q', 2**63 - 1)", "`sent` in the shared memory"),
    "sent-is-too-much": ("counters()[8:16] = struct.pack('q', 10**9)", "`sent` in the shared memory"),
    "queued-is-beyond-the-end": ("counters()[0:8] = struct.pack('q', 1300000)", "`queued` in the shared memory"),
    "queued-is-negative": ("counters()[0:8] = struct.pack('q', -1)", "`queued` in the shared memory"),
    "queued-is-the-greatest-number": ("counters()[0:8] = struct.pack('q', 2**63 - 1)", "`queued` in the shared memory"),
    "taken-is-negative": ("counters()[16:24] = struct.pack('q', -1)", "`taken` in the shared memory"),
    "taken-is-wide": ("counters()[16:24] = struct.pack('q', 2**40)", "`taken` in the shared memory"),
    "taken-is-a-later-one": ("counters()[16:24] = struct.pack('q', me + 1)", "`taken` in the shared memory"),
    "all-bits": ("counters()[0:24] = b'\\xff' * 24", "in the shared memory"),
    "memory-that-was-cut-short": ("os.ftruncate(MEMORY, 100)", "the shared memory was cut short"),
    "memory-that-is-gone": ("os.ftruncate(MEMORY, 0)", "the shared memory was cut short"),
    "garbage-frames": (
        "m = mmap.mmap(MEMORY, 4096); m[64:164] = b'\\xee' * 100; m[0:8] = struct.pack('q', 100)",
        "unknown kind 238",
    ),
    "forged-end": (
        "m = mmap.mmap(MEMORY, 4096); f = frame(FINISHED, token=me + 7); m[64:64 + len(f)] = f; m[0:8] = struct.pack('q', len(f))",
        "doesn't run",
    ),
}


@pytest.mark.parametrize("name", COUNTERS)
def test_forged_shared_memory(fresh, name):
    """The server reads it when the worker has died; no byte that isn't the worker's gets into an answer."""
    code, reason = COUNTERS[name]
    server = fresh("script")
    old = server.worker_pid()
    answer = server.predict(forge(code + "\nos._exit(1)")).json
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Worker crashed: ") and reason in answer["error"], answer["error"]
    assert len(str(answer)) < 2000
    check_survived(server, old)


def test_worker_that_claims_to_have_begun_nothing_is_believed_a_few_times_only(fresh):
    """Predictions that a dead worker hadn't begun go to the next one; this one would never end."""
    server = fresh("script")
    answer = server.predict(forge("m = counters(); m[16:24] = bytes(8); os._exit(1)")).json
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Worker crashed")
    server.wait_status("READY")
    assert server.predict({"code": "return 1"}).json["output"] == 1


def test_prediction_that_was_heard_of_is_not_run_again(fresh):
    server = fresh("script")
    code = "open('count', 'a').write('x'); print('so far', flush=True); counters()[16:24] = bytes(8); os._exit(1)"
    answer = server.predict(forge(code)).json
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Worker crashed")
    assert answer["logs"].startswith("so far\nWorker crashed: ")
    assert (server.cwd / "count").read_text() == "x"


IGNORED = {
    "health-that-nobody-asked-for": "send(frame(HEALTH, b'\\xff\\x00', token=77), CONTROL)",
    "log-that-is-not-utf-8": "send(frame(LOG, b'\\xff\\xfe', detail=1))",
    "log-of-an-earlier-prediction": "send(frame(LOG, b'late', detail=1, token=me - 1))",
    "output-of-an-earlier-prediction": "send(frame(OUTPUT, b'1', token=me - 1))",
    "end-of-an-earlier-prediction": "send(frame(FINISHED, token=me - 1))",
    "metric-that-is-nested-deeply": (
        'send(frame(METRIC, b\'{"mode":"replace","name":"a","value":\' + b\'[\' * 500 + b\']\' * 500 + b\'}\'))'
    ),
    "metric-of-a-huge-number": 'send(frame(METRIC, b\'{"mode":"increment","name":"a","value":\' + b\'9\' * 400 + b\'}\'))',
}


@pytest.mark.parametrize("name", IGNORED)
def test_what_can_be_ignored_is_ignored(fresh, name):
    server = fresh("script")
    server.predict({"code": "return 1"})
    answer = server.predict(forge(IGNORED[name] + "\nreturn 'mine'"))
    assert (answer.json["status"], answer.json["output"]) == ("succeeded", "mine")
    assert "late" not in answer.json["logs"]


def test_logs_that_are_not_utf_8_are_shown_as_far_as_they_can_be(fresh):
    server = fresh("script")
    answer = server.predict(forge("send(frame(LOG, b'a\\xffb\\n', detail=1))"))
    assert answer.json["logs"] == "a\ufffdb\n"


@pytest.mark.parametrize("seed", range(6))
def test_random_bytes(fresh, seed):
    """Bytes of all kinds, half of them in the form of frames, on both channels and in the shared memory."""
    chance = random.Random(seed)
    data = chance.randbytes(3000)
    for _ in range(20):
        kind = chance.choice([1, 16, 32, 33, 34, 35, 36, 37, 38, 48])
        content = chance.randbytes(chance.randrange(50))
        frame = struct.pack("=IBBHI", len(content), kind, chance.randrange(4), 0, chance.randrange(4)) + content
        data = frame + data
    server = fresh("script")
    old = server.worker_pid()
    channel = ("WORK", "CONTROL")[seed % 2]
    code = f"m = mmap.mmap(MEMORY, 4096); m[:] = {chance.randbytes(4096)!r}\nsend({data!r}, {channel})\nwait()"
    answer = server.predict(forge(code)).json
    assert answer["status"] == "failed" and answer["error"].startswith("Worker crashed: ")
    check_survived(server, old)


def test_every_prediction_of_the_worker_fails_with_the_reason(fresh):
    server = fresh("script_async", env={"COG_MAX_CONCURRENCY": "4"})
    others = [server.begin({"code": "import asyncio; await asyncio.sleep(600)"}) for _ in range(3)]
    wait_for(lambda: "cog_predictions_running 3" in server.get("/metrics").text, "three predictions to run")
    answers = [server.predict(forge("send(frame(255)); wait()")), *(other.result() for other in others)]
    for answer in answers:
        assert answer.json["status"] == "failed"
        assert answer.json["error"].startswith("Worker crashed: ") and "unknown kind" in answer.json["error"]


def test_frames_of_a_prediction_that_waits_in_the_queue_are_refused(fresh):
    server = fresh("script", env={"COG_QUEUE_LIMIT": "4"})
    first = server.begin(
        forge(
            "\nwhile not os.path.exists('go'): time.sleep(0.01)\nsend(frame(FINISHED, b'9', detail=4, token=me + 1)); wait()"
        )
    )
    wait_for(lambda: "cog_predictions_running 1" in server.get("/metrics").text, "the first to run")
    second = server.begin({"code": "return 2"})
    wait_for(lambda: "cog_predictions_queued 1" in server.get("/metrics").text, "the second to wait")
    (server.cwd / "go").touch()
    assert "doesn't run" in first.result().json["error"]
    assert second.result().json["output"] == 2


def test_worker_that_writes_without_end(fresh):
    """A flood on any of the worker's descriptors delays nobody else."""
    server = fresh("script")
    code = """
import threading
def flood(number, data):
    while True: os.write(number, data)
for number, data in ((1, b'x' * 65536), (2, b'y' * 65536), (WORK, frame(LOG, b'z' * 50000, detail=1, token=0))):
    threading.Thread(target=flood, args=(number, data), daemon=True).start()
time.sleep(600)
"""
    running = server.begin(forge(code), id="p")
    wait_for(lambda: server.get("/predictions/p").status == 200, "the prediction to run")
    for _ in range(20):
        assert server.get("/health-check").json["status"] == "BUSY"
    processes.kill(server.worker_pid())
    assert running.result().json["error"].startswith("Worker crashed")


def test_worker_that_reads_no_more(fresh):
    """Predictions find no way to it any more: it is replaced, instead of waited for."""
    server = fresh("script_async", env={"COG_MAX_CONCURRENCY": "2"})
    old = server.worker_pid()
    code = "s = socket.socket(fileno=os.dup(WORK)); s.shutdown(socket.SHUT_RD); open('reached', 'w').close(); wait()"
    running = server.begin(forge(code))
    server.mark_reached("reached")
    assert server.predict({"code": "return 'by the next'"}).json["output"] == "by the next"
    assert running.result().json["error"].startswith("Worker crashed")
    check_survived(server, old)


READY = {
    "garbage": "b'\\x00\\xff'",
    "not-an-object": "b'[]'",
    "negative": "b'{\"concurrency\":-5}'",
    "zero": "b'{\"concurrency\":0}'",
    "too-many": "b'{\"concurrency\":9223372036854775807}'",
    "beyond-64-bits": "b'{\"concurrency\":99999999999999999999999}'",
    "a-fraction": "b'{\"concurrency\":1.5}'",
    "a-text": 'b\'{"concurrency":"1"}\'',
    "nested-deeply": 'b\'{"concurrency":1,"schema":\' + b\'{"a":\' * 100000 + b"1" + b"}" * 100001',
}


@pytest.mark.parametrize("name", READY)
def test_forged_report_of_the_setup_is_a_failed_setup(fresh, name):
    source = (
        "from cog import BaseRunner\n\nclass Runner(BaseRunner):\n    def setup(self):\n"
        + "".join(f"        {line}\n" for line in FORGER.strip().splitlines())
        + f"        send(frame(READY, {READY[name]}))\n        wait()\n\n    def run(self) -> int:\n        return 1\n"
    )
    server = fresh(source=source, until="SETUP_FAILED")
    assert server.get("/").status == 200


WRONG_TYPES = {
    "files": '{"concurrency":1,"files":"x"}',
    "files-of-numbers": '{"concurrency":1,"files":[1,null,{}]}',
    "healthcheck": '{"concurrency":1,"healthcheck":[1]}',
    "schema": '{"concurrency":1,"schema":17}',
    "schema-of-wrong-parts": '{"concurrency":1,"schema":{"components":{"schemas":{"Input":[],"Output":7}},"paths":3}}',
    "schema-in-circles": '{"concurrency":1,"schema":{"components":{"schemas":{"Input":{"$ref":"#/components/schemas/Input"}}}}}',
    "checks": '{"concurrency":1,"schema":{},"checks":"x"}',
}


@pytest.mark.parametrize("name", WRONG_TYPES)
def test_forged_report_with_wrong_types_leaves_the_server_alive(fresh, name):
    source = (
        "from cog import BaseRunner\n\nclass Runner(BaseRunner):\n    def setup(self):\n"
        + "".join(f"        {line}\n" for line in FORGER.strip().splitlines())
        + f"        send(frame(READY, {WRONG_TYPES[name].encode()!r}))\n        wait()\n\n    def run(self) -> int:\n"
        + "        return 1\n"
    )
    server = fresh(source=source, until=None)
    wait_for(lambda: server.status() in ("READY", "SETUP_FAILED"), "the report to be read")
    for path in ("/", "/openapi.json", "/health-check"):
        assert server.get(path).status in (200, 503)
    answer = server.predict_async({"x": [1]})
    assert answer.status in (202, 422, 503)
    if answer.status == 202:
        path = f"/predictions/{answer.json['id']}"
        server.post(path + "/cancel")
        processes.kill(server.worker_pid())
        wait_for(lambda: server.get(path).json["status"] == "canceled", "the prediction to end with its worker")


def test_output_above_the_limit_of_a_frame_fails_the_prediction_only(fresh):
    """Zeroed memory costs nothing until it is read."""
    server = fresh("script")
    old = server.worker_pid()
    code = "import _coglet; _coglet.send(FINISHED, 4, me, bytes((1 << 30) + 1), -1, 1)"
    answer = server.predict(forge(code)).json
    assert answer["status"] == "failed"
    assert (
        answer["error"]
        == "Prediction failed: ValueError: the output is larger than 1 GiB as JSON text; return it as a file"
    )
    assert server.worker_pid() == old
