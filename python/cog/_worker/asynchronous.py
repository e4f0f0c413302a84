"""Runs an asynchronous model: many predictions at a time on one event loop, on the interpreter's main thread.

A prediction that never waits costs no task: its coroutine is stepped where it arrives, in the name of a task that is
kept ready. Only when it waits does that task take it over; another one is then kept ready. So `current_task()` is the
same from a prediction's first line to its last, which cancel scopes and timeouts of libraries insist on.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from asyncio import tasks
from collections.abc import Coroutine, Generator
from contextvars import Context
from types import GeneratorType
from typing import Any

import _coglet

from cog import _outputs
from cog._inputs import InputError, InputPlan
from cog._loader import LoadedModel
from coglet import CancelationException

from . import frames, results, temporaries
from .control import Control
from .health import HealthChecks
from .requests import Request
from .running import Running, enter, running

# Requests taken in one go, so that running predictions get their turn in between.
_BATCH = 64


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return the loop for setup and predictions: uvloop's when the model's environment has it."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


class Seat:
    """A task that is kept ready to take over a prediction which has to wait."""

    def __init__(self, server: AsyncServer) -> None:
        self._server = server
        self._handover: asyncio.Future[None] = server.loop.create_future()
        self._work: tuple[Coroutine[Any, Any, None], Context, Any] | None = None
        self.task: asyncio.Task[None] = server.loop.create_task(self._drive())

    def take(self, coroutine: Coroutine[Any, Any, None], context: Context, awaited: Any) -> None:
        """Go on with `coroutine`, which waits for `awaited`."""
        self._work = (coroutine, context, awaited)
        if not self._handover.done():
            self._handover.set_result(None)

    async def _drive(self) -> None:
        while True:
            try:
                await self._handover
            except asyncio.CancelledError:
                if self._work is None:
                    if self._server.is_closing:
                        raise
                    # A prediction that never waited has canceled its own task; it has ended meanwhile.
                    self._forget_cancel()
                    self._handover = self._server.loop.create_future()
                    continue
                coroutine, context, _ = self._work
                await _Resumed(coroutine, context, None, asyncio.CancelledError())
            else:
                assert self._work is not None
                await _Resumed(*self._work, None)
            self._work = None
            self._forget_cancel()
            self._handover = self._server.loop.create_future()
            self._server.leave(self)

    def _forget_cancel(self) -> None:
        if sys.version_info >= (3, 11):  # only these count cancels
            while self.task.cancelling():
                self.task.uncancel()


class _Resumed:
    """Awaits the rest of a coroutine that was started elsewhere, each step in the coroutine's own context."""

    def __init__(
        self, coroutine: Coroutine[Any, Any, None], context: Context, awaited: Any, error: BaseException | None
    ) -> None:
        self._state = (coroutine, context, awaited, error)

    def __await__(self) -> Generator[Any, Any, None]:
        coroutine, context, awaited, error = self._state
        while True:
            try:
                if error is not None:
                    awaited, error = context.run(coroutine.throw, error), None
                else:
                    value = yield awaited
                    awaited = context.run(coroutine.send, value)
            except StopIteration:
                return
            except BaseException as thrown:
                if inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED:
                    raise
                error = thrown


class AsyncServer:
    """The event loop's end of the channel."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, model: LoadedModel, plan: InputPlan, health: HealthChecks
    ) -> None:
        self.loop = loop
        self.is_closing = False
        self._model = model
        self._plan = plan
        self._control = Control(health, self._cancel)
        self._ready_seats: list[Seat] = []
        self._by_token: dict[int, Seat] = {}
        self._is_flush_scheduled = False

    def serve(self) -> None:
        """Run predictions until the server closes the channel."""
        self.loop.add_reader(_coglet.work_descriptor, self._work_arrived)
        self.loop.add_reader(_coglet.control_descriptor, self._control.take)
        while not self.is_closing:
            try:
                self.loop.run_forever()
            except (SystemExit, KeyboardInterrupt):
                # A task that the model started ends this way; whoever awaits it is told. The loop goes on.
                continue
        self._close()

    def leave(self, seat: Seat) -> None:
        """Note that `seat` has finished its prediction."""
        self._ready_seats.append(seat)

    # MARK: - Arrivals

    def _work_arrived(self) -> None:
        for _ in range(_BATCH):
            received = _coglet.receive(0)
            if received is None:
                break
            if received is False:
                self.is_closing = True
                self.loop.stop()
                break
            self._start(Request(received))
        _coglet.flush()

    def _start(self, request: Request) -> None:
        token = request.token
        prediction = Running(token, request.meta, frames.HELD)
        running[token] = prediction
        prediction.is_canceled = self._control.is_canceled_early(token)
        seat = self._ready_seats.pop() if self._ready_seats else Seat(self)
        context = Context()
        context.run(enter, prediction, request.meta)
        coroutine = self._predict(request, prediction)
        tasks._enter_task(self.loop, seat.task)
        try:
            awaited = context.run(coroutine.send, None)
        except StopIteration:
            self._ready_seats.append(seat)
        else:
            self._by_token[token] = seat
            seat.take(coroutine, context, awaited)
        finally:
            tasks._leave_task(self.loop, seat.task)

    def _cancel(self, token: int) -> bool:
        prediction = running.get(token)
        if prediction is None:
            return False
        prediction.is_canceled = True
        if seat := self._by_token.get(token):
            seat.task.cancel()
        return True

    # MARK: - A prediction

    async def _predict(self, request: Request, prediction: Running) -> None:
        try:
            if prediction.is_canceled:
                results.finish(prediction, frames.CANCELED)
                return
            await self._invoke(request, prediction)
        except InputError as error:
            results.fail(prediction, f"Input validation error: {error}")
        except _outputs.OutputError as error:
            results.fail(prediction, f"Prediction failed: {error}")
        except (asyncio.CancelledError, CancelationException):
            results.finish(prediction, frames.CANCELED)
        except BaseException as error:
            # SystemExit too: it ends this prediction, not the loop that serves all the others.
            if not prediction.is_canceled:
                results.log_traceback(error)
            results.fail(prediction, "Prediction failed: Async prediction failed: " + results.describe(error))
        finally:
            del running[prediction.token]
            if prediction.folders:
                temporaries.remove(prediction)
            if self._by_token.pop(prediction.token, None) is not None:
                self._flush_soon()

    async def _invoke(self, request: Request, prediction: Running) -> None:
        values = self._plan.convert(request.values, request.meta.get("files") or {})
        result = self._model.call(**values)
        if self._model.kind == "async_generator":
            async for item in result:
                results.send_chunk(prediction, item, frames.HELD)
                self._flush_soon()
            results.finish(prediction, frames.CANCELED if prediction.is_canceled else frames.LIST)
            return
        result = await result
        if prediction.is_canceled:
            results.send_chunk(prediction, result, frames.HELD)
            results.finish(prediction, frames.CANCELED)
        elif isinstance(result, GeneratorType):
            # A plain generator may block: it is iterated outside the loop.
            await asyncio.to_thread(results.send_generator, prediction, result)
        else:
            results.send_value(prediction, result)

    def _flush_soon(self) -> None:
        """Write what has gathered at the end of this turn of the loop, all in one go."""
        if not self._is_flush_scheduled:
            self._is_flush_scheduled = True
            self.loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._is_flush_scheduled = False
        _coglet.flush()

    def _close(self) -> None:
        # Their end would stop the loop again and again.
        self.loop.remove_reader(_coglet.work_descriptor)
        self.loop.remove_reader(_coglet.control_descriptor)
        pending = [task for task in asyncio.all_tasks(self.loop) if not task.done()]
        for task in pending:
            task.cancel()
        if pending:
            self.loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()
