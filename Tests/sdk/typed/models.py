"""Models as their authors write them; the type checkers of `make lint` must find nothing wrong with them.

What they must find is marked with an ignored error: mypy and pyright report ignores that hide nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, Any, Literal

from typing_extensions import assert_type

import cog
import cog.coder
import cog.exceptions
from cog import (
    SKIP,
    AsyncConcatenateIterator,
    BaseModel,
    BasePredictor,
    BaseRunner,
    CancelationException,
    ConcatenateIterator,
    File,
    Input,
    Opaque,
    Path,
    Secret,
    batched,
    concurrent,
    current_scope,
    current_scopes,
    streaming,
)


class Part(BaseModel):
    name: str
    tags: list[str] = field(default_factory=list)
    size: int | None = None
    made: int = field(default=0, init=False)


class Whole(Part, frozen=False):
    parts: list[Part] = field(default_factory=list)


class Plain(BaseRunner):
    def setup(self) -> None:
        self.prefix = "a"

    def run(
        self,
        text: str,
        path: Path,
        key: Secret,
        table: Annotated[dict[str, Any], Opaque],
        steps: Annotated[int, Input(ge=1)] = 3,
        size: int = Input(default=1, choices=[1, 2]),
        mode: Literal["a", "b"] = Input(default="a"),
        maybe: float | None = Input(default=None, description="x"),
    ) -> Whole:
        assert_type(key.get_secret_value(), str | None)
        assert_type(path.parent, Path)
        assert_type(path / "x", Path)
        self.record_metric("a", 1)
        self.scope.metrics["b"] = 2
        return Whole(name=self.prefix + text, tags=[mode], parts=[Part("x", ["y"])])


class WithWeights(BasePredictor):
    def setup(self, weights: str | None = None) -> None:
        self.weights = weights

    @streaming
    def predict(self, n: int = 2) -> ConcatenateIterator[str]:
        yield from "ab" * n


class Asynchronous(BaseRunner):
    async def setup(self) -> None:
        self.ready = True

    @streaming()
    @concurrent(max=4)
    async def run(self, n: int = 2) -> AsyncConcatenateIterator[str]:
        for index in range(n):
            yield str(index)


class Several(BaseRunner):
    @concurrent
    async def run(self, source: File) -> list[Path]:
        try:
            current_scope().record_metric("read", 1, mode="incr")
        except CancelationException:
            raise
        return [Path("a"), Path("b") / "c"]


class Batched(BaseRunner):
    @batched(max_size=8, max_wait=0.01)
    def run(
        self, text: list[str], size: list[int] = Input(default=1, ge=1), image: list[Path | None] = Input(default=None)
    ) -> list[str | ValueError]:
        for scope in current_scopes():
            with scope as entered:
                assert_type(entered.context, dict[str, str])
                print("for one")
        return [each if each else ValueError("empty") for each in text]


class BatchedStream(BaseRunner):
    @streaming
    @batched
    async def run(self, text: list[str]) -> AsyncConcatenateIterator[list[str]]:
        yield [SKIP, *text[1:]]


assert_type(Batched().run(["a"]), list[str | ValueError])


def run(text: str = "x") -> Iterator[str]:
    yield text


@streaming
def streamed(text: str = "x") -> Iterator[str]:
    yield text


assert_type(streamed("y"), Iterator[str])
assert_type(current_scope().context, dict[str, str])
assert_type(cog.__version__, str)
assert_type(Secret("x").secret_value, str | None)
assert_type(cog.types.get_filename("http://h/x"), str)
raised: type[BaseException] = cog.exceptions.CancelationException


class Numbers(cog.Coder):
    @staticmethod
    def factory(tpe: type[Any]) -> cog.coder.Coder | None:
        return Numbers() if tpe is complex else None

    def encode(self, value: Any) -> dict[str, Any]:
        return {"real": value.real, "imag": value.imag}

    def decode(self, value: dict[str, Any]) -> Any:
        return complex(value["real"], value["imag"])


cog.Coder.register(Numbers)

Part()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Part(name=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
Part(name="x", made=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Input(ge="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
Input(1, "x")  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
batched(max_size="2")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
batched(5)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
concurrent(max="2")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
Secret("x").secret_value = "y"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
cog.Nothing  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
