"""Event streams: every byte, attaching, replay, slow readers, disconnects (6)."""

import json
import re
import time

import pytest
from support.waiting import Background, wait_for

EXAMPLE = """
import sys
from typing import Iterator
from cog import BaseRunner, streaming
class Runner(BaseRunner):
    @streaming
    def run(self) -> Iterator[str]:
        print("log1")
        print("err1", file=sys.stderr)
        self.record_metric("m.x", 1)
        self.record_metric("cnt", 2, mode="incr")
        self.record_metric("l", "v", mode="append")
        for n in range(3):
            yield f"tok{n}"
"""
EVENTS = """event: start
data: {"id":"b1","status":"processing"}

event: log
data: {"data":"log1\\n","source":"stdout"}

event: log
data: {"data":"err1\\n","source":"stderr"}

event: metric
data: {"mode":"replace","name":"m.x","value":1}

event: metric
data: {"mode":"increment","name":"cnt","value":2}

event: metric
data: {"mode":"append","name":"l","value":"v"}

event: output
data: {"chunk":"tok0","index":0}

event: output
data: {"chunk":"tok1","index":1}

event: output
data: {"chunk":"tok2","index":2}

event: completed
data: """


@pytest.fixture
def script(shared):
    return shared("script_stream")


def events(stream):
    return [(event.name, event.data) for event in stream.events()]


def outputs(found):
    return [event.data["chunk"] for event in found if event.name == "output"]


@pytest.mark.every_python
def test_stream_byte_for_byte(shared):
    with shared(source=EXAMPLE).stream(id="b1") as stream:
        assert stream.status == 200
        assert stream.headers["content-type"] == "text/event-stream"
        assert stream.headers["cache-control"] == "no-cache"
        assert stream.headers["transfer-encoding"] == "chunked"
        last = stream.events()[-1].data
        raw = stream.raw.decode()
    assert raw.startswith(EVENTS)
    assert raw.endswith("}\n\n")
    assert raw[len(EVENTS) :].count("\n") == 2
    assert list(last) == sorted(last)
    for name in ("created_at", "started_at", "completed_at"):
        last.pop(name, None)
    assert last["metrics"].pop("predict_time") > 0
    assert last == {
        "id": "b1",
        "logs": "log1\nerr1\n",
        "metrics": {"cnt": 2, "l": ["v"], "m": {"x": 1}},
        "output": ["tok0", "tok1", "tok2"],
        "status": "succeeded",
    }


def test_connection_serves_on_after_a_stream(script):
    with script.client() as client:
        stream = client.stream("POST", "/predictions", {"input": {"code": "yield 1"}})
        assert outputs(stream.events()) == [1]
        assert client.request("GET", "/health-check").status == 200


def test_events_come_as_they_happen(fresh):
    server = fresh("gate_stream")
    with server.stream() as stream:
        found = stream.until("output") + stream.until("output")
        assert outputs(found) == [0, 1]
        (server.cwd / "go").touch()
        assert stream.events()[-1].data["output"] == [0, 1, 2]


def test_failure_in_the_middle(script):
    with script.stream({"code": "yield 'a'\nraise ValueError('mid')"}) as stream:
        found = stream.events()
    assert outputs(found) == ["a"]
    last = found[-1]
    assert last.name == "completed"
    assert last.data["error"].endswith("ValueError: mid")
    assert (last.data["output"], last.data["status"]) == (["a"], "failed")


def test_empty_generator(script):
    with script.stream({"code": "return"}) as stream:
        found = stream.events()
    assert [e.name for e in found] == ["start", "completed"]
    assert found[-1].data["output"] == []


def test_cancelled_stream_ends_with_what_was_yielded(fresh):
    server = fresh("gate_stream")
    with server.stream(id="c") as stream:
        server.mark_reached("reached")
        assert server.cancel("c").status == 200
        last = stream.events()[-1]
    assert (last.data["status"], last.data["output"]) == ("canceled", [0, 1])
    assert "error" not in last.data


@pytest.mark.every_python
def test_crashed_worker_ends_the_stream(fresh):
    with fresh("script_stream").stream({"code": "yield 1\nimport time, os; time.sleep(0.2); os._exit(1)"}) as stream:
        last = stream.events()[-1]
    assert (last.name, last.data["status"]) == ("completed", "failed")
    assert last.data["error"].startswith("Worker crashed")
    assert last.data["output"] == [1]


def test_refusals_before_the_stream_are_plain_json(script):
    with script.client().stream("POST", "/predictions", {"input": {}}) as stream:
        assert (stream.status, stream.headers["content-type"]) == (422, "application/json")


def test_metric_deletion_is_a_replacement_by_null(script):
    code = "import cog\nm = cog.current_scope().metrics\nm['a'] = 1\ndel m['a']\nyield 1"
    with script.stream({"code": code}) as stream:
        found = [e.data for e in stream.events() if e.name == "metric"]
    assert found[-1] == {"mode": "replace", "name": "a", "value": None}


@pytest.mark.ours
@pytest.mark.every_python
def test_d28_async_generator_streams_item_by_item(fresh):
    server = fresh("script_async_stream")
    code = "import asyncio, os\nyield 1\nyield 2\nwhile not os.path.exists('go'): await asyncio.sleep(0.01)\nyield 3"
    with server.client(timeout=5).stream("POST", "/predictions", {"input": {"code": code}}) as stream:
        assert outputs(stream.until("output") + stream.until("output")) == [1, 2]
        (server.cwd / "go").touch()
        assert stream.events()[-1].data["output"] == [1, 2, 3]


@pytest.mark.ours
def test_d32_index_counts_every_chunk(script):
    code = "import pathlib\np = pathlib.Path('o.txt'); p.write_text('x')\nyield p\nyield 's'\nyield {'a': 1}\nyield 'x' * (7 << 20)\nyield p"
    with script.stream({"code": code}) as stream:
        found = [e.data for e in stream.events() if e.name == "output"]
    assert [e["index"] for e in found] == [0, 1, 2, 3, 4]
    assert found[0]["chunk"] == found[4]["chunk"] == "data:text/plain;base64,eA=="


# MARK: - Attaching


def attach(server, id):
    return server.client().stream("PUT", f"/predictions/{id}", {"input": {}})


def test_attach_replays_everything_then_goes_on(fresh):
    server = fresh("gate_stream")
    assert server.predict_async(id="a").status == 202
    server.mark_reached("reached")
    with attach(server, "a") as one, attach(server, "a") as two:
        assert one.status == two.status == 200
        first = [one.until("output"), two.until("output")]
        (server.cwd / "go").touch()
        both = [first[0] + one.events(), first[1] + two.events()]
    for found in both:
        assert [e.name for e in found] == ["start", "log", "output", "output", "output", "completed"]
        assert found[-1].data["output"] == [0, 1, 2]


def test_put_starts_a_stream_of_its_own(script):
    with script.client().stream("PUT", "/predictions/new", {"input": {"code": "yield 1"}}) as stream:
        found = stream.events()
    assert (found[0].data["id"], found[-1].data["output"]) == ("new", [1])


LONG = "import os, time\nfor n in range(100): yield n\nopen('reached', 'w').close()\nwhile not os.path.exists('go'): time.sleep(0.01)"


def test_truncated_history_is_told(fresh):
    server = fresh("script_stream", env={"COG_STREAM_HISTORY_CAPACITY": "10"})
    assert server.predict_async({"code": LONG}, id="t").status == 202
    server.mark_reached("reached")
    wait_for(lambda: len(server.get("/predictions/t").json["output"]) == 100, "all chunks at the server")
    with attach(server, "t") as stream:
        found = stream.events()
    assert [(e.name, e.data) for e in found] == [
        ("error", {"error": "SSE stream replay truncated; events were dropped", "skipped": 91})
    ]
    assert server.status() == "BUSY"
    (server.cwd / "go").touch()
    server.wait_status("READY")


def test_capacity_zero_gives_live_events_only(fresh):
    server = fresh("gate_stream", env={"COG_STREAM_HISTORY_CAPACITY": "0"})
    with server.stream(id="z") as own:
        # The server has them all before anybody else comes.
        assert [next(own).name for _ in range(4)] == ["start", "log", "output", "output"]
        with attach(server, "z") as late:
            (server.cwd / "go").touch()
            assert [e.name for e in late.events()] == ["output", "completed"]
        assert [e.name for e in own.events()] == ["output", "completed"]


@pytest.mark.ours
def test_d33_slow_reader_misses_nothing(script):
    code = "for n in range(20_000): yield 'x' * 200 + str(n)\nopen('yielded', 'w').close()"
    body = json.dumps({"input": {"code": code}}).encode()
    with script.raw(timeout=60) as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        raw.read_until(b"event: start")
        # Not reading: the model runs far ahead, or is held back; either is fine.
        end = time.monotonic() + 3
        while time.monotonic() < end and not (script.cwd / "yielded").exists():
            time.sleep(0.02)
        data = raw.read_to_end()
    assert [int(n) for n in re.findall(rb'"index":(\d+)}\n', data)] == list(range(20_000))
    assert data.count(b"event: completed") == 1
    script.wait_status("READY")


def test_slow_reader_costs_other_clients_nothing(fresh):
    server = fresh("script_async_stream", env={"COG_MAX_CONCURRENCY": "2"})
    body = json.dumps({"input": {"code": "for n in range(5000): yield 'x' * 2000"}}).encode()
    with server.raw() as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        for n in range(20):
            assert server.predict({"code": f"yield {n}"}).json["output"] == [n]
            assert server.get("/health-check").status == 200


def test_silence_is_filled_with_comments(fresh):
    server = fresh("gate_stream")
    with server.client(timeout=30).stream("POST", "/predictions", {"input": {}}) as stream:
        names = [next(stream).name for _ in range(5)]
        assert names == ["start", "log", "output", "output", ":"]
        assert stream.raw.endswith(b": keep-alive\n")
        (server.cwd / "go").touch()
        assert stream.events()[-1].name == "completed"


# MARK: - Disconnects (6.4)


@pytest.mark.every_python
def test_prediction_of_a_stream_ends_with_its_only_reader(fresh):
    server = fresh("gate_stream")
    stream = server.stream(id="gone")
    stream.until("output")
    server.mark_reached("reached")
    stream.close()
    server.wait_status("READY")
    assert not (server.cwd / "go").exists()


def test_prediction_of_a_stream_goes_on_for_another_reader(fresh):
    server = fresh("gate_stream")
    stream = server.stream(id="two")
    server.mark_reached("reached")
    with attach(server, "two") as other:
        other.until("output")
        stream.close()
        answer = Background(other.events)
        time.sleep(0.3)
        assert not answer.done()
        (server.cwd / "go").touch()
        assert answer.result()[-1].data["output"] == [0, 1, 2]


def test_asynchronous_prediction_goes_on_without_readers(fresh):
    server = fresh("gate_stream")
    assert server.predict_async(id="bg").status == 202
    server.mark_reached("reached")
    attach(server, "bg").close()
    time.sleep(0.2)
    assert server.status() == "BUSY"
    (server.cwd / "go").touch()
    server.wait_status("READY")


def test_readers_and_the_synchronous_client_see_the_same(fresh):
    server = fresh("gate_stream")
    running = server.begin(id="s")
    server.mark_reached("reached")
    with attach(server, "s") as stream:
        (server.cwd / "go").touch()
        assert outputs(stream.events()) == running.result().json["output"] == [0, 1, 2]


def test_many_streams_at_once(fresh):
    server = fresh("script_async_stream", env={"COG_MAX_CONCURRENCY": "16"})
    code = "import asyncio\nfor n in range(50):\n  yield n\n  await asyncio.sleep(0)"
    streams = [server.client().stream("POST", "/predictions", {"input": {"code": code}}) for _ in range(16)]
    for stream in streams:
        assert outputs(stream.events()) == list(range(50))
        stream.close()
    wait_for(lambda: server.status() == "READY", "all slots free")
