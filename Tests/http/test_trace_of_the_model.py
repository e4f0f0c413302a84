"""The trace of a request, seen from inside the model (W3C Trace Context)."""

import pytest

pytestmark = [pytest.mark.ours, pytest.mark.every_python]

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SCOPE = "from cog import current_scope; return current_scope().trace"
SPAN = "from opentelemetry import trace; return format(trace.get_current_span().get_span_context().trace_id, '032x')"


def outputs(server, code):
    """With a trace, and after it without one."""
    return [
        server.post("/predictions", {"input": {"code": code}}, fields).json["output"]
        for fields in ({"traceparent": PARENT, "tracestate": "a=b"}, {})
    ]


@pytest.mark.parametrize("model", ["script", "script_async"])
def test_scope_names_the_trace(shared, model):
    assert outputs(shared(model), SCOPE) == [{"traceparent": PARENT, "tracestate": "a=b"}, {}]


@pytest.mark.parametrize("model", ["script", "script_async"])
def test_spans_of_the_model_belong_to_it(shared, model):
    server = shared(model)
    server.predict({"code": "import opentelemetry.trace"})
    assert outputs(server, SPAN) == ["0af7651916cd43dd8448eb211c80319c", "0" * 32]
