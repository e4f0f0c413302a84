"""Replaces `sys.stdout` and `sys.stderr`: text goes to the log of the prediction that wrote it."""

from __future__ import annotations

import _thread
import io
import os
import sys
from typing import Any, BinaryIO, TextIO

import _coglet

from . import frames
from .running import Running, of_caller

# A longer write is truncated to this, including the mark.
WRITE_LIMIT_BYTES = 4 * 1024 * 1024
TRUNCATION_MARK = "[**** LOG LINE TRUNCATED AT 4 MiB ****]"


# The current fork makes a worker, not a process of the model.
is_template = False


class LogStream(io.TextIOBase):
    """A text stream that sends complete lines to the server, together with the prediction they belong to.

    Several threads can write to it. Closing it has no effect: later predictions still need it.
    """

    mode = "w"
    encoding = "utf-8"
    errors = "strict"
    line_buffering = True
    write_through = False
    newlines = None

    def __init__(self, source: int, name: str, original: TextIO | None) -> None:
        self._source = source
        self._original = original
        self._partial = ""
        self._lock = _thread.RLock()
        self._is_forked = False
        self.name = name

    @property
    def buffer(self) -> BinaryIO:
        """The underlying binary stream: text written to it belongs to the prediction only if no other one is running.

        Raises:
            io.UnsupportedOperation: the worker was started without that stream.
        """
        if self._original is None:
            raise io.UnsupportedOperation("buffer")
        return self._original.buffer

    @property
    def closed(self) -> bool:
        return False

    def close(self) -> None:
        self.flush()

    def detach(self) -> Any:
        raise io.UnsupportedOperation("detach")

    def reconfigure(self, **settings: Any) -> None:
        """Accept what `io.TextIOWrapper.reconfigure` accepts, and ignore it."""

    def fileno(self) -> int:
        return self._source

    def isatty(self) -> bool:
        return False

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, text: str) -> int:
        """Write `text`; complete lines are sent at once.

        Returns:
            The number of UTF-8 bytes that were written.

        Raises:
            TypeError: `text` is not a str.
            UnicodeEncodeError: `text` holds a lone surrogate.
        """
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        count = len(text) if text.isascii() else len(text.encode("utf-8"))
        if self._is_forked:
            os.write(self._source, text.encode("utf-8"))
            return count
        if count > WRITE_LIMIT_BYTES:
            text = _truncated(text)
        end = text.rfind("\n") + 1
        owner = of_caller()
        with self._lock:
            if owner is None:
                waiting, self._partial = self._partial, text[end:] if end else self._partial + text
            else:
                waiting = owner.partial.get(self._source, "")
                owner.partial[self._source] = text[end:] if end else waiting + text
            if end:
                self._send(owner, waiting + text[:end])
        return count

    def flush(self) -> None:
        """Send text that still waits for its newline."""
        if self._is_forked:
            return
        owner = of_caller()
        with self._lock:
            if owner is None:
                text, self._partial = self._partial, ""
            else:
                text = owner.partial.pop(self._source, "")
            if text:
                self._send(owner, text)

    def _send(self, owner: Running | None, text: str) -> None:
        if owner is None:
            _coglet.send(frames.LOG, self._source, frames.NO_TOKEN, text, frames.NO_DESCRIPTOR, frames.NOW)
        else:
            owner.log(self._source, text)

    def _after_fork(self) -> None:
        if is_template:
            return
        # A forked child doesn't use the worker's channel. Its text goes through the pipe, like that of any child
        # process.
        self._is_forked = True
        self._partial = ""


def install() -> None:
    """Replace `sys.stdout` and `sys.stderr`."""
    out = LogStream(1, "<stdout>", sys.__stdout__)
    err = LogStream(2, "<stderr>", sys.__stderr__)
    sys.stdout, sys.stderr = out, err
    os.register_at_fork(after_in_child=out._after_fork)
    os.register_at_fork(after_in_child=err._after_fork)


def _truncated(text: str) -> str:
    newline = "\n" if text.endswith("\n") else ""
    # One byte is left for the newline, which print() writes separately.
    room = WRITE_LIMIT_BYTES - len(TRUNCATION_MARK) - 1
    return text.encode("utf-8")[:room].decode("utf-8", "ignore") + TRUNCATION_MARK + newline
