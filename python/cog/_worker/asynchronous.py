"""Runs an asynchronous model: many concurrent predictions on one event loop, on the interpreter's main thread."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any

import _coglet

from cog._model.loader import LoadedModel
from cog._values.inputs import InputError, InputPlan
from cog._values.output_error import OutputError

from . import failures, frames, results, temporaries
from .control import Control
from .health import HealthChecks
from .keys import FILES
from .requests import Request
from .running import Running, enter, running
from .seats import Seats

# The most requests that one turn of the loop starts, so that running predictions get their turn in between.
_STARTED_AT_ONCE = 64

# How often one turn of the loop polls for the next request, so that the model's own tasks get their turn.
_POLLED_AT_ONCE = 4


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return the loop for setup and predictions: uvloop's if it is installed in the model's environment."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


class AsyncServer:
    """The event loop's end of the channel."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, model: LoadedModel, plan: InputPlan, health: HealthChecks
    ) -> None:
        self.loop = loop
        self.is_closing = False
        self.model = model
        self.plan = plan
        self.control = Control(health, self.cancel)
        self._seats = Seats(loop)
        # The tasks of predictions that are waiting or have waited.
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._is_flush_scheduled = False
        self._is_continuation_scheduled = False

    def serve(self) -> None:
        """Run predictions until the server closes the channel."""
        self.loop.add_reader(_coglet.work_descriptor, self.work_arrived)
        self.loop.add_reader(_coglet.control_descriptor, self.control.take)
        while not self.is_closing:
            try:
                self.loop.run_forever()
            except (SystemExit, KeyboardInterrupt):
                # A task that the model started ends this way. Its awaiter receives the exception, and the loop goes on.
                continue
        self._close()

    # MARK: - Arrivals

    def work_arrived(self) -> None:
        """Take what the server has sent."""
        is_more_expected = True
        polls_left = _POLLED_AT_ONCE
        try:
            for _ in range(_STARTED_AT_ONCE):
                received = _coglet.receive(0)
                if received is None and polls_left and not running:
                    # Only the client that was just answered is waiting. It may send its next request immediately.
                    polls_left -= 1
                    received = _coglet.receive(-1)
                if not received:
                    is_more_expected = False
                    if received is False:
                        self.close_channel()
                    break
                request = Request(received)
                prediction = Running(request.token, request.meta, frames.HELD)
                prediction.is_canceled = self.control.is_canceled_early(request.token)
                # An empty context, without what setup() or another prediction has set.
                self.start(prediction, Context(), self._predict(request, prediction))
        finally:
            if is_more_expected:
                self.continue_soon()
            _coglet.flush()

    def close_channel(self) -> None:
        """Record that the server sends nothing more."""
        self.is_closing = True
        self.loop.stop()

    def continue_soon(self) -> None:
        """Take more requests in the next turn of the loop.

        One read of the socket can bring more requests than one turn takes. The socket doesn't become readable again
        because of the rest, so the loop wouldn't call.
        """
        if not self._is_continuation_scheduled:
            self._is_continuation_scheduled = True
            self.loop.call_soon(self._continue)

    def _continue(self) -> None:
        self._is_continuation_scheduled = False
        self.work_arrived()

    def start(self, prediction: Running, context: Context, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run `coroutine`, which contains all of `prediction`, until it waits or has ended."""
        running[prediction.token] = prediction
        if task := self._seats.begin(coroutine, context):
            self._tasks[prediction.token] = task

    def cancel(self, token: int) -> bool:
        """Cancel a prediction; return False if it isn't running."""
        prediction = running.get(token)
        if prediction is None:
            return False
        prediction.is_canceled = True
        self.interrupt(token)
        return True

    def interrupt(self, token: int) -> None:
        """Cancel the task that runs a prediction, if it waits."""
        if task := self._tasks.get(token):
            task.cancel()

    def forget(self, token: int) -> None:
        """Record that a prediction has ended."""
        del running[token]
        self._tasks.pop(token, None)

    # MARK: - A prediction

    async def _predict(self, request: Request, prediction: Running) -> None:
        try:
            enter(prediction, request.meta)
            if prediction.is_canceled:
                results.finish(prediction, frames.CANCELED)
                return
            values = self.plan.convert(request.values, request.meta.get(FILES) or {})
            if prediction.timing is not None:
                prediction.timing.converted()
            result = self.model.call(**values)
            if self.model.kind != "async_generator":
                result = await result
            if type(result) in results.NEVER_FILES and not prediction.is_canceled:
                results.send_value(prediction, result)
            else:
                await self._send(result, prediction)
        except InputError as error:
            results.fail(prediction, f"Input validation error: {error}")
        except OutputError as error:
            results.fail(prediction, f"Prediction failed: {error}")
        except BaseException as error:
            # SystemExit too: it ends this prediction, not the loop that serves all the others. A cancellation is a
            # failure like any other unless the server asked for it: models cancel tasks too.
            results.log_failure(prediction, error)
            results.fail(prediction, "Prediction failed: Async prediction failed: " + failures.describe(error))
        finally:
            del running[prediction.token]
            prediction.made_scope = None
            if prediction.folders:
                temporaries.remove(prediction)
            if self._tasks.pop(prediction.token, None) is not None:
                self.flush_soon()

    async def _send(self, result: Any, prediction: Running) -> None:
        if hasattr(type(result), "__aiter__"):
            index = 0
            async for item in result:
                results.send_chunk(prediction, item, frames.HELD, index)
                index += 1
                self.flush_soon()
            results.finish(prediction, frames.CANCELED if prediction.is_canceled else frames.LIST)
            return
        if prediction.is_canceled:
            results.send_chunk(prediction, result, frames.HELD)
            results.finish(prediction, frames.CANCELED)
        elif results.is_iterator(result):
            # A plain iterator may block: it is iterated outside the loop.
            await asyncio.to_thread(results.send_iterator, prediction, result)
        else:
            results.send_value(prediction, result)

    def flush_soon(self) -> None:
        """Write everything collected by the end of this turn of the loop at once."""
        if not self._is_flush_scheduled:
            self._is_flush_scheduled = True
            self.loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._is_flush_scheduled = False
        _coglet.flush()

    def _close(self) -> None:
        # The server is done with them, so an exception is no longer a failure.
        for prediction in running.values():
            prediction.is_canceled = True
        # Each of them would stop the loop again when it ends.
        self.loop.remove_reader(_coglet.work_descriptor)
        self.loop.remove_reader(_coglet.control_descriptor)
        pending = [task for task in asyncio.all_tasks(self.loop) if not task.done()]
        for task in pending:
            task.cancel()
        if pending:
            self.loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()
