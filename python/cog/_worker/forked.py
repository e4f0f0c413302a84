"""The start and the end of a worker that was forked from a template."""

from __future__ import annotations

import atexit
import json
import os
import signal
import sys
from typing import Any

import _coglet

from . import keys

# Whether this process was forked from a template.
is_forked = False

# The `traceparent` of its setup, if the worker runs its own setup and tracing is on.
setup_trace: str | None = None

# Higher than the template's: if memory runs out, a worker can be forked again, but the template can't.
_OOM_SCORE_STEP = 100
_OOM_SCORE_LIMIT = 1000


def prepare() -> None:
    """Prepare for being forked. Call this before the model is loaded, so that its own hooks run last."""
    os.register_at_fork(after_in_child=_reseed)
    # Otherwise, torch asks CUDA whether there is a GPU, and a process that has asked can't use CUDA after a fork.
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")


def begin(order: bytes) -> None:
    """Become a separate worker, right after the fork."""
    global is_forked, setup_trace
    is_forked = True
    for variable in json.loads(order):
        name, _, value = variable.partition("=")
        if name == keys.SETUP_TRACE_VARIABLE:
            setup_trace = value
            continue
        if name == "TMPDIR":
            _move(os.environ.get(name), value)
        os.environ[name] = value
    _die_before_the_template()
    _leave_cleanup_to_the_template()


def end(error: BaseException | None = None) -> None:
    """End the process as Python does, but without finalizing the template's objects.

    Does nothing in a process that wasn't forked from a template.

    Args:
        error: what ended the worker, if it wasn't the server.
    """
    if not is_forked:
        return
    status = 0 if error is None else _status(error)
    try:
        if "threading" in sys.modules:
            sys.modules["threading"]._shutdown()
        atexit._run_exitfuncs()
    except BaseException as another:
        sys.excepthook(type(another), another, another.__traceback__)
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.flush()
    if isinstance(error, KeyboardInterrupt):
        # Like the interpreter: the exit status shows what ended the process.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    _coglet.leave(status)


def _reseed() -> None:
    # `random` reseeds itself. Generators that the model has made can't be found.
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    if "torch" in sys.modules:
        sys.modules["torch"].seed()


def _move(old: str | None, new: str) -> None:
    """Put temporary files into this worker's own folder."""
    tempfile: Any = sys.modules.get("tempfile")
    # A setting of the model itself is kept.
    if tempfile is not None and tempfile.tempdir == old:
        tempfile.tempdir = new
    _coglet.moved(new)


def _die_before_the_template() -> None:
    try:
        with open("/proc/self/oom_score_adj", "r+") as file:
            score = min(int(file.read()) + _OOM_SCORE_STEP, _OOM_SCORE_LIMIT)
            file.seek(0)
            file.write(str(score))
    except OSError:
        # Some sandboxes lack this file; the kernel then chooses by size alone.
        pass


def _leave_cleanup_to_the_template() -> None:
    """Drop the exit handlers of setup(), such as one that removes all workers' files; the template runs them."""
    atexit._clear()
    if "weakref" in sys.modules:
        finalize = sys.modules["weakref"].finalize
        for each in list(finalize._registry):
            each.atexit = False
        # Handlers that this worker registers are still called.
        atexit.register(finalize._exitfunc)


def _status(error: BaseException) -> int:
    if not isinstance(error, SystemExit):
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    print(error.code, file=sys.stderr)
    return 1
