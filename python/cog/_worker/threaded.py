"""Runs a synchronous model on several threads, for models that ask for it: `@cog.concurrent(max=N, threads=True)`.

The interpreter's main thread takes what arrives and hands it to a pool. A cancel raises in the thread that runs the
prediction, at its next Python instruction: unlike on the main thread, a call that blocks is not interrupted.
"""

from __future__ import annotations

import os
import select
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

import _coglet

from coglet import CancelationException

from . import frames
from .control import Control
from .health import HealthChecks
from .requests import Request
from .running import Running
from .sync import SyncModel


class ThreadServer:
    """The main thread's end of the channels.

    Args:
        model: runs the predictions; used by many threads at a time.
        health: answers the health checks.
        concurrency: how many predictions may run at a time.
    """

    def __init__(self, model: SyncModel, health: HealthChecks, concurrency: int) -> None:
        self._model = model
        self._control = Control(health, self._cancel)
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="cog-prediction")
        self._accepted: dict[int, _OnThread] = {}

    def serve(self) -> None:
        """Run predictions until the server closes the channel."""
        poller = select.poll()
        poller.register(_coglet.work_descriptor, select.POLLIN)
        poller.register(_coglet.control_descriptor, select.POLLIN)
        is_open = True
        while is_open:
            poller.poll()
            is_open = self._take_work()
            self._control.take()
        self._pool.shutdown()

    def _take_work(self) -> bool:
        while received := _coglet.receive(0):
            self._start(Request(received))
        return received is None

    def _start(self, request: Request) -> None:
        token = request.token
        prediction = _OnThread(token, request.meta, frames.NOW)
        self._accepted[token] = prediction
        prediction.is_canceled = self._control.is_canceled_early(token)
        self._pool.submit(self._run, request, prediction)

    def _run(self, request: Request, prediction: _OnThread) -> None:
        try:
            self._model.run(request, prediction)
        except BaseException:
            # Nothing of the model's gets here. A pool would keep quiet, and the prediction would never end.
            traceback.print_exc()
            os._exit(1)
        del self._accepted[prediction.token]

    def _cancel(self, token: int) -> bool:
        prediction = self._accepted.get(token)
        if prediction is None:
            return False
        prediction.interrupt()
        return True


# Taken while an exception is put into another thread, so that it can't hit the thread's next prediction.
_interrupting = threading.Lock()


class _OnThread(Running):
    """A prediction that is interrupted by an exception put into its thread."""

    # `thread` is there while the model may be interrupted: a list with its number, which the first to interrupt takes.
    __slots__ = ("thread",)

    def open(self) -> None:
        if self.is_canceled:
            raise CancelationException
        self.thread = [threading.get_ident()]
        if self.is_canceled:
            raise CancelationException

    def interrupt(self) -> None:
        """Cancel the prediction; called on the main thread."""
        self.is_canceled = True
        with _interrupting:
            if thread := self._take_thread():
                _coglet.interrupt(thread, CancelationException)

    def close(self) -> None:
        if self._take_thread() is None:
            with _interrupting:
                _coglet.interrupt(threading.get_ident(), None)

    def _take_thread(self) -> int | None:
        try:
            return self.thread.pop()
        except (AttributeError, IndexError):
            return None
