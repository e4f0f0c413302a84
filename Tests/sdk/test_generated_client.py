"""The client that openapi-python-client makes from the document: it type-checks, and makes every call."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from cases import PYTHONS
from support.server import Server

MODEL = """
from typing import Optional

from cog import BaseRunner, Input, streaming
from collections.abc import Iterator


class Runner(BaseRunner):
    @streaming
    def run(self, text: str, n: int = Input(default=2, ge=1), mode: str = Input(default="a", choices=["a", "b"])) -> Iterator[str]:
        for _ in range(n):
            yield text
"""

CALLS = """
import sys
from cog_client import Client
from cog_client.api.default import (
    cancel_predictions_prediction_id_cancel_post as cancel,
    get_predictions_prediction_id_get as get,
    healthcheck_health_check_get as health,
    predict_predictions_post as post,
    put_predictions_prediction_id_put as put,
    root_get as root,
)
from cog_client.models import (
    Error, Health, HealthStatus, HTTPValidationError, Input, PredictionPutRequest, PredictionRequest,
    PredictionResponse, PredictionState, Status,
)

client = Client(base_url=sys.argv[1])
input_ = Input(text="x", n=2)
assert root.sync(client=client)
shown = health.sync(client=client)
assert isinstance(shown, Health) and shown.status == HealthStatus.READY
made = post.sync(client=client, body=PredictionRequest(input_=input_))
assert isinstance(made, PredictionResponse) and made.output == ["x", "x"], made
begun = post.sync(client=client, body=PredictionRequest(input_=input_), prefer="respond-async")
assert isinstance(begun, PredictionState) and isinstance(begun.id, str), begun
wrong = post.sync(client=client, body=PredictionRequest(input_=Input(text="x", n=0)))
assert isinstance(wrong, HTTPValidationError) and wrong.detail
named = put.sync("mine", client=client, body=PredictionPutRequest(input_=input_))
assert isinstance(named, PredictionResponse) and named.id == "mine", named
state = get.sync("mine", client=client)
assert isinstance(state, PredictionState) and state.status == Status.SUCCEEDED, state
assert not isinstance(cancel.sync("mine", client=client), Error)
assert isinstance(cancel.sync("nobody", client=client), Error)
"""


def test_generated_client(tmp_path: Path) -> None:
    server = Server(PYTHONS[0], source=MODEL)
    try:
        server.start()
        tools = Path(sys.executable).parent
        env = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}

        def run(*command: str) -> None:
            done = subprocess.run(
                command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=300
            )
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

        (tmp_path / "document.json").write_text(server.get("/openapi.json").text)
        run(
            "openapi-python-client",
            "generate",
            "--path",
            "document.json",
            "--meta",
            "none",
            "--output-path",
            "cog_client",
        )
        (tmp_path / "calls.py").write_text(CALLS)
        # client.py is the generator's own, whatever the document.
        (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = true\n[mypy-cog_client.client]\nignore_errors = true\n")
        run("mypy", "calls.py", "cog_client")
        run(sys.executable, "calls.py", f"http://127.0.0.1:{server.port}")
        assert server.stop() == 0
    finally:
        server.discard()
