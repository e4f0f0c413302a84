"""A model's methods called from plain Python, as its own unit tests do: they see the defaults, not `Input(…)`."""

from __future__ import annotations

import asyncio
import functools
import inspect
from typing import Annotated, Any, AsyncIterator, Iterator, Optional

import pytest

from cog import BasePredictor, BaseRunner, FieldInfo, Input, Path
from cog._document.openapi import describe
from cog._model.loader import LoadedModel
from cog._values.inputs import InputPlan
from cog.predictor import load_predictor_from_ref

calls: list[str] = []


def made() -> list[str]:
    calls.append("made")
    return []


class Predictor(BasePredictor):
    def predict(
        self,
        text: str = Input(description="required"),
        number: int = Input(default=2, ge=1),
        plain: float = 0.5,
        image: Optional[Path] = Input(default=None),
        *,
        last: bool = Input(default=True),
    ) -> str:
        return f"{text} {number} {plain} {image} {last}"


class Fresh(BaseRunner):
    def run(
        self,
        text: str,
        tags: list[str] = Input(default=[]),
        table: dict[str, int] = Input(default={"a": 1}),
        made: list[str] = Input(default_factory=made),
        *,
        annotated: Annotated[int, Input(default=3)],
        number: int = Input(default=1),
    ) -> str:
        tags.append(text)
        table[text] = 1
        made.append(text)
        return f"{tags} {table} {made} {annotated} {number}"


def test_defaults() -> None:
    assert Predictor().predict("a") == "a 2 0.5 None True"
    assert Predictor().predict(text="a", number=3, last=False) == "a 3 0.5 None False"
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'text'"):
        Predictor().predict()


def test_defaults_that_may_change_are_fresh_for_each_call() -> None:
    """A factory is called for each call, and not before."""
    assert calls == []
    for _ in range(2):
        assert Fresh().run("x") == "['x'] {'a': 1, 'x': 1} ['x'] 3 1"
    assert calls == ["made", "made"]
    assert Fresh().run("x", ["y"], {}, made=["z"], annotated=4) == "['y', 'x'] {'x': 1} ['z', 'x'] 4 1"
    assert calls == ["made", "made"]
    with pytest.raises(TypeError, match="'text'"):
        Fresh().run()


def test_every_kind_of_method() -> None:
    class Model(BaseRunner):
        def setup(self) -> None:
            pass

        def train(self, steps: int = Input(default=3), more: list[int] = Input(default=[1])) -> str:
            return f"{steps} {more}"

        async def run(self, number: int = Input(default=2), more: list[int] = Input(default=[1])) -> str:
            return f"{number} {more}"

    class Stream(BaseRunner):
        def run(self, number: int = Input(default=2), more: list[int] = Input(default=[1])) -> Iterator[int]:
            yield from [number, *more]

    class AsyncStream(BaseRunner):
        async def run(self, number: int = Input(default=2), more: list[int] = Input(default=[1])) -> AsyncIterator[int]:
            yield number
            for each in more:
                yield each

    async def listed() -> list[int]:
        return [each async for each in AsyncStream().run()]

    assert Model().train() == "3 [1]"
    assert asyncio.run(Model().run()) == "2 [1]"
    assert inspect.iscoroutinefunction(Model.run)
    assert list(Stream().run()) == [2, 1]
    assert asyncio.run(listed()) == [2, 1]
    assert LoadedModel(Model(), False).kind == "coroutine"
    assert LoadedModel(Stream(), False).kind == "generator"
    assert LoadedModel(AsyncStream(), False).kind == "async_generator"


def test_parents_and_decorators() -> None:
    def logged(method: Any) -> Any:
        @functools.wraps(method)
        def call(*arguments: Any, **named: Any) -> Any:
            return "logged " + method(*arguments, **named)

        return call

    class Child(Fresh):
        @logged
        def run(self, text: str = Input(default="t"), tags: list[str] = Input(default=["c"])) -> str:
            return super().run(text, tags)

        def also(self) -> str:
            return self.run()

    class Old(BaseRunner):
        def run(self, x: int = Input(default=5)) -> int:
            return x

    with pytest.warns(DeprecationWarning):
        assert Old().predict() == 5
    assert Child().run() == Child().also() == "logged ['c', 't'] {'a': 1, 't': 1} ['t'] 3 1"


def test_the_server_sees_what_was_written() -> None:
    """Document, conversion, and the method that is called are those of the class's text."""
    for cls in (Predictor, Fresh):
        model = LoadedModel(cls(), False)
        input_ = describe(model.call)["components"]["schemas"]["Input"]
        assert input_["required"] == ["text"]
        assert "__wrapped__" not in model.call.__func__.__dict__
        arguments = InputPlan(model.call).convert({"text": "a"}, {})
        assert not any(isinstance(value, FieldInfo) for value in arguments.values())
        assert model.call(**arguments) == cls().run("a") if cls is Fresh else cls().predict("a")


@pytest.mark.parametrize(
    "source",
    [
        "def model(x: int = Input(default=5), more: list[int] = Input(default=[1])) -> str:\n    return f'{x} {more}'\n",
        "class model:\n    def run(self, x: int = Input(default=5), more: list[int] = Input(default=[1])) -> str:\n"
        "        return f'{x} {more}'\n",
    ],
)
def test_functions_and_plain_classes_when_they_are_loaded(source: str, tmp_path: Any, monkeypatch: Any) -> None:
    (tmp_path / "predict.py").write_text("from cog import Input\n\n\n" + source)
    monkeypatch.chdir(tmp_path)
    model = load_predictor_from_ref("predict.py:model")
    assert (model() if callable(model) else model.run()) == "5 [1]"
