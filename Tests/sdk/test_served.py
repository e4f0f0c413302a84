"""Every model of the two sets, served by the product itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cases import PYTHONS, case, folders, same, short
from decisions import ACCEPTED, REFUSED, SERVED
from support.server import Server
from support.waiting import wait_for

CONFORMANCE = {path.name: path for path in folders("conformance") if not path.name.startswith("quirk_")}
ADDITIONS = {path.name: path for path in folders("additions")}

# The original's texts that come from Python itself are those of 3.11.
CHANGED_TEXTS = {
    "err_setup_syntax_error": "failed to load predictor: SyntaxError: ",
}

every_python = pytest.mark.parametrize("python", PYTHONS, ids=short)


@contextmanager
def serving(python: str, folder: Path, until: str) -> Iterator[Any]:
    """Serve a folder's model; afterwards the server must end well."""
    facts = case(folder)
    references = {"COG_PREDICT_TYPE_STUB": facts["predict"], "COG_TRAIN_TYPE_STUB": facts["train"]}
    mode = facts["mode"]
    server = Server(
        python,
        str(folder),
        reference=facts[mode],
        mode=mode,
        env={"COG_OPENAPI": "original", **references, **facts.get("env", {})},
    )
    try:
        yield server.start(until)
        assert server.stop() == 0
    finally:
        server.discard()


def expectation(folder: Path) -> str:
    """Return "document" if the model is served, else the text that its setup logs hold."""
    name = folder.name
    if case(folder)["expect"] == "document" or name in ACCEPTED or name in SERVED:
        return "document"
    if name in REFUSED:
        return "" if name == "err_schema_train_not_found" else REFUSED[name]
    return CHANGED_TEXTS.get(name) or (folder / "expected_error.txt").read_text().strip()


@every_python
@pytest.mark.parametrize("name", CONFORMANCE)
def test_conformance(python: str, name: str) -> None:
    """The served document is the original's; a failed setup is reported in the original's words."""
    folder = CONFORMANCE[name]
    expected = expectation(folder)
    if expected == "document" or not expected:
        with serving(python, folder, "READY") as server:
            document = server.get("/openapi.json").json
            assert document["openapi"] == "3.0.2"
            if case(folder)["expect"] == "document":
                same(document, json.loads((folder / "openapi.json").read_text()))
    else:
        with serving(python, folder, "SETUP_FAILED") as server:
            health = server.health()
            assert health["setup"]["status"] == "failed"
            assert expected in health["setup"]["logs"]
            assert server.get("/openapi.json").status == 503


@every_python
@pytest.mark.parametrize("name", ADDITIONS)
def test_addition(python: str, name: str) -> None:
    """What the original lacks, with requests and answers."""
    folder = ADDITIONS[name]
    if case(folder)["expect"] == "setup_error":
        with serving(python, folder, "SETUP_FAILED") as server:
            assert (folder / "expected_error.txt").read_text().strip() in server.health()["setup"]["logs"]
        return
    with serving(python, folder, "READY") as server:
        same(server.get("/openapi.json").json, json.loads((folder / "openapi.json").read_text()))
        logs = server.health()["setup"]["logs"]
        for text in case(folder).get("logs", ()):
            assert text in logs
        for example in json.loads((folder / "examples.json").read_text()):
            check(server, example)
            wait_for(lambda: not input_files(server), "files of inputs to be removed")


def input_files(server: Any) -> list[str]:
    """Return the files that were fetched for inputs and are still there."""
    # os.walk passes over folders that vanish while it looks.
    return [name for _, _, names in os.walk(server.temp) for name in names if name.startswith("tmp")]


def check(server: Any, example: dict[str, Any]) -> None:
    """Send one example's input and compare what comes back."""
    answer = server.predict(example["input"])
    if "invalid" in example:
        assert answer.status == 422, answer.text
        field = answer.json["detail"][0]["loc"][2]
        assert field == example["invalid"], answer.text
        return
    assert answer.status == 200, answer.text
    if "failed" in example:
        assert answer.json["status"] == "failed", answer.text
        assert answer.json["error"].startswith(f"Input validation error: {example['failed']}: ")
    else:
        assert answer.json["status"] == "succeeded", answer.text
        assert answer.json["output"] == example["output"]
