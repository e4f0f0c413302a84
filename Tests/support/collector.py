"""A collector of traces and metrics: what the server and its workers have sent by OTLP."""

from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from .environment import DEADLINE
from .receiver import Receiver
from .waiting import wait_for


@dataclass
class Seen:
    """A span as received."""

    name: str
    trace: str
    id: str
    parent: str
    kind: int
    start: int
    end: int
    attributes: dict[str, Any]
    events: list[tuple[str, dict[str, Any]]]
    is_error: bool
    message: str
    state: str
    resource: dict[str, Any]


class Collector(Receiver):
    """A receiver of OTLP."""

    def environment(self, **more: str) -> dict[str, str]:
        """What makes a server record every trace and send it here soon."""
        return {
            "COG_TRACE_CONFIGURED": "true",
            "COG_TRACE_SAMPLER": "always_on",
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.url,
            "OTEL_BSP_SCHEDULE_DELAY": "20",
            **more,
        }

    @property
    def spans(self) -> list[Seen]:
        """All spans so far."""
        found = []
        for request in self.at("/v1/traces"):
            message = ExportTraceServiceRequest.FromString(request.body)
            for of_resource in message.resource_spans:
                resource = _attributes(of_resource.resource.attributes)
                for of_scope in of_resource.scope_spans:
                    found += [_seen(span, resource) for span in of_scope.spans]
        return found

    def trace(self, trace: str, *names: str, seconds: float = DEADLINE) -> dict[str, Seen]:
        """The spans of a trace by name, once all of these names are there."""

        def complete() -> dict[str, Seen] | None:
            spans = {span.name: span for span in self.spans if span.trace == trace}
            return spans if all(name in spans for name in names) else None

        return wait_for(complete, f"spans {names} of {trace}", seconds)

    def metrics(self) -> dict[str, Any]:
        """The metrics that have come last, by name."""
        requests = self.at("/v1/metrics")
        if not requests:
            return {}
        message = ExportMetricsServiceRequest.FromString(requests[-1].body)
        return {metric.name: metric for metric in message.resource_metrics[0].scope_metrics[0].metrics}


def _seen(span: Any, resource: dict[str, Any]) -> Seen:
    return Seen(
        name=span.name,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        kind=span.kind,
        start=span.start_time_unix_nano,
        end=span.end_time_unix_nano,
        attributes=_attributes(span.attributes),
        events=[(event.name, _attributes(event.attributes)) for event in span.events],
        is_error=span.status.code == 2,
        message=span.status.message,
        state=span.trace_state,
        resource=resource,
    )


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}


def paths(spans: dict[str, Seen]) -> set[str]:
    """The position of each span: its name after those of its parents, joined by `/`."""
    by_id = {span.id: span for span in spans.values()}

    def path(span: Seen) -> str:
        parent = by_id.get(span.parent)
        return span.name if parent is None else f"{path(parent)}/{span.name}"

    return {path(span) for span in spans.values()}
