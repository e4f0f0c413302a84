"""Silences the output of a library."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout


@contextmanager
def suppress_output() -> Iterator[None]:
    """Discard everything written to the standard streams, even by C code and child processes."""
    sys.stdout.flush()
    sys.stderr.flush()
    descriptors = (sys.stdout.fileno(), sys.stderr.fileno())
    saved = [os.dup(descriptor) for descriptor in descriptors]
    with open(os.devnull, "w", encoding="utf-8") as null:
        try:
            for descriptor in descriptors:
                os.dup2(null.fileno(), descriptor)
            # During a prediction, Python's own streams don't write to the descriptors.
            with redirect_stdout(null), redirect_stderr(null):
                yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for descriptor, copy in zip(descriptors, saved, strict=True):
                os.dup2(copy, descriptor)
                os.close(copy)
