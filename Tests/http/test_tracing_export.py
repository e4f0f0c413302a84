"""When spans and metrics are sent to a collector, and what becomes of them when it fails; forks and batches."""

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from support.collector import Collector, paths
from support.receiver import Answer
from support.tracing import INVOKE, OWN, ROOT, fields, traced
from support.waiting import wait_for

pytestmark = pytest.mark.ours


def test_keys_are_for_the_collector_alone(fresh, collector):
    """A collector that redirects spans doesn't accept them."""
    other = Collector()
    collector.on("/away", Answer(307, {"Location": other.url + "/v1/traces"}))
    env = collector.environment(OTEL_EXPORTER_OTLP_HEADERS="x-api-key=k3y,host=evil")
    env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = collector.url + "/away"
    server = fresh("script", env=env)
    server.predict({"code": "return 1"})
    server.wait_log("The collector doesn't accept spans: it answered with status 307")
    assert collector.at("/away")[0].headers["x-api-key"] == "k3y"
    assert "evil" not in str(collector.at("/away")[0].headers)
    assert other.requests == []
    other.close()


@pytest.mark.parametrize("signal", ["traces", "metrics"])
def test_what_the_collector_rejects_is_logged_once(fresh, collector, signal):
    """An answer with success can name items that were rejected (OTLP, "Partial Success")."""
    report = ExportTraceServiceResponse()
    report.partial_success.rejected_spans = 2
    report.partial_success.error_message = "too old, by far"
    path = f"/partial/{signal}"
    # The messages for traces and metrics are alike.
    answer = Answer(200, {"Content-Type": "application/x-protobuf"}, report.SerializeToString())
    collector.on(path, *[answer] * 100)
    env = collector.environment(OTEL_METRIC_EXPORT_INTERVAL="50", OTEL_METRICS_EXPORTER="otlp")
    env[f"OTEL_EXPORTER_OTLP_{signal.upper()}_ENDPOINT"] = collector.url + path
    server = fresh("script", env=env)
    text = f"The collector has rejected 2 of the {'spans' if signal == 'traces' else signal}"
    for _ in range(3):
        before = len(collector.at(path))
        server.predict({"code": "return 1"})
        wait_for(lambda before=before: len(collector.at(path)) > before, "another message")

    def lines():
        return [line for line in server.log_text().splitlines() if "The collector has rejected" in line]

    server.wait_log(text)
    (line,) = lines()
    assert "too old, by far" in line
    server.stop()
    # The rest is reported at the end.
    assert len(lines()) == 2


# MARK: - Switches


INVALID = "Invalid OpenTelemetry tracing configuration; tracing disabled: "


@pytest.mark.parametrize(
    "env, text",
    [
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, INVALID + "the protocol grpc is not supported"),
        ({"OTEL_TRACES_SAMPLER": "sometimes"}, INVALID + "OTEL_TRACES_SAMPLER must be one of"),
        ({"COG_TRACE_SAMPLER_ARG": "0.5"}, INVALID + "a sampler argument is only valid for ratio samplers"),
        ({"COG_TRACE_ENABLED": "maybe"}, INVALID + "COG_TRACE_ENABLED must be true or false"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": ""}, "Tracing enabled without an OTLP endpoint; tracing disabled"),
    ],
    ids=["grpc", "sampler", "argument", "word", "endpoint"],
)
def test_unusable_settings_switch_it_off_and_are_named(fresh, collector, env, text):
    server = fresh("script", env=collector.environment(**env))
    assert server.predict({"code": "return 1"}).json["output"] == 1
    server.wait_log(text)
    assert text in server.get("/health-check").json["setup"]["logs"]


@pytest.mark.parametrize(
    "env",
    [{"COG_TRACE_CONFIGURED": "0"}, {"COG_TRACE_ENABLED": "no"}, {"OTEL_SDK_DISABLED": "TRUE"}],
    ids=["configured", "enabled", "disabled"],
)
def test_switched_off_loads_nothing_of_opentelemetry(fresh, collector, env):
    server = fresh("script", env=collector.environment(**env))
    code = "import sys; return [name for name in sys.modules if name.split('.')[0] == 'opentelemetry']"
    before = len(collector.at("/v1/traces"))
    headers, _ = fields()
    assert server.post("/predictions", {"input": {"code": code}}, headers).json["output"] == []
    assert len(collector.at("/v1/traces")) == before


# MARK: - The collector


def test_spans_leave_before_the_server_ends(fresh, collector):
    env = collector.environment(OTEL_BSP_SCHEDULE_DELAY="3600000")
    server = fresh("script", env=env)
    headers, trace = fields()
    server.post("/predictions", {"input": {"code": OWN}}, headers)
    assert server.stop() == 0
    collector.trace(trace, ROOT, "of the model")


def test_dead_collector_costs_spans_alone(fresh):
    collector = Collector()
    env = collector.environment(OTEL_BSP_MAX_QUEUE_SIZE="8", OTEL_BSP_MAX_EXPORT_BATCH_SIZE="4")
    collector.close()
    server = fresh("noop", env=env)
    for _ in range(20):
        headers, _ = fields()
        assert server.post("/predictions", {"input": {}}, headers).json["status"] == "succeeded"
    server.wait_log("The collector doesn't accept spans")
    text = server.request("GET", "/metrics").text
    [dropped] = [line for line in text.splitlines() if line.startswith("cog_runtime_spans_dropped_total")]
    assert int(dropped.split()[1]) > 0


def test_span_that_the_collector_refuses_for_now_comes_again(fresh):
    collector = Collector()
    collector.on("/v1/traces", Answer(503), Answer(200))
    server = fresh("noop", env=collector.environment())
    headers, _ = fields()
    server.post("/predictions", {"input": {}}, headers)
    requests = collector.wait("/v1/traces", 2)
    assert requests[0].body == requests[1].body
    assert requests[0].headers["content-type"] == "application/x-protobuf"
    collector.close()


def test_collector_is_sent_the_fields_that_it_wants(fresh):
    collector = Collector()
    env = collector.environment(OTEL_EXPORTER_OTLP_HEADERS="api-key=a%20b")
    server = fresh("noop", env=env)
    headers, _ = fields()
    server.post("/predictions", {"input": {}}, headers)
    assert collector.wait("/v1/traces")[0].headers["api-key"] == "a b"
    collector.close()


@pytest.mark.parametrize("start", ["fork", "fork-after-import"])
def test_forked_workers_send_spans_of_the_model(fresh, collector, start):
    name = f"forked {start}"
    source = (
        "from opentelemetry import trace\n"
        "from cog import BasePredictor\n"
        "class Runner(BasePredictor):\n"
        "  def setup(self) -> None:\n"
        "    with trace.get_tracer('m').start_as_current_span('in setup'): pass\n"
        "  def predict(self) -> int:\n"
        "    with trace.get_tracer('m').start_as_current_span('of the model'): return 1\n"
    )
    env = collector.environment(COG_WORKER_START=start, COG_WORKERS="2", OTEL_SERVICE_NAME=name)
    server = fresh(source=source, env=env)
    assert "can't be forked" not in server.log_text()
    _, spans = traced(server, collector, {"input": {}}, ROOT, "of the model")
    assert f"{INVOKE}/of the model" in paths(spans)

    def setups():
        return [span for span in collector.spans if span.name == "in setup" and span.resource["service.name"] == name]

    wait_for(lambda: len(setups()) == (1 if start == "fork" else 2), "spans of setups")

    def parents():
        mine = (span for span in collector.spans if span.resource["service.name"] == name)
        return {span.id for span in mine if span.name == "cog.setup.predictor"}

    wait_for(lambda: {span.parent for span in setups()} <= parents(), "the setups that they are part of")


def test_batch_has_a_span_for_each_prediction(fresh, collector):
    source = (
        "import cog\n"
        "class Runner(cog.BasePredictor):\n"
        "  @cog.batched(max_size=4, max_wait=0.05)\n"
        "  def predict(self, number: list[int]) -> list[int]:\n"
        "    if 13 in number: raise ValueError('unlucky')\n"
        "    return number\n"
    )
    server = fresh(source=source, env=collector.environment())
    _, spans = traced(server, collector, {"input": {"number": 1}}, ROOT, "cog.prediction")
    assert INVOKE in paths(spans)
    _, spans = traced(server, collector, {"input": {"number": 13}}, ROOT, "cog.prediction")
    assert spans["cog.prediction.invoke"].attributes["error.type"] == "ValueError"


def test_metrics_are_sent_too(fresh, collector):
    env = {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": collector.url + "/v1/metrics", "OTEL_METRIC_EXPORT_INTERVAL": "50"}
    server = fresh("noop", env=env)
    server.predict({})

    def counted():
        count = collector.metrics().get("cog.runtime.prediction.count")
        points = count.sum.data_points if count else []
        return [point for point in points if point.as_int == 1]

    [point] = wait_for(counted, "a counted prediction")
    assert {pair.key: pair.value.string_value for pair in point.attributes} == {
        "operation": "predict",
        "status": "succeeded",
    }
    metrics = collector.metrics()
    count = metrics["cog.runtime.prediction.count"]
    assert (count.unit, count.sum.is_monotonic, count.sum.aggregation_temporality) == ("{prediction}", True, 2)
    assert 0 < point.start_time_unix_nano < point.time_unix_nano
    duration = metrics["cog.runtime.prediction.duration"]
    assert duration.unit == "s"
    [histogram] = [point for point in duration.histogram.data_points if point.count]
    assert list(histogram.explicit_bounds)[:3] == [0.01, 0.025, 0.05]
    assert len(histogram.bucket_counts) == len(histogram.explicit_bounds) + 1
    assert sum(histogram.bucket_counts) == histogram.count == 1
    states = {point.attributes[0].value.string_value for point in metrics["cog.runtime.slot.count"].gauge.data_points}
    assert states == {"available", "busy"}
    assert not [name for name in metrics if not name.startswith("cog.runtime.")]


def test_server_says_what_is_in_its_metrics(shared, collector):
    server = shared("script", env=collector.environment())
    traced(server, collector, {"input": {"code": "return 1"}}, ROOT)
    text = server.request("GET", "/metrics").text
    [sent] = [line for line in text.splitlines() if line.startswith("cog_runtime_spans_exported_total")]
    assert int(sent.split()[1]) > 0
