from opentelemetry.sdk.trace import TracerProvider


def create_tracer_provider():
    return TracerProvider(shutdown_on_exit=False)
