"""Records why the worker dies, in memory that the server reads afterwards.

A fatal signal makes faulthandler write down where each thread is. What ends the interpreter otherwise is written here.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
from types import TracebackType

from .keys import CHANNEL_CLOSED, LAST_WORDS_DESCRIPTOR, UNCAUGHT_EXCEPTION

# Signals that end a process because of its own actions, besides those that faulthandler handles.
_FURTHER_SIGNALS = (signal.SIGXCPU, signal.SIGSYS, signal.SIGTRAP)
_TEXT_LIMIT = 500
_FRAME_LIMIT = 100


def install() -> None:
    """From now on, record where a fatal signal hits the model. Call it again after the memory has changed."""
    faulthandler.enable(LAST_WORDS_DESCRIPTOR)
    for number in _FURTHER_SIGNALS:
        faulthandler.register(number, LAST_WORDS_DESCRIPTOR, all_threads=False, chain=True)


def tell_exception(error: BaseException) -> None:
    """Record the exception that ends the interpreter, in faulthandler's format."""
    from .failures import describe

    # A SystemExit often has no message.
    text = " ".join(describe(error).split())[:_TEXT_LIMIT].removesuffix(":")
    lines = [f"{UNCAUGHT_EXCEPTION}{text}", "", "Stack (most recent call first):", *_frames(error.__traceback__)]
    _write("\n".join(lines))


def tell_channel_closed() -> None:
    """Record that the worker ends because the server, or the model, closed the channel."""
    _write(CHANNEL_CLOSED)


def _frames(traceback: TracebackType | None) -> list[str]:
    found = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        found.append(f'  File "{code.co_filename}", line {traceback.tb_lineno} in {code.co_name}')
        traceback = traceback.tb_next
    return found[::-1][:_FRAME_LIMIT]


def _write(text: str) -> None:
    # The model may have closed the descriptor. There is nobody left to report that to.
    with contextlib.suppress(OSError):
        os.write(LAST_WORDS_DESCRIPTOR, f"{text}\n".encode("utf-8", "replace"))
