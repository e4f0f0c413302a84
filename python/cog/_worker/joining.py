"""Makes the spans that a model makes with OpenTelemetry part of the trace of its prediction.

Only imported once OpenTelemetry is.
"""

from __future__ import annotations

from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TraceState, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

__all__ = ["detach", "join", "join_checked"]

_propagator = TraceContextTextMapPropagator()
_EMPTY = Context()
# The model's spans are part of it, so none of them is recorded: samplers that decide by the last half of a trace's id
# keep the lowest.
_UNRECORDED = set_span_in_context(
    NonRecordingSpan(SpanContext(2**128 - 1, 1, is_remote=True, trace_flags=TraceFlags(0))), _EMPTY
)
_FLAGS = {"00": TraceFlags(0), "01": TraceFlags(1)}


def join(fields: dict[str, str]) -> None:
    """Make the trace of a request current in the running context. Ignores a malformed one.

    Args:
        fields: `traceparent` and `tracestate`, as sent by the client; none for a trace that nobody records.
    """
    attach(_propagator.extract(fields) if fields else _UNRECORDED)


def join_checked(fields: dict[str, str]) -> object:
    """Do the same for a trace that the server itself has written.

    Args:
        fields: `traceparent` and `tracestate`; none for a trace that nobody records.

    Returns:
        The argument for `detach`.
    """
    if not fields:
        return attach(_UNRECORDED)
    return attach(set_span_in_context(_Parent(fields), _EMPTY))


class _Parent(NonRecordingSpan):
    """The server's span, which is parsed only if the model reads it."""

    def __init__(self, fields: dict[str, str]) -> None:
        self._fields = fields

    def get_span_context(self) -> SpanContext:
        parent = self._fields["traceparent"]
        state = self._fields.get("tracestate")
        return SpanContext(
            int(parent[3:35], 16),
            int(parent[36:52], 16),
            is_remote=True,
            trace_flags=_FLAGS[parent[53:55]],
            trace_state=None if state is None else TraceState.from_header([state]),
        )

    def __repr__(self) -> str:
        return f"NonRecordingSpan({self.get_span_context()!r})"
