"""Following a prediction by GET, as a browser's EventSource does: ids, coming back, what is gone."""

import time

import pytest
from support.waiting import wait_for

pytestmark = pytest.mark.ours

TALK = "import sys\nfor n in range(5):\n    print(n)\n    yield 'x' * 3000 * (n % 2) + str(n)"


@pytest.fixture
def script(shared):
    return shared("script_stream")


def follow(server, id, after=None, method="GET"):
    headers = {} if after is None else {"Last-Event-ID": after}
    return server.client().stream(method, f"/predictions/{id}", headers=headers)


def events(server, id, after=None):
    with follow(server, id, after) as stream:
        assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream")
        return stream.events()


def test_every_event_can_be_the_last_one_seen(script):
    with script.stream({"code": TALK}, id="talk") as own:
        told = own.events()
        assert all(event.id == "" for event in told)  # as the original's clients know it
        assert b"id:" not in own.raw
    found = events(script, "talk")
    assert [(e.name, e.data) for e in found] == [(e.name, e.data) for e in told]
    numbers = [int(event.id) for event in found]
    assert numbers == list(range(numbers[0], numbers[0] + len(found)))
    for index, event in enumerate(found[:-1]):
        assert events(script, "talk", event.id) == found[index + 1 :]
    with follow(script, "talk", found[-1].id) as stream:
        assert (stream.status, stream.read()) == (204, b"")


@pytest.mark.parametrize("begin", ["async", "put", "stream"])
def test_a_reader_comes_back_to_a_running_prediction(fresh, begin):
    server = fresh("gate_stream")
    own = None
    if begin == "async":
        assert server.predict_async(id="a").status == 202
    elif begin == "put":
        answer = server.put("/predictions/a", {"input": {}}, {"Prefer": "respond-async"})
        assert answer.status == 202
    else:
        own = server.stream(id="a")
    server.mark_reached("reached")
    seen = []
    while [e.name for e in seen].count("output") < 2:
        # One event at a time; each leaves the prediction alone.
        with follow(server, "a", seen[-1].id if seen else None) as stream:
            seen.append(next(stream))
    with follow(server, "a", seen[-1].id) as stream:
        (server.cwd / "go").touch()
        seen += stream.events()
    assert seen == events(server, "a")
    assert [e.name for e in seen] == ["start", "log", "output", "output", "output", "completed"]
    assert seen[-1].data["status"] == "succeeded"
    if own:
        assert own.events()[-1].data["output"] == [0, 1, 2]
        own.close()


def test_a_reader_neither_cancels_a_prediction_nor_keeps_it(fresh):
    server = fresh("gate_stream")
    assert server.predict_async(id="bg").status == 202
    server.mark_reached("reached")
    follow(server, "bg").close()
    time.sleep(0.2)
    assert server.status() == "BUSY"
    (server.cwd / "go").touch()
    server.wait_status("READY")
    own = server.stream({"name": "never"}, id="own")
    own.until("output")
    with follow(server, "own") as reader:
        reader.until("output")
        own.close()
        assert reader.events()[-1].data["status"] == "canceled"


LONG = "import os, time\nfor n in range(100): yield n\nwhile not os.path.exists('go'): time.sleep(0.01)"


def test_what_is_gone_is_told(fresh):
    server = fresh("script_stream", env={"COG_STREAM_HISTORY_CAPACITY": "10"})
    assert server.predict_async({"code": LONG}, id="t").status == 202
    wait_for(lambda: len(server.get("/predictions/t").json.get("output") or []) == 100, "all chunks at the server")
    (lost,) = events(server, "t")
    assert (lost.name, lost.data["skipped"]) == ("error", 91)
    # A client that resumes from there gets the rest.
    with follow(server, "t", lost.id) as stream:
        found = [next(stream) for _ in range(10)]
        assert [e.data["chunk"] for e in found] == list(range(90, 100))
        (server.cwd / "go").touch()
        found += stream.events()
    assert [e.id for e in found] == [str(int(lost.id) + 1 + n) for n in range(11)]
    (lost,) = events(server, "t", str(int(lost.id) - 5))
    assert (lost.name, lost.data["skipped"]) == ("error", 5)


def test_ids_of_another_prediction_are_refused(script):
    for _ in range(2):
        last = script.predict({"code": "yield 1"}, id="again")
        assert last.status == 200
        found = events(script, "again")
        for other in ("0", "x", str(int(found[0].id) - 2), str(int(found[-1].id) + 1)):
            (error,) = events(script, "again", other)
            assert (error.name, events(script, "again", error.id)) == ("error", found)


def test_refusals(script, shared):
    with follow(script, "nobody") as stream:
        assert (stream.status, stream.headers["content-type"]) == (404, "application/json")
    noop = shared("noop")
    assert noop.predict(id="plain").status == 200
    with follow(noop, "plain") as stream:
        assert stream.status == 406
    assert script.predict({"code": "yield 1"}, id="head").status == 200
    with follow(script, "head", method="HEAD") as stream:
        assert (stream.status, stream.headers["content-type"], stream.read()) == (200, "text/event-stream", b"")
