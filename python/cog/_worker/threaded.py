"""Runs a synchronous model on several threads, for models that ask for it: `@cog.concurrent(max=N, threads=True)`.

The interpreter's main thread receives requests and passes them to a pool. A cancel raises in the thread that runs the
prediction, at its next Python instruction. Unlike on the main thread, it doesn't interrupt a blocking call.
"""

from __future__ import annotations

import os
import select
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NoReturn

import _coglet

from coglet import CancelationException

from . import frames
from .control import Control
from .health import HealthChecks
from .requests import Request
from .running import Running
from .sync import SyncModel


class ThreadServer:
    """The main thread's end of the channels. Subclasses define what a pool's thread runs.

    Args:
        health: answers the health checks.
        concurrency: how many calls of the model may run at a time.
    """

    def __init__(self, health: HealthChecks, concurrency: int) -> None:
        self.control = Control(health, self.cancel)
        self.pool = ThreadPoolExecutor(concurrency, thread_name_prefix="cog-prediction")

    def serve(self) -> None:
        """Run predictions until the server closes the channel."""
        poller = select.poll()
        poller.register(_coglet.work_descriptor, select.POLLIN)
        poller.register(_coglet.control_descriptor, select.POLLIN)
        is_open = True
        while is_open:
            poller.poll()
            is_open = self.take_work()
            self.control.take()
        self.pool.shutdown()

    def take_work(self) -> bool:
        """Process what the server has sent; return False if it sends nothing more."""
        raise NotImplementedError

    def cancel(self, token: int) -> bool:
        """Cancel a prediction; return False if it isn't running."""
        raise NotImplementedError


class PredictionThreads(ThreadServer):
    """Runs each prediction on a thread of the pool.

    Args:
        model: runs the predictions; used by many threads at a time.
        health: answers the health checks.
        concurrency: how many predictions may run at a time.
    """

    def __init__(self, model: SyncModel, health: HealthChecks, concurrency: int) -> None:
        super().__init__(health, concurrency)
        self._model = model
        self._accepted: dict[int, _OnThread] = {}

    def take_work(self) -> bool:
        while received := _coglet.receive(0):
            self._start(Request(received))
        return received is None

    def cancel(self, token: int) -> bool:
        prediction = self._accepted.get(token)
        if prediction is None:
            return False
        prediction.interrupt()
        return True

    def _start(self, request: Request) -> None:
        token = request.token
        prediction = _OnThread(token, request.meta, frames.NOW)
        self._accepted[token] = prediction
        prediction.is_canceled = self.control.is_canceled_early(token)
        self.pool.submit(self._run, request, prediction)

    def _run(self, request: Request, prediction: _OnThread) -> None:
        try:
            self._model.run(request, prediction)
        except BaseException:
            die()
        del self._accepted[prediction.token]


def die() -> NoReturn:
    """End the worker after an exception in a pool's thread.

    The model's own exceptions don't get here. A pool would ignore this one, and the predictions would never end.
    """
    traceback.print_exc()
    os._exit(1)


# Taken while an exception is put into another thread, so that it can't hit the thread's next prediction.
_interrupting = threading.Lock()


class OnThread(Running):
    """A prediction, or a batch of them, that is interrupted by an exception put into its thread."""

    # `thread` is set while the model may be interrupted: a list with its number, which the first interruption takes.
    # Subclasses have the slot for it, because only one class among several bases may have any.
    if TYPE_CHECKING:
        thread: list[int]
    else:
        __slots__ = ()

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


class _OnThread(OnThread):
    __slots__ = ("thread",)
