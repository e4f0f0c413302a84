"""What the source of a model tells without running it, against what running it does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cases import PYTHONS, described, short

KINDS = ("conformance", "additions")


def read(python: str) -> dict[str, Any]:
    """Return what an interpreter reads, by folder name."""
    return described(python, *KINDS, by="static_cases.py")


def inputs(document: dict[str, Any]) -> dict[str, Any]:
    """Return the components of a document that describe the input. The output may be left open."""
    schemas = document["components"]["schemas"]
    used: dict[str, Any] = {}
    waiting = [name for name in ("Input", "TrainingInput") if name in schemas]
    while waiting:
        name = waiting.pop()
        used[name] = schemas[name]
        text = json.dumps(schemas[name])
        waiting += [other for other in schemas if f'schemas/{other}"' in text and other not in used]
    return used


@pytest.mark.parametrize("python", PYTHONS, ids=short)
def test_the_source_tells_what_running_it_does(python: str) -> None:
    """Every document read from source is right, and every reported mistake is one."""
    ran = {**described(python, KINDS[0]), **described(python, KINDS[1])}
    wrong = {}
    for name, static in read(python).items():
        run = ran[name]
        if "document" in static and "document" in run and inputs(static["document"]) != inputs(run["document"]):
            wrong[name] = static
        if "error" in static and "error" not in run:
            wrong[name] = static
    assert wrong == {}


def test_it_tells_of_most_models() -> None:
    found = read(PYTHONS[0])
    assert len([each for each in found.values() if each]) > 0.8 * len(found)
    assert len([each for each in found.values() if "error" in each]) > 30
