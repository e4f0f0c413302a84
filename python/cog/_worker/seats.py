"""Tasks for predictions of an asynchronous model, kept ready because most predictions need one only when they wait.

A prediction's first step runs where the request arrives, on behalf of such a task. If the prediction has to wait, the
task takes it over, so that `asyncio.current_task()` is the same from its first line to its last. Cancel scopes and
timeouts of libraries rely on that. A task serves many predictions that never wait, but only one that does: code that
the model left behind may cancel the task later, and must not hit another prediction.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio import tasks
from collections.abc import Coroutine, Generator
from contextvars import Context
from typing import Any

# Stands for "the task knows what the prediction waits for"; None is a value that a coroutine can yield.
_TOLD: Any = object()


class Seats:
    """The ready tasks.

    Args:
        loop: the event loop they belong to.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ready: list[tuple[asyncio.Task[None], _Seat]] = []

    def begin(self, coroutine: Coroutine[Any, Any, None], context: Context) -> asyncio.Task[None] | None:
        """Run the first step of a prediction.

        Args:
            coroutine: the prediction; it must not raise.
            context: the context to run it in.

        Returns:
            The task that continues it, or None if it has ended.
        """
        task, seat = self._take()
        seat.coroutine, seat.context = coroutine, context
        references = sys.getrefcount(task)
        awaited = _TOLD
        tasks._enter_task(self._loop, task)
        try:
            awaited = context.run(coroutine.send, None)
        except StopIteration:
            pass
        finally:
            tasks._leave_task(self._loop, task)
        if awaited is not _TOLD:
            seat.take_over(awaited)
            return task
        seat.coroutine = seat.context = None
        # Code that still refers to the task may cancel it later, so no other prediction may use it.
        if sys.getrefcount(task) == references:
            self._ready.append((task, seat))
        else:
            seat.give_up()
        return None

    def _take(self) -> tuple[asyncio.Task[None], _Seat]:
        while self._ready:
            task, seat = self._ready.pop()
            handover = seat.handover
            is_woken = handover is not None and handover.done()
            if not (is_woken or task.done() or getattr(task, "_must_cancel", False)):
                return task, seat
            # A prediction that never waited has canceled its own task, which ends the task.
            seat.give_up()
        seat = _Seat(self._loop)
        return self._loop.create_task(seat), seat


class _Seat(Coroutine[Any, Any, None]):
    """What a ready task runs: nothing until a prediction waits, then the rest of that prediction.

    It has a coroutine's interface without being an `async def`, because such a coroutine loses what it should run if it
    is canceled before its first step.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.coroutine: Coroutine[Any, Any, None] | None = None
        self.context: Context | None = None
        self._awaited = _TOLD
        # The task waits for this; done when the task is about to run even if no prediction was handed over.
        self.handover: asyncio.Future[None] | None = None
        self._is_given_up = False

    def take_over(self, awaited: Any) -> None:
        """Continue the coroutine, which waits for `awaited`."""
        self._awaited = awaited
        self._wake()

    def give_up(self) -> None:
        """Let the task end."""
        self._is_given_up = True
        self._wake()

    def _wake(self) -> None:
        if self.handover is not None and not self.handover.done():
            self.handover.set_result(None)

    # MARK: - Called by the task

    def send(self, value: Any) -> Any:
        if self.context is None or self.coroutine is None:
            if self._is_given_up:
                raise StopIteration
            self.handover = self._loop.create_future()
            return next(self.handover.__await__())
        if self._awaited is not _TOLD:
            awaited, self._awaited = self._awaited, _TOLD
            return awaited
        return self.context.run(self.coroutine.send, value)

    def throw(self, error: Any, *_: Any) -> Any:
        if self.context is None or self.coroutine is None:
            raise error
        if self._awaited is not _TOLD:
            awaited, self._awaited = self._awaited, _TOLD
            # What a task does if it is canceled while waiting: it cancels what it waits for, and learns about it that
            # way.
            if isinstance(error, asyncio.CancelledError) and asyncio.isfuture(awaited) and awaited.cancel():
                return awaited
        return self.context.run(self.coroutine.throw, error)

    def close(self) -> None:
        if self.coroutine is not None:
            self.coroutine.close()

    def __await__(self) -> Generator[Any, Any, None]:
        raise RuntimeError("only its task may run it")

    def __getattr__(self, name: str) -> Any:
        # `cr_frame` and the like, for code that inspects a task's coroutine.
        return getattr(self.__dict__.get("coroutine"), name)
