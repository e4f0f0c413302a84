"""Spans that the server sends to a collector, and those of the model among them."""

import pytest
from support.collector import paths
from support.receiver import Answer
from support.tracing import INVOKE, OWN, PREDICTION, ROOT, fields, traced
from support.waiting import wait_for

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"

pytestmark = pytest.mark.ours


# MARK: - The tree


@pytest.mark.every_python
@pytest.mark.parametrize("model", ["script", "script_async"])
def test_spans_of_a_prediction_are_one_tree_with_those_of_the_model(shared, collector, model):
    server = shared(model, env=collector.environment())
    answer, spans = traced(server, collector, {"input": {"code": OWN}, "id": f"one-{model}"}, ROOT, "of the model")
    assert answer.json["status"] == "succeeded"
    assert paths(spans) == {
        ROOT,
        PREDICTION,
        f"{PREDICTION}/cog.prediction.validate",
        f"{PREDICTION}/cog.prediction.queue",
        f"{PREDICTION}/cog.prediction.execute",
        INVOKE,
        f"{INVOKE}/cog.prediction.prepare_input",
        f"{INVOKE}/of the model",
    }
    root, prediction = spans[ROOT], spans["cog.prediction"]
    assert (root.parent, root.kind) == ("b7ad6b7169203331", 2)
    assert root.attributes == {
        "http.request.method": "POST",
        "http.route": "/predictions",
        "http.response.status_code": 200,
    }
    slot = prediction.attributes.pop("cog.slot.id")
    assert prediction.attributes == {
        "cog.prediction.id": f"one-{model}",
        "cog.prediction.response_mode": "sync",
        "cog.prediction.status": "succeeded",
    }
    assert spans["cog.prediction.invoke"].attributes == {"cog.prediction.id": f"one-{model}", "cog.slot.id": slot}
    assert not any(span.is_error for span in spans.values())
    for span in spans.values():
        assert root.start <= span.start <= span.end


def test_spans_of_one_service_come_from_two_processes(shared, collector):
    server = shared("script", env=collector.environment())
    _, spans = traced(server, collector, {"input": {"code": OWN}}, ROOT, "of the model")
    ours, models = spans[ROOT].resource, spans["of the model"].resource
    assert (ours["service.name"], ours["cog.process.role"]) == ("cog", "parent")
    assert (models["service.name"], models["cog.process.role"]) == ("cog", "worker")
    assert ours["service.instance.id"] == models["service.instance.id"]
    assert ours["service.version"] == models["service.version"] == server.get("/health-check").json["version"]["coglet"]


def test_operator_names_the_service(fresh, collector):
    more = {"OTEL_SERVICE_NAME": "mine", "OTEL_RESOURCE_ATTRIBUTES": "service.name=other,region=eu%20west"}
    server = fresh("script", env=collector.environment(**more))
    _, spans = traced(server, collector, {"input": {"code": OWN}}, ROOT, "of the model")
    for name in (ROOT, "of the model"):
        assert spans[name].resource["service.name"] == "mine"
        assert spans[name].resource["region"] == "eu west"


def test_asynchronous_prediction_goes_on_after_its_request(shared, collector):
    server = shared("script", env=collector.environment())
    answer, spans = traced(
        server, collector, {"input": {"code": "return 1"}}, ROOT, "cog.prediction", Prefer="respond-async"
    )
    assert answer.status == 202
    assert spans[ROOT].attributes["http.response.status_code"] == 202
    assert spans["cog.prediction"].attributes["cog.prediction.response_mode"] == "async"
    assert spans["cog.prediction"].parent == spans[ROOT].id


def test_put_and_cancel_have_spans_with_their_routes(shared, collector):
    server = shared("script", env=collector.environment())
    put = "PUT /predictions/{prediction_id}"
    _, spans = traced(
        server, collector, {"input": {"code": "return 1"}}, put, "cog.prediction", method="put", path="/predictions/p"
    )
    assert spans[put].attributes["http.route"] == "/predictions/{prediction_id}"
    cancel = "POST /predictions/{prediction_id}/cancel"
    _, spans = traced(server, collector, None, cancel, path="/predictions/p/cancel")
    assert set(spans) == {cancel}


def test_training_has_its_own_names(fresh, collector):
    source = "def train(n: int) -> int:\n  return n\n"
    server = fresh(source=source, mode="train", reference="predict.py:train", env=collector.environment())
    _, spans = traced(server, collector, {"input": {"n": 1}}, "cog.train", path="/trainings")
    assert {"cog.train", "cog.train.execute", "cog.train.invoke", "cog.train.prepare_input"} <= set(spans)


def test_probes_and_unknown_routes_have_none(shared, collector):
    server = shared("script", env=collector.environment())
    ids = []
    for path in ("/", "/health-check", "/openapi.json", "/readyz", "/metrics", "/unknown"):
        headers, trace = fields()
        server.request("GET", path, headers=headers)
        ids.append(trace)
    headers, trace = fields()
    server.request("POST", "/unknown", {}, headers)
    ids.append(trace)
    traced(server, collector, {"input": {"code": "return 1"}}, ROOT)
    assert not [span for span in collector.spans if span.trace in ids]


def test_trace_begins_here_without_a_caller(fresh, collector):
    server = fresh("script", env=collector.environment(OTEL_SERVICE_NAME="root"))
    assert server.predict({"code": OWN}).json["output"] == 1
    seen = {}

    def found():
        seen.update({span.name: span for span in collector.spans if span.resource["service.name"] == "root"})
        return ROOT in seen and "of the model" in seen

    wait_for(found, "spans of a root")
    assert seen[ROOT].parent == ""
    assert seen[ROOT].trace == seen["of the model"].trace


def test_several_parents_are_none(fresh, collector):
    """There may be one `traceparent` (W3C Trace Context), so the trace begins here."""
    server = fresh("script", env=collector.environment(OTEL_SERVICE_NAME="several"))
    headers, trace = fields()
    body = b'{"input":{"code":"return 1"}}'
    with server.raw() as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: h\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
            b"traceparent: %s\r\ntraceparent: %s\r\n\r\n%s"
            % (len(body), headers["traceparent"].encode(), PARENT.encode(), body)
        )
        assert raw.read_response().json["status"] == "succeeded"

    def root():
        return [s for s in collector.spans if s.resource["service.name"] == "several" and s.name == ROOT]

    (span,) = wait_for(root, "the span of the request")
    assert span.parent == ""
    assert span.trace not in (trace, TRACE)


# MARK: - Failures


def test_exception_of_the_model_stands_on_its_call(shared, collector):
    server = shared("script", env=collector.environment())
    _, spans = traced(server, collector, {"input": {"code": "raise ValueError('broken')"}}, ROOT, "cog.prediction")
    invoke = spans["cog.prediction.invoke"]
    assert (invoke.is_error, invoke.message, invoke.attributes["error.type"]) == (True, "broken", "ValueError")
    [(name, event)] = invoke.events
    assert name == "exception"
    assert (event["exception.type"], event["exception.message"]) == ("ValueError", "broken")
    assert "ValueError: broken" in event["exception.stacktrace"]
    prediction = spans["cog.prediction"]
    assert (prediction.is_error, prediction.message) == (True, "")
    assert prediction.attributes["error.type"] == "prediction_failed"
    assert prediction.attributes["cog.prediction.status"] == "failed"
    assert not spans[ROOT].is_error


def test_refused_input_is_an_error_of_the_prediction(shared, collector):
    server = shared("script", env=collector.environment())
    answer, spans = traced(server, collector, {"input": {"code": 1}}, ROOT, "cog.prediction")
    assert answer.status == 422
    assert set(spans) == {ROOT, "cog.prediction", "cog.prediction.validate"}
    assert spans["cog.prediction"].attributes["error.type"] == "validation_error"
    assert spans["cog.prediction"].is_error


def test_body_that_is_no_json_has_the_request_alone(shared, collector):
    server = shared("script", env=collector.environment())
    headers, trace = fields(**{"Content-Type": "application/json"})
    assert server.request("POST", "/predictions", b"{", headers).status == 400
    assert set(collector.trace(trace, ROOT)) == {ROOT}


def test_worker_that_dies_leaves_spans(shared, collector):
    server = shared("script", env=collector.environment())
    _, spans = traced(server, collector, {"input": {"code": "import os; os._exit(3)"}}, ROOT, "cog.prediction")
    for name in ("cog.prediction.execute", "cog.prediction.invoke"):
        assert spans[name].is_error
        assert "Worker crashed" in spans[name].message


def test_canceled_prediction_says_so(shared, collector):
    server = shared("script", env=collector.environment())
    headers, trace = fields(Prefer="respond-async")
    body = {"input": {"code": "import time; print('began'); time.sleep(600)"}, "id": "to-cancel"}
    server.post("/predictions", body, headers)
    server.wait_log("began")
    server.post("/predictions/to-cancel/cancel")
    spans = collector.trace(trace, "cog.prediction")
    assert spans["cog.prediction"].attributes["error.type"] == "canceled"
    assert spans["cog.prediction"].attributes["cog.prediction.status"] == "canceled"


# MARK: - Additional information


def test_caller_tags_are_attributes_of_the_prediction(shared, collector):
    server = shared("script", env=collector.environment())
    context = {"trace.user": "u1", "other": "x", "trace.a b": "x"}
    _, spans = traced(server, collector, {"input": {"code": "return 1"}, "context": context}, ROOT, "cog.prediction")
    assert spans["cog.prediction"].attributes["caller.user"] == "u1"
    assert [name for name in spans["cog.prediction"].attributes if name.startswith("caller.")] == ["caller.user"]
    assert "caller.user" not in spans[ROOT].attributes


def test_uploads_and_webhooks_have_spans_and_carry_what_they_should(fresh, collector, receiver):
    receiver.on("/hook", Answer(503), Answer(200))
    server = fresh("script", flags=("--upload-url", receiver.url + "/up"), env=collector.environment())
    body = {
        "input": {"code": "import cog; p = cog.Path('o.txt'); p.write_text('four'); return p"},
        "webhook": receiver.url + "/hook",
        "webhook_events_filter": ["completed"],
    }
    headers, trace = fields(tracestate="a=b")
    server.post("/predictions", body, headers)
    spans = collector.trace(trace, "cog.prediction", "cog.prediction.webhook", "cog.prediction.upload_output")
    upload = spans["cog.prediction.upload_output"]
    assert (upload.kind, upload.attributes) == (3, {"cog.output.bytes": 4, "cog.output.mime_type": "text/plain"})
    assert not [name for name in receiver.at("/up/o.txt")[0].headers if name.startswith("trace")]
    hooks = receiver.wait("/hook", 2)
    expected = f"00-{trace}-{spans['cog.prediction'].id}-01"
    for hook in hooks:
        assert (hook.headers["traceparent"], hook.headers["tracestate"]) == (expected, "a=b")

    def statuses():
        found = [s for s in collector.spans if s.trace == trace and s.name == "cog.prediction.webhook"]
        return len(found) == 2 and [(s.attributes["http.response.status_code"], s.is_error) for s in found]

    assert sorted(wait_for(statuses, "spans of two webhooks")) == [(200, False), (503, True)]


def test_downloads_have_a_span(fresh, collector, receiver):
    receiver.on("/in.txt", Answer(body=b"text"))
    source = "from cog import BasePredictor, Path\nclass Runner(BasePredictor):\n  def predict(self, file: Path) -> str:\n    return file.read_text()\n"
    server = fresh(source=source, env=collector.environment())
    _, spans = traced(server, collector, {"input": {"file": receiver.url + "/in.txt"}}, "cog.prediction")
    assert spans["cog.prediction.fetch_input"].parent == spans["cog.prediction"].id
    assert not [name for name in receiver.at("/in.txt")[0].headers if name.startswith("trace")]


def test_setup_is_a_trace_of_its_own_with_the_spans_of_the_model(fresh, collector):
    source = (
        "from opentelemetry import trace\n"
        "from cog import BasePredictor\n"
        "with trace.get_tracer('m').start_as_current_span('while loading'): pass\n"
        "class Runner(BasePredictor):\n"
        "  def setup(self) -> None:\n"
        "    print('a line')\n"
        "    with trace.get_tracer('m').start_as_current_span('in setup'): pass\n"
        "  def predict(self) -> int:\n    return 1\n"
    )
    fresh(source=source, env=collector.environment(OTEL_SERVICE_NAME="setup"))

    def complete():
        spans = {span.name: span for span in collector.spans if span.resource["service.name"] == "setup"}
        return spans if len(spans) == 4 else None

    spans = wait_for(complete, "spans of the setup")
    assert paths(spans) == {
        "cog.setup",
        "cog.setup/cog.setup.predictor",
        "cog.setup/cog.setup.predictor/while loading",
        "cog.setup/cog.setup.predictor/in setup",
    }
    assert "a line" in [name for name, _ in spans["cog.setup"].events]


def test_failed_setup_is_an_error(fresh, collector):
    env = collector.environment(OTEL_SERVICE_NAME="failed setup")
    fresh("setup_fails", env=env, until="SETUP_FAILED")

    def complete():
        spans = {span.name: span for span in collector.spans if span.resource["service.name"] == "failed setup"}
        return spans if len(spans) == 2 else None

    spans = wait_for(complete, "spans of the setup")
    assert all(span.is_error for span in spans.values())
    assert [name for name, _ in spans["cog.setup.predictor"].events] == ["exception"]


@pytest.mark.parametrize("second", ["return 1", None])
def test_every_prediction_of_a_group_has_its_span(shared, collector, second):
    """Whether it runs, another one fails before it begins, or the group is refused for another one's input."""
    server = shared("script", env=collector.environment())
    headers, trace = fields()
    codes = ["raise ValueError('no')", second, "return 2"]
    body = {"instances": [{"code": code} for code in codes]}
    assert server.post("/v1/models/model:predict", body, headers).status >= 400

    def complete():
        spans = [span for span in collector.spans if span.trace == trace]
        return any(span.name == "POST /v1/models/{model}:predict" for span in spans) and spans

    spans = wait_for(complete, "the group's spans")
    ids = {span.id for span in spans} | {"b7ad6b7169203331"}
    assert [span.name for span in spans if span.parent not in ids] == []


# MARK: - Sampling and other fields


def test_unrecorded_trace_goes_on_without_spans(fresh, collector, receiver):
    server = fresh("script", env=collector.environment(OTEL_TRACES_SAMPLER="parentbased_always_on"))
    code = (
        "from opentelemetry import trace\n"
        "with trace.get_tracer('m').start_as_current_span('s') as s: return format(s.get_span_context().trace_id, '032x')"
    )
    headers = {"traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-00", "tracestate": "x=y"}
    body = {"input": {"code": code}, "webhook": receiver.url + "/h"}
    answer = server.post("/predictions", body, headers)
    assert answer.json["output"] == "a" * 32
    hook = receiver.wait_terminal("/h")[-1].headers
    assert hook["traceparent"].startswith("00-" + "a" * 32 + "-") and hook["traceparent"].endswith("-00")
    assert hook["tracestate"] == "x=y"
    traced(server, collector, {"input": {"code": "return 1"}}, ROOT)
    assert not [span for span in collector.spans if span.trace == "a" * 32]


@pytest.mark.parametrize("sampler", ["always_off", "parentbased_always_off", "traceidratio"])
def test_model_records_nothing_of_a_trace_that_nobody_records(fresh, collector, sampler):
    ratio = {"OTEL_TRACES_SAMPLER_ARG": "0"} if sampler == "traceidratio" else {}
    server = fresh("script", env=collector.environment(OTEL_TRACES_SAMPLER=sampler, **ratio))
    code = (
        "from opentelemetry import trace; from cog import current_scope\n"
        "with trace.get_tracer('m').start_as_current_span('s') as s: return [s.is_recording(), current_scope().trace]"
    )
    assert server.predict({"code": code}).json["output"] == [False, {}]


def test_nothing_is_made_up_for_webhooks(fresh, collector, receiver):
    server = fresh("script", env=collector.environment(OTEL_TRACES_SAMPLER="parentbased_always_off"))
    server.post("/predictions", {"input": {"code": "return 1"}, "webhook": receiver.url + "/h"})
    assert not [name for name in receiver.wait_terminal("/h")[-1].headers if name.startswith("trace")]


@pytest.mark.parametrize("format", ["jaeger", "w3c"])
def test_field_that_the_image_names_carries_the_trace(fresh, collector, receiver, format):
    trace = ("c" if format == "jaeger" else "d") * 32
    env = collector.environment(COG_TRACE_HEADER="X-My-Trace", COG_TRACE_HEADER_FORMAT=format)
    server = fresh("script", env=env)
    value = {"jaeger": f"{trace}:1:0:1", "w3c": f"00-{trace}-0000000000000001-01"}[format]
    body = {"input": {"code": "return 1"}, "webhook": receiver.url + "/h"}
    server.post("/predictions", body, {"X-My-Trace": value})
    spans = collector.trace(trace, ROOT, "cog.prediction")
    assert spans[ROOT].parent == "0000000000000001"
    own = spans["cog.prediction"].id
    hook = receiver.wait_terminal("/h")[-1].headers
    assert hook["x-my-trace"] == {"jaeger": f"{trace}:{own}:0:1", "w3c": f"00-{trace}-{own}-01"}[format]
    assert hook["traceparent"] == f"00-{trace}-{own}-01"
