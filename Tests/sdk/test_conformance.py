"""Every model of the two sets, loaded and described by every interpreter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cases import PYTHONS, case, described, folders, same, short
from decisions import ACCEPTED, PROCESS_ONLY, QUIRKS_REFUSED, REFUSED, SERVED

CONFORMANCE = {path.name: path for path in folders("conformance")}
ADDITIONS = {path.name: path for path in folders("additions")}

DOCUMENTS = [name for name, path in CONFORMANCE.items() if case(path)["expect"] == "document"]
EXACT = [name for name in DOCUMENTS if not name.startswith("quirk_")]
QUIRKS = [name for name in DOCUMENTS if name.startswith("quirk_")]
SETUP = [name for name, path in CONFORMANCE.items() if case(path)["expect"] == "setup_error"]
BUILD = [name for name, path in CONFORMANCE.items() if case(path)["expect"] in ("schema_error", "document_error")]

every_python = pytest.mark.parametrize("python", PYTHONS, ids=short)


def text(folder: Path) -> str:
    return (folder / "expected_error.txt").read_text().strip()


def test_the_set_is_complete() -> None:
    """57 documents, 27 setups that fail, 48 refusals of the build: each is looked at below."""
    assert (len(EXACT), len(SETUP), len(BUILD)) == (57, 27, 48)
    assert set(BUILD) == REFUSED.keys() | ACCEPTED.keys()


@every_python
@pytest.mark.parametrize("name", EXACT)
def test_document_is_the_originals(python: str, name: str) -> None:
    """What the model's signature says is described in the same words."""
    found = described(python, "conformance")[name]
    assert "error" not in found
    same(found["document"], json.loads((CONFORMANCE[name] / "openapi.json").read_text()))


@every_python
@pytest.mark.parametrize("name", QUIRKS)
def test_quirk_is_described_as_the_model_is(python: str, name: str) -> None:
    """Where the original misreads the source, the document says what the model does."""
    found = described(python, "conformance")[name]
    if name in QUIRKS_REFUSED:
        assert QUIRKS_REFUSED[name] in found["error"]
    else:
        assert "error" not in found


@every_python
@pytest.mark.parametrize("name", [name for name in SETUP if name not in PROCESS_ONLY])
def test_setup_fails_with_the_originals_words(python: str, name: str) -> None:
    """A model that can't be loaded or set up is reported with Python's own text."""
    found = described(python, "conformance")[name]
    if name in SERVED:
        assert "error" not in found
    else:
        assert text(CONFORMANCE[name]) in found["error"]


@every_python
@pytest.mark.parametrize("name", BUILD)
def test_what_the_build_refuses_is_decided(python: str, name: str) -> None:
    """Refused with a text of our own that says where and what to do, or served on purpose."""
    found = described(python, "conformance")[name]
    if name in REFUSED:
        assert REFUSED[name] in found["error"]
    else:
        assert "error" not in found


@every_python
@pytest.mark.parametrize("name", ADDITIONS)
def test_addition(python: str, name: str) -> None:
    """What the original lacks: the document, and what the model gets and gives."""
    found = described(python, "additions")[name]
    folder = ADDITIONS[name]
    if case(folder)["expect"] == "setup_error":
        assert text(folder) in found["error"]
        return
    assert "error" not in found
    same(found["document"], json.loads((folder / "openapi.json").read_text()))
    examples: list[dict[str, Any]] = json.loads((folder / "examples.json").read_text())
    for example, outcome in zip(examples, found["examples"], strict=True):
        if "output" in example:
            assert outcome == {"output": example["output"]}, example["input"]
        elif "failed" in example:
            assert outcome == {"failed": example["failed"]}, example["input"]
