"""The event loop of setup(), when workers are forked after it: forked processes can't share one."""

from __future__ import annotations

import asyncio
import gc
from types import FrameType
from typing import Any

# How often to check whether the model has released the loop, and the pause in between.
_LOOKS = 20
_LOOK_SECONDS = 0.01

# How many objects refer to the loop when none of them belongs to the model.
_usual_referrers = 0


def watch(loop: asyncio.AbstractEventLoop) -> None:
    """Record the references to a loop before the model has seen it."""
    global _usual_referrers
    loop.run_until_complete(asyncio.sleep(0))
    _usual_referrers = _referrers(loop)


def close(loop: asyncio.AbstractEventLoop) -> str | None:
    """Close the loop, unless the model needs it. If so, return the reason."""
    pending = [task.get_name() for task in asyncio.all_tasks(loop) if not task.done()]
    if pending:
        return f"tasks of setup() are running on its event loop: {', '.join(pending[:3])}"
    if _is_kept(loop):
        return "the model keeps the event loop of setup(), or something that belongs to it"
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    return None


def _is_kept(loop: asyncio.AbstractEventLoop) -> bool:
    for _ in range(_LOOKS):
        if _referrers(loop) <= _usual_referrers:
            return False
        # A thread of the loop's executor releases its last job a moment after the job's end.
        loop.run_until_complete(asyncio.sleep(_LOOK_SECONDS))
    return True


def _referrers(loop: Any) -> int:
    # Garbage in reference cycles doesn't count.
    gc.collect()
    return sum(not isinstance(each, FrameType) for each in gc.get_referrers(loop))
