"""The frames between the worker and the server, as numbers; the same as in Sources/WorkerProtocol/FrameKind.swift."""

from __future__ import annotations

# Control channel, from the server.
CANCEL = 16
HEALTH_CHECK = 17

# Work channel, to the server.
READY = 32
SETUP_FAILED = 33
LOG = 34
OUTPUT = 35
OUTPUT_FILE = 36
METRIC = 37
FINISHED = 38
BATCH_FAILED = 39
TEMPLATE = 40
TEMPLATE_REFUSED = 41
TIMES = 44

# The `detail` of FINISHED; 0 is plain success.
FAILED = 1
CANCELED = 2
INLINE = 4
LIST = 8

# When a frame is sent.
SOON = 0
NOW = 1
HELD = 2
LATER = 3

NO_TOKEN = 0
NO_DESCRIPTOR = -1
