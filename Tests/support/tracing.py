"""Requests that belong to separate traces, for the tests of tracing."""

import pytest

ROOT = "POST /predictions"
PREDICTION = f"{ROOT}/cog.prediction"
INVOKE = f"{PREDICTION}/cog.prediction.execute/cog.prediction.invoke"
OWN = "from opentelemetry import trace\nwith trace.get_tracer('model').start_as_current_span('of the model'): return 1"


@pytest.fixture(scope="module")
def collector():
    # Imported here, because only these tests need the packages.
    from .collector import Collector

    collector = Collector()
    yield collector
    collector.close()


_traces = iter(range(1, 1 << 30))


def fields(**more):
    """Fields of a request that belongs to a separate trace, and the trace's id."""
    trace = f"{next(_traces):032x}"
    return {"traceparent": f"00-{trace}-b7ad6b7169203331-01", **more}, trace


def traced(server, collector, body, *names, method="post", path="/predictions", **more):
    """The answer, and the spans of the request once these are there."""
    headers, trace = fields(**more)
    answer = getattr(server, method)(path, body, headers)
    return answer, collector.trace(trace, *names)
