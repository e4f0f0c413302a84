"""What the served document says for people: the author's description, and examples of inputs."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from cog import BaseRunner, Input
from cog._document.about import described
from cog._document.openapi import describe
from cog._model.loader import LoadedModel
from cog._values.inputs import InputPlan


class Runner(BaseRunner):
    """
    # Title

        code
    """

    def run(self, text: str = Input(examples=["a", "b"]), number: float = Input(default=1.0, examples=[2.5])) -> str:
        """Not this."""
        return text * int(number)


class Silent(BaseRunner):
    def run(self, text: str) -> str:
        return text


def shown(model: Any, document: Any) -> Any:
    loaded = LoadedModel(model, False)
    return described(document, loaded, InputPlan(loaded.call))


def test_description_and_examples_are_added() -> None:
    document = describe(Runner().run)
    before = copy.deepcopy(document)
    found = shown(Runner(), document)
    assert document == before, "what the build made is not changed"
    assert found["info"]["description"] == "# Title\n\n    code"
    properties = found["components"]["schemas"]["Input"]["properties"]
    assert properties["text"].pop("examples") == ["a", "b"]
    assert properties["number"].pop("examples") == [2.5]
    del found["info"]["description"]
    assert found == before, "and nothing else"


def test_method_or_function_speaks_where_the_class_is_silent() -> None:
    def run(text: str) -> str:
        """What the function does."""
        return text

    assert shown(run, describe(run))["info"]["description"] == "What the function does."
    document = describe(Silent().run)
    assert shown(Silent(), document) is document, "a base class doesn't speak for the model"


@pytest.mark.parametrize(
    "document",
    [None, [], "x", {}, {"info": []}, {"components": {"schemas": {"Input": {"properties": {"text": 5}}}}}],
)
def test_document_that_somebody_wrote_is_left_alone(document: Any) -> None:
    assert shown(Runner(), document) is document


def test_what_the_document_says_counts() -> None:
    document = {
        "info": {"description": "theirs"},
        "components": {"schemas": {"Input": {"properties": {"text": {"examples": []}}}}},
    }
    assert shown(Runner(), copy.deepcopy(document)) == document


def test_example_that_json_does_not_have_is_left_out() -> None:
    def run(number: float = Input(examples=[float("inf"), 1.5])) -> str:
        return str(number)

    with pytest.warns(UserWarning, match="JSON can't represent it"):
        found = shown(run, describe(run))
    assert found["components"]["schemas"]["Input"]["properties"]["number"]["examples"] == [1.5]
