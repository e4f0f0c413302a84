"""The prediction server, seen from Python."""

from __future__ import annotations

import sys
from typing import NoReturn

__all__ = ["active", "serve"]

active: bool = "_coglet" in sys.builtin_module_names
"""Whether this process is a worker of the server."""


def serve(
    predictor_ref: str | None = None,
    host: str = "0.0.0.0",
    port: int = 5000,
    await_explicit_shutdown: bool = False,
    is_train: bool = False,
    upload_url: str | None = None,
) -> NoReturn:
    """Replace this process with the server.

    Args:
        predictor_ref: the model, `file.py:Name`; by default what the environment says.
        host: the address to listen on.
        port: the port; 0 picks a free one.
        await_explicit_shutdown: ignore SIGTERM; end on `POST /shutdown`, SIGINT, or SIGHUP.
        is_train: run trainings.
        upload_url: where output files are uploaded to.

    Raises:
        RuntimeError: called within a worker.
        SystemExit: the server can't be started.
    """
    if active:
        raise RuntimeError("serve() can't be called by a model, which is already being served")
    from cog.server import http
    from cog.server.options import Options

    http.start(
        Options(
            host=host,
            mode="train" if is_train else "predict",
            await_explicit_shutdown=await_explicit_shutdown,
            upload_url=upload_url,
        ),
        reference=predictor_ref,
        port=port,
    )
