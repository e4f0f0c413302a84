"""An image's telemetry.py, which makes the tracer provider of the model."""

import os
import shutil

import pytest
from support.collector import Collector

pytestmark = [
    pytest.mark.ours,
    # The file lies at a fixed path, which is made for the server alone.
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root, to mount /.cog"),
]

PROVIDER = """
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, ConsoleSpanExporter
def create_tracer_provider():
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(formatter=lambda span: f"exported {span.name}\\n")))
    return provider
"""
MODEL = """
from opentelemetry import trace
from cog import BasePredictor
class Runner(BasePredictor):
    def predict(self) -> str:
        with trace.get_tracer("m").start_as_current_span("of the model") as span:
            return format(span.get_span_context().trace_id, "032x")
"""


@pytest.fixture
def start(fresh, tmp_path):
    def with_file(text, until="READY", **env):
        (tmp_path / "telemetry.py").write_text(text)
        mount = f'mkdir -p /.cog && mount --bind {tmp_path} /.cog && exec "$@"'
        settings = {"COG_TRACE_CONFIGURED": "1", "COG_OBSERVABILITY_CONFIG": "/.cog/telemetry.py", **env}
        return fresh(source=MODEL, env=settings, under=("unshare", "-m", "sh", "-c", mount, "sh"), until=until)

    return with_file


def test_its_provider_is_the_models_without_an_endpoint(start):
    server = start(PROVIDER + "def configure_instrumentation(): print('configured')\n")
    assert server.predict({}).json["status"] == "succeeded"
    server.wait_log("exported of the model")
    assert "configured" in server.get("/health-check").json["setup"]["logs"]


def test_its_spans_belong_to_the_trace(start):
    collector = Collector()
    server = start(PROVIDER, **collector.environment())
    trace = "e" * 32
    answer = server.post("/predictions", {"input": {}}, {"traceparent": f"00-{trace}-{'1' * 16}-01"})
    assert answer.json["output"] == trace
    collector.trace(trace, "cog.prediction")
    collector.close()


@pytest.mark.parametrize(
    "text, env, error",
    [
        ("", {}, "telemetry.py must define create_tracer_provider()"),
        (
            "def create_tracer_provider(): return 1",
            {},
            "telemetry.py create_tracer_provider() must return TracerProvider",
        ),
        (
            PROVIDER + "configure_instrumentation = 1",
            {},
            "telemetry.py configure_instrumentation must be callable",
        ),
        ("raise ValueError('mine')", {}, "ValueError: mine"),
        (
            PROVIDER,
            {"COG_OBSERVABILITY_CONFIG": "/other.py"},
            "COG_OBSERVABILITY_CONFIG must be '/.cog/telemetry.py'",
        ),
        (
            "from opentelemetry import trace\n" + PROVIDER + "trace.set_tracer_provider(TracerProvider())",
            {},
            "A global OpenTelemetry TracerProvider is already installed",
        ),
    ],
    ids=["missing", "wrong", "instrumentation", "raises", "elsewhere", "twice"],
)
def test_unusable_one_fails_the_setup(start, text, env, error):
    server = start(text, until="SETUP_FAILED", **env)
    assert error in server.get("/health-check").json["setup"]["logs"]
