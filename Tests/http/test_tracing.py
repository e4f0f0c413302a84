"""The trace of a request (W3C Trace Context) while tracing is off: handed on to webhooks, and seen from inside the model (16)."""

import pytest
from support.receiver import Answer

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE = {"traceparent": PARENT, "tracestate": "a=b,c=d"}


def run(server, body, headers):
    answer = server.post("/predictions", body, headers)
    assert answer.json["status"] == "succeeded"
    return answer.json["output"]


def traces(requests):
    """The trace of each request, without what does not belong to it."""
    return [{name: value for name, value in r.headers.items() if name.startswith("trace")} for r in requests]


# MARK: - Webhooks and uploads


@pytest.mark.every_python
@pytest.mark.parametrize("headers", [TRACE, {"TraceParent": PARENT}, {}], ids=["both", "parent-only", "none"])
def test_webhooks_carry_it(shared, receiver, headers):
    server = shared("script", env={"COG_THROTTLE_RESPONSE_INTERVAL": "0"})
    run(server, {"input": {"code": "print('x')"}, "webhook": receiver.url + "/h"}, headers)
    wanted = {name.lower(): value for name, value in headers.items()}
    found = traces(receiver.wait_terminal("/h"))
    assert found == [wanted] * len(found)


def test_webhooks_of_a_put_and_of_202_carry_it(shared, receiver):
    server = shared("script")
    body = {"input": {"code": "return 1"}, "webhook": receiver.url + "/h"}
    assert server.put("/predictions/p", body, {**TRACE, "Prefer": "respond-async"}).status == 202
    assert TRACE in traces(receiver.wait_terminal("/h"))


def test_repeated_webhook_carries_it_too(shared, receiver):
    receiver.on("/h", Answer(503), Answer(200))
    body = {"input": {"code": "return 1"}, "webhook": receiver.url + "/h", "webhook_events_filter": ["completed"]}
    run(shared("script"), body, TRACE)
    assert traces(receiver.wait("/h", 2)) == [TRACE, TRACE]


def test_uploads_carry_none(receiver, fresh):
    """Signed addresses may not allow fields that weren't signed."""
    server = fresh("script", flags=("--upload-url", receiver.url + "/up"))
    body = {"input": {"code": "import cog; p = cog.Path('o.txt'); p.write_text('x'); return p"}}
    run(server, body, TRACE)
    assert traces(receiver.at("/up/o.txt")) == [{}]


@pytest.mark.ours
def test_better_several_fields_of_tracestate_are_one_list(shared, receiver):
    body = b'{"input":{"code":"return 1"},"webhook":"%s/h"}' % receiver.url.encode()
    with shared("script").raw() as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: h\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
            b"traceparent: %s\r\ntracestate: a=b\r\ntracestate: c=d\r\n\r\n%s" % (len(body), PARENT.encode(), body)
        )
        assert raw.read_response().json["status"] == "succeeded"
    found = traces(receiver.wait_terminal("/h"))
    assert [trace["tracestate"].replace(" ", "") for trace in found] == ["a=b,c=d"] * len(found)


@pytest.mark.ours
@pytest.mark.parametrize("second", [PARENT, PARENT.replace("0af7", "1af7"), "x"], ids=["same", "other", "malformed"])
def test_better_several_parents_are_none(shared, receiver, second):
    """There may be one `traceparent` (W3C Trace Context)."""
    body = b'{"input":{"code":"return 1"},"webhook":"%s/h"}' % receiver.url.encode()
    with shared("script").raw() as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: h\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
            b"traceparent: %s\r\ntracestate: a=b\r\nTraceparent: %s\r\n\r\n%s"
            % (len(body), PARENT.encode(), second.encode(), body)
        )
        assert raw.read_response().json["status"] == "succeeded"
    found = traces(receiver.wait_terminal("/h"))
    assert found == [{}] * len(found)


MALFORMED = ["x", "00-zz-1-1", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", PARENT + "-more", "ff" + PARENT[2:]]


@pytest.mark.parametrize("value", MALFORMED)
def test_malformed_one_harms_nothing_and_is_handed_on_as_it_is(shared, receiver, value):
    body = {"input": {"code": "return 1"}, "webhook": receiver.url + "/h"}
    assert run(shared("script"), body, {"traceparent": value}) == 1
    for trace in traces(receiver.wait_terminal("/h")):
        assert trace["traceparent"] == value


def test_requests_do_not_mix(shared, receiver):
    server = shared("script_async", env={"COG_MAX_CONCURRENCY": "8"})
    wanted = {}
    for number in range(8):
        parent = f"00-{number + 1:032x}-{number + 1:016x}-01"
        wanted[f"/h{number}"] = parent
        body = {"input": {"code": "return 1"}, "webhook": f"{receiver.url}/h{number}"}
        assert server.post("/predictions", body, {"traceparent": parent, "Prefer": "respond-async"}).status == 202
    for path, parent in wanted.items():
        assert {trace["traceparent"] for trace in traces(receiver.wait_terminal(path))} == {parent}


# MARK: - Inside of the model


SCOPE = "from cog import current_scope; return current_scope().trace"
SPAN = "from opentelemetry import trace; return format(trace.get_current_span().get_span_context().trace_id, '032x')"


def outputs(server, code):
    """With a trace, and after it without one."""
    return [run(server, {"input": {"code": code}}, fields) for fields in (TRACE, {})]


@pytest.mark.ours
@pytest.mark.every_python
@pytest.mark.parametrize("model", ["script", "script_async"])
def test_better_scope_names_the_trace(shared, model):
    assert outputs(shared(model), SCOPE) == [TRACE, {}]


@pytest.mark.ours
@pytest.mark.every_python
@pytest.mark.parametrize("model", ["script", "script_async"])
def test_better_spans_of_the_model_belong_to_it(shared, model):
    server = shared(model)
    server.predict({"code": "import opentelemetry.trace"})
    assert outputs(server, SPAN) == ["0af7651916cd43dd8448eb211c80319c", "0" * 32]


@pytest.mark.ours
@pytest.mark.parametrize("model", ["script", "script_async"])
def test_better_malformed_one_leaves_spans_without_a_parent(shared, model):
    server = shared(model)
    server.predict({"code": "import opentelemetry.trace"})
    for value in MALFORMED[:4]:
        assert run(server, {"input": {"code": SPAN}}, {"traceparent": value}) == "0" * 32
