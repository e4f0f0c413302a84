"""What the worker and the server agree on besides frames; the same as in Sources/WorkerProtocol/Contract.swift."""

from __future__ import annotations

# The settings that a worker is started with.
REFERENCE = "reference"
MODE = "mode"
START = "start"
TRACING = "tracing"
SETUP_TRACE = "setup_trace"

# How the model's own spans are made.
EXPORTS = "exports"
CUSTOM = "custom"
ENDPOINT = "endpoint"
SAMPLER = "sampler"
RATIO = "ratio"
TIMEOUT = "timeout"
RESOURCE = "resource"
NOTICE = "notice"

# The `traceparent` of the setup of a forked worker that sets the model up itself.
SETUP_TRACE_VARIABLE = "TRACEPARENT"

# How the workers of a pool are started.
SPAWN = "spawn"
FORK = "fork"
FORK_AFTER_IMPORT = "fork-after-import"

# The `meta` of a prediction; a key that doesn't apply is missing.
CONTEXT = "context"
FILES = "files"
EVENTS = "events"
TRACE = "trace"
TIMES = "times"

# The report of a model that is ready; `FILES` is used here as well.
CONCURRENCY = "concurrency"
HEALTHCHECK = "healthcheck"
SCHEMA = "schema"
CHECKS = "checks"
BATCH = "batch"

# The batching that a model asks for.
MAX_SIZE = "max_size"
MAX_WAIT = "max_wait"

# The report of a batch whose call has failed.
TOKENS = "tokens"
ERROR = "error"
TRACEBACK = "traceback"

# When a call took place; `ERROR` and `TRACEBACK` are used here as well.
CALL = "call"
CONVERSION = "conversion"
MESSAGE = "message"

# How far the signal that interrupts a synchronous prediction lies above SIGRTMIN.
CANCEL_ABOVE_SIGRTMIN = 5

# The time limit of the model's health check. The server then stops waiting, and a coroutine is canceled.
HEALTHCHECK_SECONDS = 5.0

# The descriptor that last words are written to, and how they begin.
LAST_WORDS_DESCRIPTOR = 5
UNCAUGHT_EXCEPTION = "Uncaught exception: "
CHANNEL_CLOSED = "Channel closed"
