"""A replica of a deployment: the server's start, health, and end, and requests from other replicas."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Mapping
from typing import Any

from ray import serve

from ._peers import Peers
from ._proxy import GOES_ON, Fields, Proxy, answer_fields, ask, is_refusal, request, stay
from ._server import Server, ServerError

_logger = logging.getLogger("ray.serve")
WORKING_DIRECTORY = ""
"""Stands for the replica's own working directory, which is a copy of Ray's `working_dir` if there is one."""
_REFUSED_SECONDS = 0.2
"""How long a refusal takes, because replicas that refuse quickly would seem idle."""


class Replica:
    """Runs the prediction server and passes requests to it.

    Args:
        model: the model, such as `predict.py:Predictor`; None: the value of COG_PREDICT_TYPE_STUB.
        directories: where the model's file may be, or WORKING_DIRECTORY; the first that has it is the server's.
        settings: the server's variables, on top of the replica's environment.
        expected: how many requests Ray is configured to send at a time.
    """

    async def __init__(  # type: ignore[misc]  # Ray awaits it.
        self, model: str | None, directories: list[str], settings: Mapping[str, str], expected: int
    ) -> None:
        reference = model or settings.get("COG_PREDICT_TYPE_STUB") or os.environ.get("COG_PREDICT_TYPE_STUB")
        if not reference:
            raise ServerError("No model is named: pass one, such as predict.py:Predictor, or set COG_PREDICT_TYPE_STUB")
        directory = _directory_of(reference, [each or os.getcwd() for each in directories])
        self._server = Server(reference, directory, settings, _end_with_server)
        try:
            await self._server.start()
            slots = await self._server.slots()
        except BaseException:
            await self._server.kill()
            raise
        _logger.info(f"The prediction server of {reference} is ready: process {self._server.pid}, {slots} slots.")
        if slots > expected:
            _logger.warning(
                f"The model has {slots} slots, but this replica gets {expected} requests at a time: "
                f"set max_ongoing_requests={slots} in the deployment's options."
            )
        context = serve.get_replica_context()
        handle = serve.get_deployment_handle(context.deployment, context.app_name)
        _applications[:] = [Proxy(self._server, Peers(handle, has_room=expected > slots))]

    async def check_health(self) -> None:
        """Report to Ray whether this replica is healthy."""
        await self._server.check()

    async def predict(self, input: dict[str, Any]) -> Any:
        """Run a prediction for another deployment: `await handle.predict.remote({"name": "Ada"})`.

        Args:
            input: the model's inputs by name.

        Returns:
            The output.

        Raises:
            ServerError: the prediction failed, or its input doesn't fit the model.
        """
        fields = [(b"content-type", b"application/json")]
        if self._server.key:
            fields.append((b"x-api-key", self._server.key.encode()))
        body = json.dumps({"input": input}).encode()
        async with request(self._server, "POST", "/predictions", fields, body) as answer:
            document = json.loads(await answer.read())
            if answer.status != 200 or document["status"] != "succeeded":
                raise ServerError(str(document.get("error") or document.get("detail")))
            return document.get("output")

    async def look_up(self, method: str, target: str, fields: Fields) -> tuple[int, Fields, bytes] | None:
        """Answer another replica about a prediction; None if it isn't here."""
        answer = await ask(self._server, method, target, fields)
        return None if answer.status == 404 else (answer.status, answer.fields, answer.body)

    async def take(
        self, method: str, target: str, fields: Fields, body: bytes | None
    ) -> AsyncIterator[tuple[int, Fields] | bytes | None]:
        """Answer a request that another replica refuses.

        Yields:
            The status and the fields, and then the body; or only None if it is refused here too.
        """
        async with request(self._server, method, target, fields, body) as answer:
            if is_refusal(answer):
                await asyncio.sleep(_REFUSED_SECONDS)
                yield None
                return
            yield answer.status, answer_fields(answer)
            text = b""
            async for chunk in answer.content.iter_any():
                text = text + chunk if answer.status in GOES_ON else b""
                yield chunk
        if text:
            await stay(self._server, text, fields)


# The application of this process's replica, which its constructor makes and Ray requests later.
_applications: list[Proxy] = []


def application() -> Proxy:
    """Return the application of the replica that this process is."""
    return _applications[0]


def _directory_of(reference: str, directories: list[str]) -> str:
    file = reference.partition(":")[0]
    for directory in directories:
        if os.path.isfile(os.path.join(directory, file)):
            return directory
    raise ServerError(
        f"There is no {file} in {' or '.join(dict.fromkeys(directories))} on this machine. Give Ray the model's files "
        "with the runtime environment's working_dir, or pass the directory that they are in."
    )


def _end_with_server(status: int) -> None:
    """End this process because its server has ended; Ray then starts another replica."""
    _logger.error(f"The prediction server ended with status {status}. This replica ends as well.")
    logging.shutdown()
    os._exit(1)
