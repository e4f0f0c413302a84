"""The model's own spans: the provider of OpenTelemetry in the worker, from its start to its end.

Only imported if tracing is on. A template has the provider before its model is imported, but the exporter of spans has
a thread, which a fork doesn't copy, so the exporter starts in each worker.
"""

from __future__ import annotations

import importlib.util
import mmap
import os
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from . import keys
from .running import current

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.sdk.trace.sampling import Sampler

_CONFIG_PATH = "/.cog/telemetry.py"

# The time that the provider's flush and shutdown have together; the server waits a little longer for the worker.
_END_SECONDS = 4.0

# How many spans a template keeps until a worker sends them.
_HELD_LIMIT = 2048


class TracingError(Exception):
    """The image's `telemetry.py` isn't usable; the text says why."""


class _State:
    """The OpenTelemetry state of this process."""

    def __init__(self) -> None:
        self.provider: TracerProvider | None = None
        # Adds the exporter to our own provider; None once that is done, and for a provider made by the model's author.
        self.begin: Callable[[], None] | None = None


_state = _State()


def install(options: dict[str, Any], *, is_template: bool) -> None:
    """Make the provider. Call this before the model is imported.

    Args:
        options: the server's settings, with the keys of `TracingKey`.
        is_template: the process may be forked.

    Raises:
        Exception: whatever the image's `telemetry.py` raises.
    """
    if keys.NOTICE in options:
        print(options[keys.NOTICE], file=sys.stderr)
        return
    if options[keys.CUSTOM]:
        _install_custom()
        return
    try:
        from opentelemetry.sdk import trace
    except ImportError as error:
        print(
            f"The model's own spans are not exported: {error}. Install cog[tracing], or set OTEL_TRACES_EXPORTER=none.",
            file=sys.stderr,
        )
        return
    try:
        from opentelemetry.sdk.resources import Resource

        resource = Resource.create(options[keys.RESOURCE])
        sampler = _sampler(options[keys.SAMPLER], options[keys.RATIO])
        # The worker shuts it down itself.
        provider = trace.TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
        _make_global(provider)
        held = _Held() if is_template else None
        if held is not None:
            provider.add_span_processor(held.processor)
        _state.begin = lambda: _export(provider, options, held)
        if not is_template:
            begin_exporting()
    except Exception:
        # A wrong collector URL must not keep the model from running.
        traceback.print_exc()


def begin_exporting() -> None:
    """Start to export spans, in the process that runs predictions. Does nothing the second time."""
    begin, _state.begin = _state.begin, None
    if begin is None:
        return
    try:
        begin()
    except Exception:
        traceback.print_exc()


def shut_down() -> None:
    """Export what is left and shut the provider down, within a few seconds."""
    provider = _state.provider
    if provider is None:
        return
    _state.provider = None
    # A collector that hangs must not delay the end of the worker.
    thread = threading.Thread(target=_end, args=(provider,), name="cog-tracing-end", daemon=True)
    thread.start()
    thread.join(_END_SECONDS)


def _end(provider: TracerProvider) -> None:
    try:
        provider.force_flush(int(_END_SECONDS * 1000))
    except Exception:
        print("Failed to flush Python tracing provider", file=sys.stderr)
        traceback.print_exc()
    try:
        provider.shutdown()
    except Exception:
        print("Failed to shut down Python tracing provider", file=sys.stderr)
        traceback.print_exc()


def _make_global(provider: TracerProvider) -> None:
    from opentelemetry import trace

    if trace._TRACER_PROVIDER is not None:
        raise TracingError("A global OpenTelemetry TracerProvider is already installed")
    trace.set_tracer_provider(provider)
    _state.provider = provider


# MARK: - The image's telemetry.py


def _install_custom() -> None:
    if os.environ.get("COG_OBSERVABILITY_CONFIG") != _CONFIG_PATH:
        raise TracingError(f"COG_OBSERVABILITY_CONFIG must be '{_CONFIG_PATH}'")
    from opentelemetry.sdk.trace import TracerProvider

    spec = importlib.util.spec_from_file_location("_cog_telemetry", _CONFIG_PATH)
    if spec is None or spec.loader is None:
        raise TracingError(f"{_CONFIG_PATH} can't be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules["_cog_telemetry"] = module
    spec.loader.exec_module(module)
    make = getattr(module, "create_tracer_provider", None)
    if not callable(make):
        raise TracingError("telemetry.py must define create_tracer_provider()")
    provider = make()
    if not isinstance(provider, TracerProvider):
        raise TracingError("telemetry.py create_tracer_provider() must return TracerProvider")
    _make_global(provider)
    configure = getattr(module, "configure_instrumentation", None)
    if configure is None:
        return
    if not callable(configure):
        raise TracingError("telemetry.py configure_instrumentation must be callable")
    configure()


# MARK: - Our own provider


def _sampler(name: str, ratio: float) -> Sampler:
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, TraceIdRatioBased

    roots: dict[str, Callable[[], Sampler]] = {
        "always_on": lambda: ALWAYS_ON,
        "always_off": lambda: ALWAYS_OFF,
        "traceidratio": lambda: TraceIdRatioBased(ratio),
    }
    prefix, separator, root = name.rpartition("parentbased_")
    return ParentBased(roots[root]()) if separator and not prefix else roots[name]()


def _export(provider: TracerProvider, options: dict[str, Any], held: _Held | None) -> None:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter = OTLPSpanExporter(endpoint=options[keys.ENDPOINT], timeout=options[keys.TIMEOUT])
    processor = BatchSpanProcessor(_quiet(exporter))
    provider.add_span_processor(processor)
    if held is not None:
        for span in held.take():
            processor.on_end(span)


def _quiet(exporter: SpanExporter) -> SpanExporter:
    """Make an exporter's output belong to no prediction."""
    export = exporter.export

    def export_for_nobody(spans: Sequence[ReadableSpan]) -> Any:
        token = current.set(None)
        try:
            return export(spans)
        finally:
            current.reset(token)

    exporter.export = export_for_nobody  # type: ignore[method-assign]
    return exporter


class _Held:
    """Spans of a template: those of the setup. The first worker that asks for them sends them."""

    def __init__(self) -> None:
        from opentelemetry.sdk.trace import SpanProcessor

        spans: list[ReadableSpan] = []

        class Keeper(SpanProcessor):
            def on_end(self, span: ReadableSpan) -> None:
                if len(spans) < _HELD_LIMIT and span.context is not None and span.context.trace_flags.sampled:
                    spans.append(span)

        self._spans = spans
        self.processor = Keeper()
        # Shared by all forks.
        self._is_taken = mmap.mmap(-1, 1)

    def take(self) -> list[ReadableSpan]:
        """Return the spans, once among all forks, and stop collecting."""
        self.processor.on_end = lambda span: None  # type: ignore[method-assign]
        spans = list(self._spans)
        self._spans.clear()
        if self._is_taken[0]:
            return []
        self._is_taken[0] = 1
        return spans
