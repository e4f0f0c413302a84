"""Makes a template of the process: it only forks workers, which inherit what it has loaded and set up."""

from __future__ import annotations

import gc
import sys
from typing import Any

import _coglet

from . import forked, frames, rehearsal, streams

# Names of threads can be long. The server takes 4096 bytes.
_REASON_LIMIT = 1000


def fork_workers(loop: Any = None) -> bool:
    """Become a template, if the state of the model's process allows it.

    Args:
        loop: the event loop that setup() ran on, which is closed here unless it is still needed. None if there is none.

    Returns:
        Whether to continue as a worker: True in each forked worker, and in this process if it can't be a template;
        False in the template, when it ends.
    """
    objection = rehearsal.objection(loop)
    if objection is not None:
        _send(frames.TEMPLATE_REFUSED, objection[:_REASON_LIMIT])
        return True
    sys.stdout.flush()
    sys.stderr.flush()
    _coglet.flush()
    was_collecting = gc.isenabled()
    # A garbage collection writes to every object, and each page that is written to is copied.
    gc.disable()
    gc.freeze()
    _send(frames.TEMPLATE, "")
    streams.is_template = True
    order = _coglet.template()
    if order is None:
        return False
    streams.is_template = False
    if was_collecting:
        gc.enable()
    forked.begin(order)
    return True


def _send(kind: int, text: str) -> None:
    _coglet.send(kind, 0, frames.NO_TOKEN, text.encode("utf-8", "replace"), frames.NO_DESCRIPTOR, frames.NOW)
