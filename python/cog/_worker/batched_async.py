"""Runs an asynchronous batched model: one or several batches at a time on one event loop."""

from __future__ import annotations

import asyncio
from contextvars import Context

import _coglet

from . import results
from .asynchronous import AsyncServer
from .batch import Batch, Item
from .batched import Gathering

_FAILED = "Prediction failed: Async prediction failed: "


class BatchedAsyncServer(AsyncServer):
    """The event loop's end of the channel, for a batched model."""

    _gathering: Gathering
    _items: dict[int, Item]

    def serve(self) -> None:
        self._gathering = Gathering()
        self._items = {}
        super().serve()

    def work_arrived(self) -> None:
        is_more_expected = True
        try:
            while requests := self._gathering.take(0):
                batch = Batch(requests, self.model.name)
                for item in batch.items:
                    item.is_canceled = self.control.is_canceled_early(item.token)
                    self._items[item.token] = item
                context = Context()
                context.run(batch.enter)
                self.start(batch, context, self._predict_batch(batch))
            is_more_expected = False
            if requests is False:
                self.close_channel()
        finally:
            # The first step of a batch may stop the loop with an exception.
            if is_more_expected:
                self.continue_soon()
            _coglet.flush()

    def cancel(self, token: int) -> bool:
        item = self._items.get(token)
        if item is None:
            return False
        item.is_canceled = True
        if item.batch.is_wholly_canceled:
            self.interrupt(item.batch.token)
        return True

    def _close(self) -> None:
        # The server is done with them, so an exception is no longer a failure.
        for item in self._items.values():
            item.is_canceled = True
        super()._close()

    async def _predict_batch(self, batch: Batch) -> None:
        try:
            await self._call(batch)
        except BaseException as error:
            # SystemExit too: it ends this batch, not the loop that serves all the others.
            batch.fail(error, _FAILED)
        finally:
            for item in batch.items:
                del self._items[item.token]
            self.forget(batch.token)
            batch.leave()

    async def _call(self, batch: Batch) -> None:
        arguments = batch.arguments(self.plan)
        if arguments is None:
            return
        result = self.model.call(**arguments)
        if self.model.kind != "async_generator":
            result = await result
        if hasattr(type(result), "__aiter__"):
            async for values in result:
                batch.send_chunks(values, _FAILED)
                self.flush_soon()
            batch.finish_streams()
            return
        if results.is_iterator(result):
            # A plain iterator may block: it is iterated outside the loop.
            await asyncio.to_thread(batch.send_stream, result, _FAILED)
        else:
            batch.send_results(result, _FAILED)
