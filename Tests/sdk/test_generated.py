"""Generated models, served by the product, with generated inputs: what fits arrives as annotated, the rest gets 422."""

from __future__ import annotations

import os
from typing import Any

import pytest
from cases import PYTHONS, short
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from kinds import KINDS, Kind, Optional, source
from support.server import Server

# Each signature has its own server; each of its inputs is tried this often, valid and invalid.
SIGNATURES = int(os.environ.get("COG_TEST_SIGNATURES", "12"))
ROUNDS = 6

every_python = pytest.mark.parametrize("python", PYTHONS, ids=short)


@every_python
@settings(
    max_examples=SIGNATURES,
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data(), kinds=st.lists(KINDS, min_size=1, max_size=5))
def test_what_fits_arrives_and_the_rest_is_named(python: str, data: st.DataObject, kinds: list[Kind]) -> None:
    text = source(kinds)
    note(text)
    server = Server(python, source=text)
    try:
        server.start()
        with server.client() as client:
            for _ in range(ROUNDS):
                input_ = {f"p{index}": data.draw(kind.values()) for index, kind in enumerate(kinds)}
                accepted(client, input_, [kind.shown(input_[f"p{index}"]) for index, kind in enumerate(kinds)])
                index = data.draw(st.integers(0, len(kinds) - 1))
                refused(client, {**input_, f"p{index}": data.draw(kinds[index].wrong())}, f"p{index}")
                if not isinstance(kinds[index], Optional):
                    refused(client, {name: value for name, value in input_.items() if name != f"p{index}"}, f"p{index}")
        assert server.stop() == 0
    finally:
        server.discard()


def accepted(client: Any, input_: dict[str, Any], expected: list[str]) -> None:
    answer = client.request("POST", "/predictions", {"input": input_}, None)
    assert answer.status == 200, answer.text
    assert answer.json.get("output") == expected, answer.text


def refused(client: Any, input_: dict[str, Any], name: str) -> None:
    answer = client.request("POST", "/predictions", {"input": input_}, None)
    assert answer.status == 422, f"{input_}: {answer.text}"
    fields = {entry["loc"][2].partition("/")[0] for entry in answer.json["detail"]}
    assert fields == {name}, answer.text
