"""Tests of the SDK."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent))

from support.worker import Worker  # noqa: E402


@pytest.fixture
def start_worker() -> Iterator[Callable[..., Worker]]:
    """Starts workers without a server. `{body}` in the source of the model stands for `body`."""
    started = []

    def start(source: str, body: str = "", python: str = "", **keywords: Any) -> Worker:
        from cases import PYTHONS

        text = source.replace("{body}", body.replace("\n", "\n        "))
        worker = Worker(python or PYTHONS[0], text, **keywords)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.discard()
