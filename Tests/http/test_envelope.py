"""The request body, its content type, the order of checks, Prefer and Accept, PUT (2.5 – 2.8)."""

import json
import shutil
import time
from pathlib import Path

import pytest
from support.waiting import Background, wait_for

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def server(shared):
    return shared("noop")


@pytest.fixture
def script(shared):
    return shared("script")


def raw_post(server, body, headers=JSON, path="/predictions"):
    return server.request("POST", path, body, headers)


SYNTAX = "Failed to parse the request body as JSON"
TYPES = "Failed to deserialize the JSON body into the target type"


@pytest.mark.parametrize(
    ("body", "status", "prefix"),
    [
        (b"", 400, SYNTAX),
        (b'{"input":}', 400, SYNTAX),
        (b'{"input":{}', 400, SYNTAX),
        (b'{"input":{}} trailing', 400, SYNTAX),
        (b'{"input":{}}{}', 400, SYNTAX),
        (b"{bad", 400, SYNTAX),
        (b"{'a':1}", 400, SYNTAX),
        (b'{"a":1,}', 400, SYNTAX),
        (b'{"a":01}', 400, SYNTAX),
        (b'{"a":+1}', 400, SYNTAX),
        (b'{"a":.5}', 400, SYNTAX),
        (b'{"a":5.}', 400, SYNTAX),
        (b'{"a":0x10}', 400, SYNTAX),
        (b'{"a":tru}', 400, SYNTAX),
        (b'{"a":True}', 400, SYNTAX),
        (b'{/* c */"a":1}', 400, SYNTAX),
        (b'{"a":"\\x"}', 400, SYNTAX),
        (b'{"a":"\n"}', 400, SYNTAX),
        (b'{"input":{"s":"\xff"}}', 400, SYNTAX),
        (b'{"input":{"s":"\\ud800"}}', 400, SYNTAX),
        (b'{"input":{"n":NaN}}', 400, SYNTAX),
        (b'{"input":{"n":Infinity}}', 400, SYNTAX),
        (b'{"input":{"n":-Infinity}}', 400, SYNTAX),
        (b'{"input":{"n":1e400}}', 400, SYNTAX),
        (b'{"input":' + b"[" * 200 + b"]" * 200 + b"}", 400, SYNTAX),
        (b"\x00", 400, SYNTAX),
        (b"null", 422, TYPES),
        (b"5", 422, TYPES),
        (b'"x"', 422, TYPES),
        (b'{"id":5}', 422, TYPES),
        (b'{"id":{}}', 422, TYPES),
        (b'{"webhook":5}', 422, TYPES),
        (b'{"webhook_events_filter":["bogus"]}', 422, TYPES),
        (b'{"webhook_events_filter":["Start"]}', 422, TYPES),
        (b'{"webhook_events_filter":null}', 422, TYPES),
        (b'{"webhook_events_filter":"start"}', 422, TYPES),
        (b'{"context":{"a":1}}', 422, TYPES),
        (b'{"context":null}', 422, TYPES),
        (b'{"context":[]}', 422, TYPES),
        (b'{"input":{},"input":{}}', 422, TYPES),
        (b'{"id":"a","id":"a"}', 422, TYPES),
    ],
)
def test_refused_body(server, body, status, prefix):
    answer = raw_post(server, body)
    assert (answer.status, answer.json["error"].split(":")[0]) == (status, prefix)
    assert answer.json["status"] == "failed"
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"input":null}',
        b'{"input":{}}',
        b' \r\n\t{"input":{}}\n ',
        b'{"id":null,"webhook":null}',
        b'{"context":{}}',
        b'{"context":{"a":"b"}}',
        b'{"webhook_events_filter":[]}',
        b'{"webhook_events_filter":["start","start","logs","output","completed"]}',
        b'{"created_at":5,"output_file_prefix":"x","Input":{"s":5},"input":{}}',
        b'{"input":{"unknown":1,"unknown":2}}',
        b'{"input":{"deep":' + b"[" * 100 + b"]" * 100 + b"}}",
    ],
)
def test_accepted_body(server, body):
    answer = raw_post(server, body)
    assert (answer.status, answer.json["output"]) == (200, "ok")


def test_nesting_limit(script):
    """127 containers pass, 128 do not, body and input included."""

    def nested(depth):
        inner = depth - 2
        return b'{"input":{"code":"return 1","x":' + b"[" * inner + b"]" * inner + b"}}"

    assert raw_post(script, nested(127)).status == 200
    assert raw_post(script, nested(128)).status == 400


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=latin-1",
        "application/vnd.api+json",
        "application/x+json; a=b",
    ],
)
def test_json_content_types(server, kind):
    assert raw_post(server, b"{}", {"Content-Type": kind}).status == 200
    assert raw_post(server, b"{bad", {"Content-Type": kind}).status == 400


@pytest.mark.parametrize(
    "kind",
    [
        "text/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "*/*",
        "json",
        "application/jsonx",
        "image/svg+xml",
        ";",
    ],
)
def test_other_content_types_are_415(server, kind):
    answer = raw_post(server, b"{}", {"Content-Type": kind})
    assert answer.status == 415
    assert answer.json == {"error": "Expected request with `Content-Type: application/json`", "status": "failed"}
    assert server.request("PUT", "/predictions/x", b"{}", {"Content-Type": kind}).status == 415


def test_no_body_and_no_content_type_is_empty_input(server):
    with server.raw() as raw:
        raw.send(b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert raw.read_response().json["output"] == "ok"
        # One after the other on the original needs a breath in between (D17).
    server.wait_status("READY")
    with server.raw() as raw:
        raw.send(b"POST /predictions HTTP/1.1\r\nHost: x\r\n\r\n")
        assert raw.read_response().json["output"] == "ok"


@pytest.mark.ours
def test_d11_body_without_content_type_is_read_as_json(script):
    with script.raw() as raw:
        body = json.dumps({"input": {"code": "return 'read'"}}).encode()
        raw.send(b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        assert raw.read_response().json.get("output") == "read"


def test_duplicate_keys_inside_input_take_the_last_value(script):
    answer = raw_post(script, b'{"input":{"code":"return 1","code":"return 2"}}')
    assert answer.json["output"] == 2


def test_escapes_and_unicode_pass_through(script):
    answer = raw_post(script, rb'{"input":{"code":"return [\"\u00fc\ud83d\ude00\u2027\\u0000\", 7]"}}')
    assert answer.json["output"] == ["ü😀\u2027\0", 7]


def test_generated_id_and_own_id(server):
    generated = server.predict().json["id"]
    assert generated
    assert generated != server.predict().json["id"]
    assert server.predict(id="mine").json["id"] == "mine"
    assert server.predict(id="a b/ü?#%").json["id"] == "a b/ü?#%"


def test_answer_has_sorted_envelope_keys(server):
    keys = list(server.predict(id="k").json)
    assert keys == sorted(keys)
    assert {"id", "logs", "metrics", "output", "status"} <= {*keys}


def test_context_reaches_the_model(script):
    answer = script.predict({"code": "import cog; return cog.current_scope().context"}, context={"user": "ü", "n": "1"})
    assert answer.json["output"] == {"n": "1", "user": "ü"}


# MARK: - Order of checks (2.6)


def test_content_type_is_checked_before_syntax_and_types_before_input(script):
    assert raw_post(script, b"{bad", {"Content-Type": "text/plain"}).status == 415
    assert raw_post(script, b'{"id":5,"input":{"code":5}}').json["error"].startswith(TYPES)


def test_input_is_checked_before_slots(fresh):
    server = fresh("gate")
    running = server.begin()
    server.mark_reached("reached")
    assert server.predict({"name": 5}).status == 422
    assert server.post("/predictions", {"input": {}}).status == 409
    (server.cwd / "go").touch()
    assert running.result().status == 200


# MARK: - Prefer and Accept (2.7)


def mode(server, headers):
    """Which answer a model that takes a moment gives: "sync", "async", or "stream"."""
    body = {"input": {"code": "import time; time.sleep(0.2); yield 'x'"}}
    with server.client() as client:
        sent = {"Content-Type": "application/json", **headers}
        client._connection.request("POST", "/predictions", json.dumps(body), sent)
        answer = client._connection.getresponse()
        kind = answer.getheader("content-type")
        data = answer.read()
    server.wait_status("READY")
    if kind == "text/event-stream":
        return "stream"
    if answer.status == 202:
        assert json.loads(data)["status"] in ("starting", "processing")
        return "async"
    assert json.loads(data)["output"] == ["x"]
    return "sync"


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({}, "sync"),
        ({"Prefer": "respond-async"}, "async"),
        ({"Prefer": "  respond-async  "}, "async"),
        ({"prefer": "respond-async"}, "async"),
        ({"Prefer": "return=minimal"}, "sync"),
        ({"Prefer": "wait=5"}, "sync"),
        ({"Prefer": "respond-asynchronously"}, "sync"),
        ({"Accept": "text/event-stream"}, "stream"),
        ({"Accept": "text/html, text/event-stream"}, "stream"),
        ({"Accept": "text/event-stream;q=0.5, */*"}, "stream"),
        ({"Accept": "text/*"}, "sync"),
        ({"Accept": "*/*"}, "sync"),
        ({"Accept": "text/html"}, "sync"),
        ({"Accept": "application/json"}, "sync"),
        ({"Accept": "text/event-stream", "Prefer": "respond-async"}, "stream"),
    ],
)
def test_response_mode(shared, headers, wanted):
    assert mode(shared("script_stream"), headers) == wanted


@pytest.mark.ours
@pytest.mark.parametrize(
    "value",
    [
        "Respond-Async",
        "respond-async;x=1",
        "return=minimal, respond-async",
        "respond-async, return=minimal",
        ', respond-async, x="a,b"',
    ],
)
def test_d13_prefer_is_parsed_as_rfc_7240(shared, value):
    assert mode(shared("script_stream"), {"Prefer": value}) == "async"


@pytest.mark.ours
def test_d13_every_prefer_field_counts(script):
    body = json.dumps({"input": {"code": "import time; time.sleep(0.2)"}}).encode()
    with script.raw() as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nPrefer: return=minimal\r\n"
            b"Prefer: respond-async\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        assert raw.read_response().status == 202


@pytest.mark.ours
def test_d13_wait_bounds_how_long_an_asynchronous_answer_may_wait(fresh):
    server = fresh("gate")
    began = time.monotonic()
    answer = server.post("/predictions", {"id": "w"}, {"Prefer": "respond-async, wait=1"})
    assert answer.status == 202
    assert time.monotonic() - began < 10
    (server.cwd / "go").touch()
    server.wait_status("READY")


def test_asynchronous_answer(script):
    answer = script.predict_async({"code": "return 1"}, id="mine")
    assert answer.status == 202
    assert (answer.json["id"], answer.json["status"]) == ("mine", "starting")
    script.wait_status("READY")


def test_asynchronous_prediction_survives_its_client(fresh):
    server = fresh("script")
    assert server.predict_async({"code": "import time; time.sleep(0.3); open('done', 'w')"}).status == 202
    server.mark_reached("done")


def test_event_stream_of_a_model_without_streaming_is_406(server):
    for method, path in (("POST", "/predictions"), ("PUT", "/predictions/x")):
        with server.client().stream(method, path, {}) as stream:
            assert stream.status == 406
            error = "This model does not support streaming responses. Add @cog.streaming to predict() to enable SSE."
            assert json.loads(stream.read()) == {"error": error, "status": "failed"}


def test_406_comes_before_input_errors(script):
    with script.client().stream("POST", "/predictions", {"input": {"code": 5}}) as stream:
        assert stream.status == 406


# MARK: - PUT (2.8)


def test_put_runs_a_new_prediction(script):
    answer = script.put("/predictions/p1", {"input": {"code": "return 1"}})
    assert (answer.status, answer.json["id"], answer.json["output"]) == (200, "p1", 1)


def test_put_with_the_same_id_in_the_body(script):
    answer = script.put("/predictions/p2", {"id": "p2", "input": {"code": "return 1"}})
    assert answer.json["output"] == 1


def test_put_with_another_id_in_the_body_is_422(script):
    answer = script.put("/predictions/p3", {"id": "other", "input": {"code": 5}})
    assert answer.status == 422
    assert answer.json == {
        "detail": [
            {"loc": ["body", "id"], "msg": "prediction ID must match the ID supplied in the URL", "type": "value_error"}
        ]
    }


def test_put_asynchronously(script):
    answer = script.put("/predictions/p4", {"input": {"code": "return 1"}}, {"Prefer": "respond-async"})
    assert (answer.status, answer.json["id"], answer.json["status"]) == (202, "p4", "starting")
    script.wait_status("READY")


@pytest.mark.parametrize(
    ("segment", "id"),
    [
        ("%C3%BC%20x", "ü x"),
        ("a%2Fb", "a/b"),
        ("a+b", "a+b"),
        ("%zz", "%zz"),
        ("a%", "a%"),
        ("%41", "A"),
        ("a%3Fb", "a?b"),
    ],
)
def test_id_of_the_path_is_percent_decoded(script, segment, id):
    answer = script.put(f"/predictions/{segment}", {"input": {"code": "return 1"}})
    assert answer.json["id"] == id
    script.wait_status("READY")


def test_id_that_is_not_utf_8_is_400(script):
    answer = script.put("/predictions/%ff", {"input": {"code": "return 1"}})
    assert answer.status == 400
    assert answer.json == {"error": "Invalid URL: Invalid UTF-8 in `id`", "status": "failed"}


def test_put_of_a_finished_id_is_answered_in_full(script):
    """Run anew, as by the original, or answered from memory: either way it is there."""
    assert script.put("/predictions/again", {"input": {"code": "return 1"}}).json["output"] == 1
    script.wait_status("READY")
    assert script.put("/predictions/again", {"input": {"code": "return 1"}}).json["output"] == 1


def test_asynchronous_put_of_a_running_id_gives_its_state(fresh):
    server = fresh("gate_stream")
    running = server.begin(id="busy1")
    server.mark_reached("reached")
    wait_for(lambda: server.get("/predictions/busy1").json.get("output") == [0, 1], "the output to arrive")
    answer = server.put("/predictions/busy1", {"input": {"other": 1}}, {"Prefer": "respond-async"})
    state = answer.json
    assert (answer.status, state["id"]) == (202, "busy1")
    assert state["input"] == {}
    assert state["logs"] == "so far\n"
    assert state["metrics"] == {}
    assert state["output"] == [0, 1]
    assert state["status"] == "processing"
    (server.cwd / "go").touch()
    assert running.result().json["output"] == [0, 1, 2]


@pytest.mark.ours
def test_better_synchronous_put_of_a_running_id_waits_for_its_result(fresh):
    server = fresh("gate")
    assert server.predict_async(id="shared").status == 202
    server.mark_reached("reached")
    second = Background(server.put, "/predictions/shared", {"input": {}})
    time.sleep(0.2)
    assert not second.done()
    (server.cwd / "go").touch()
    answer = second.result()
    assert (answer.status, answer.json["id"], answer.json["output"]) == (200, "shared", "through")


@pytest.mark.ours
def test_better_client_of_a_put_on_a_running_id_may_leave_without_cancelling_it(fresh):
    server = fresh("gate")
    assert server.predict_async(id="shared").status == 202
    server.mark_reached("reached")
    with server.raw() as raw:
        raw.send(b"PUT /predictions/shared HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        raw.socket.settimeout(0.3)
        assert not raw.closed_by_peer()  # and no answer yet
    assert server.status() == "BUSY"
    (server.cwd / "go").touch()
    server.wait_status("READY")
    assert server.get("/predictions/shared").json["status"] == "succeeded"


@pytest.mark.ours
def test_d08_running_and_finished_predictions_can_be_read(fresh):
    server = fresh("gate")
    assert server.predict_async(id="seen").status == 202
    server.mark_reached("reached")
    running = server.get("/predictions/seen")
    assert (running.status, running.json["status"], running.json["id"]) == (200, "processing", "seen")
    (server.cwd / "go").touch()
    server.wait_status("READY")
    finished = server.get("/predictions/seen")
    assert (finished.status, finished.json["status"], finished.json["output"]) == (200, "succeeded", "through")
    assert server.get("/predictions/never").status == 404


@pytest.mark.ours
def test_d14_second_post_with_a_running_id_is_refused_with_its_own_message(fresh):
    server = fresh("gate_async", env={"COG_MAX_CONCURRENCY": "3"})
    running = server.begin(id="twice")
    server.mark_reached("reached-go")
    answer = server.post("/predictions", {"id": "twice"})
    assert answer.status == 409
    assert "At capacity" not in answer.json["error"]
    assert "twice" in answer.json["error"]
    (server.cwd / "go").touch()
    assert running.result().json["output"] == "go"


# MARK: - Ids as data, never as a path (D10)


@pytest.mark.ours
@pytest.mark.parametrize("id", ["x" * 300, "a\0b", "é" * 200], ids=["long", "nul", "long-utf8"])
def test_d10_unusable_id_is_422_and_costs_no_slot(fresh, id):
    server = fresh("noop")
    assert server.predict(id=id).status == 422
    assert server.predict().json["output"] == "ok"


@pytest.mark.ours
def test_d10_id_is_never_used_as_a_path(fresh):
    server = fresh("noop")
    for depth in range(1, 5):
        answer = server.predict(id="../" * depth + "escaped-id-of-a-test")
        assert answer.status in (200, 422)
    made = [server.temp.parent / "escaped-id-of-a-test", *server.root.rglob("escaped*")]
    made += [Path("/tmp/coglet/escaped-id-of-a-test"), Path("/tmp/escaped-id-of-a-test"), Path("/escaped-id-of-a-test")]
    found = [path for path in made if path.exists()]
    for path in found:
        shutil.rmtree(path)
    assert not found
    assert server.predict().json["output"] == "ok"


@pytest.mark.ours
def test_d16_answers_carry_timestamps(server):
    answer = server.predict(created_at="2020-01-01T00:00:00Z").json
    times = [answer[name] for name in ("created_at", "started_at", "completed_at")]
    assert all(len(t) >= 20 and t[10] == "T" and t.endswith(("Z", "+00:00")) for t in times)
    assert answer["started_at"] <= answer["completed_at"]


@pytest.mark.ours(strict=False)
def test_d17_next_request_never_meets_a_taken_slot(server):
    for _ in range(100):
        with server.client() as client:
            assert client.request("POST", "/predictions", {}).status == 200
    assert server.status() == "READY"
