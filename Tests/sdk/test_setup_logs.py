"""What the setup logs tell the author of a model: places in the model's own file, none in ours."""

from __future__ import annotations

import pytest
from cases import PYTHONS, short
from support.server import Server

every_python = pytest.mark.parametrize("python", PYTHONS, ids=short)

OLD = """
from cog import BasePredictor


class Predictor(BasePredictor):
    def predict(self) -> str:
        return "x"
"""

FAILING = """
from cog import BaseRunner


class Runner(BaseRunner):
    def __init__(self) -> None:
        raise ValueError("no weights")

    def run(self) -> str:
        return "x"
"""


def logs_of(python: str, source: str, until: str, reference: str) -> str:
    server = Server(python, source=source, reference=reference)
    try:
        logs: str = server.start(until).health()["setup"]["logs"]
        assert server.stop() == 0
    finally:
        server.discard()
    return logs


@every_python
def test_older_names_work_without_a_warning(python: str) -> None:
    assert "Warning" not in logs_of(python, OLD, "READY", "predict.py")


@every_python
def test_both_defaults(python: str) -> None:
    source = FAILING.replace('raise ValueError("no weights")', "pass") + "\n\nPredictor = Runner\n"
    logs = logs_of(python, source, "READY", "predict.py")
    assert "predict.py:1: UserWarning: Both Runner and Predictor are defined; using Runner." in logs


@every_python
def test_traceback_begins_in_the_model(python: str) -> None:
    logs = logs_of(python, FAILING, "SETUP_FAILED", "predict.py:Runner")
    assert "line 7, in __init__" in logs and "ValueError: no weights" in logs
    assert "site-packages" not in logs and "importlib" not in logs


@every_python
@pytest.mark.parametrize("reference", ["predict.py:Other", "other.py:Runner", "predict.txt"])
def test_no_traceback_where_the_model_is_not_to_blame(python: str, reference: str) -> None:
    logs = logs_of(python, FAILING, "SETUP_FAILED", reference)
    assert "Setup failed: failed to load predictor: " in logs
    assert "Traceback" not in logs
