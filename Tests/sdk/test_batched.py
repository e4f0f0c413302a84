"""`@cog.batched`: what it takes, what the document says, and how such a model is called from Python."""

from __future__ import annotations

import asyncio
import copy
import functools
import inspect
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Optional

import pytest

import cog
from cog import BaseRunner, Input, batched, concurrent, current_scope, current_scopes, streaming
from cog._model.loader import LoadedModel

MODEL = """from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, Optional

import cog
from cog import AsyncConcatenateIterator, BaseModel, BaseRunner, ConcatenateIterator, Input, Opaque, Path, batched


class Unknown:
    pass


class Point(BaseModel):
    x: int


class Runner(BaseRunner):
    @batched
    {keyword} run(
        self,
        first: list[int],
        {parameter},
    ) -> {output}:
        raise NotImplementedError
"""
LINE = 1 + MODEL[: MODEL.index("{parameter}")].count("\n")


def described(folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    (folder / "predict.py").write_text(source)
    return subprocess.run(
        [sys.executable, "-m", "cog.command.openapi_schema", "--predict", "predict.py:Runner"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def model(parameter: str = "x: list[int] = Input(default=1)", output: str = "list[str]", keyword: str = "def") -> str:
    return MODEL.format(parameter=parameter, output=output, keyword=keyword)


# MARK: - The decorator


def test_method_stays_as_it_is() -> None:
    def fn(text: list[str]) -> list[str]:
        return text

    assert batched(fn) is fn
    for decorate in (batched(), batched(max_size=1, max_wait=0), batched(max_size=1024, max_wait=60)):

        def other(text: list[str]) -> list[str]:
            return text

        assert decorate(other) is other


@pytest.mark.parametrize("size", [True, "2", 1.0, None])
def test_size_that_is_no_integer(size: Any) -> None:
    with pytest.raises(TypeError, match="^batched max_size must be an integer, got "):
        batched(max_size=size)


@pytest.mark.parametrize("size", [0, -1, 1025])
def test_size_out_of_range(size: int) -> None:
    with pytest.raises(ValueError, match=f"^batched max_size must be from 1 to 1024, got {size}$"):
        batched(max_size=size)


@pytest.mark.parametrize("wait", [True, "2", None])
def test_wait_that_is_no_number(wait: Any) -> None:
    with pytest.raises(TypeError, match="^batched max_wait must be a number of seconds, got "):
        batched(max_wait=wait)


@pytest.mark.parametrize("wait", [-0.001, 60.5, float("nan"), float("inf")])
def test_wait_out_of_range(wait: float) -> None:
    with pytest.raises(ValueError, match="^batched max_wait must be from 0 to 60 seconds, got "):
        batched(max_wait=wait)


@pytest.mark.parametrize("fn", [5, BaseRunner, staticmethod(len), len])
def test_what_is_no_function(fn: Any) -> None:
    with pytest.raises(TypeError, match="^batched is for functions and methods, got "):
        batched(fn)


def test_twice() -> None:
    def run(text: list[str]) -> list[str]:
        return text

    with pytest.raises(TypeError, match=r"^run\(\) is batched already: remove one @batched$"):
        batched(batched(max_size=2)(run))


def test_together_with_other_decorators() -> None:
    from cog._model.batched import batching_of

    def logged(fn: Any) -> Any:
        @functools.wraps(fn)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return fn(*args, **kwargs)

        return wrapper

    @logged
    @streaming
    @batched(max_size=3)
    @concurrent(max=2)
    async def run(text: list[str]) -> list[str]:
        return text

    found = batching_of(run)
    assert found is not None
    assert (found.max_size, found.max_wait) == (3, 0.005)
    with pytest.raises(TypeError, match="^concurrent max greater than 1 requires an async function$"):
        concurrent(max=2)(batched(lambda text: text))


def test_skip() -> None:
    assert repr(cog.SKIP) == "cog.SKIP"
    assert copy.deepcopy([cog.SKIP])[0] is cog.SKIP is pickle.loads(pickle.dumps(cog.SKIP))


# MARK: - The document


def test_inputs_and_output_are_those_of_one_request(tmp_path: Path) -> None:
    """The same document as that of the model that answers one request at a time."""
    parameters = """text: list[str] = Input(description="d", min_length=1),
        size: Annotated[list[int], Input(ge=1)] = 3,  # type: ignore
        mode: list[Annotated[str, Input(default="a", choices=["a", "b"])]] = Input(default="a", choices=["a", "b"]),
        image: "list[Optional[Path]]" = Input(default=None),
        maybe: list[Optional[int]] = None,  # type: ignore
        tags: list[list[str]] = Input(default_factory=list),
        point: list[Point] = Input(default=Point(x=1)),
        objects: Annotated[list[Unknown], Opaque] = Input(default={}),
        table: list[dict[str, Any]] = Input(default={"a": 1})"""
    single = """text: str = Input(description="d", min_length=1),
        size: Annotated[int, Input(ge=1)] = 3,
        mode: str = Input(default="a", choices=["a", "b"]),
        image: Optional[Path] = Input(default=None),
        maybe: Optional[int] = None,
        tags: list[str] = Input(default_factory=list),
        point: Point = Input(default=Point(x=1)),
        objects: Annotated[Unknown, Opaque] = Input(default={}),
        table: dict[str, Any] = Input(default={"a": 1})"""
    found = described(tmp_path, model(parameters, "list[Optional[Point]]"))
    assert found.returncode == 0, found.stderr
    source = model(single, "Optional[Point]").replace("    @batched\n", "").replace("list[int],", "int,")
    assert found.stdout == described(tmp_path, source).stdout


@pytest.mark.parametrize(
    ("output", "of_one", "keyword"),
    [
        ("list[str | ValueError]", "str", "def"),
        ("list[str | int | Exception | asyncio.CancelledError]", "str | int", "async def"),
        ("'list[Path | None]'", "Path | None", "def"),
        ("list[list[Point]]", "list[Point]", "def"),
        ("Annotated[list[Unknown], Opaque]", "Annotated[Unknown, Opaque]", "def"),
        ("Iterator[list[int]]", "Iterator[int]", "def"),
        ("Iterator[list[str | KeyError]]", "Iterator[str]", "def"),
        ("AsyncIterator[list[Point]]", "AsyncIterator[Point]", "async def"),
        ("ConcatenateIterator[list[str]]", "ConcatenateIterator[str]", "def"),
        ("AsyncConcatenateIterator[list[str]]", "AsyncConcatenateIterator[str]", "async def"),
    ],
)
def test_output(output: str, of_one: str, keyword: str, tmp_path: Path) -> None:
    source = "import asyncio\n" + model(output=output, keyword=keyword)
    found = described(tmp_path, source)
    assert found.returncode == 0, found.stderr
    single = source.replace("    @batched\n", "").replace("list[int]", "int").replace(f"-> {output}", f"-> {of_one}")
    assert found.stdout == described(tmp_path, single.replace("-> Iterator[list[int]]", "-> Iterator[int]")).stdout


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        ("x: int", "a batched method takes a list with one value for each request. Write list[int]."),
        ("x: Optional[list[int]]", "a batched method takes a list with one value for each request. Write list["),
        ("x: list", "a batched method takes a list with one value for each request. Write list[str]."),
        ("x: tuple[int, ...]", "a batched method takes a list with one value for each request. Write list["),
        ("x: Annotated[int, Input(ge=1)]", "a batched method takes a list with one value for each request. Write list"),
        ("x", "it has no type annotation. Add one, for example `x: list[str]`."),
        ("x: list[bytes]", "bytes is not supported. Use cog.Path for binary data."),
        ("x: list[tuple[int, int]]", "tuple can't be an input. Use list[…], or a class that"),
        (
            "x: Annotated[list[Annotated[int, Input(ge=1)]], Input(le=2)]",
            "it has two Input(…) calls. Keep one of them.",
        ),
        (
            "x: list[str] = []",
            "its default [] is a list, but the default of a batched input is the value of one request.",
        ),
        ("x: list[int] = Input(default=[1])", "its default [1] is a list, but the default of a batched input is the "),
    ],
)
def test_refused_input(parameter: str, text: str, tmp_path: Path) -> None:
    found = described(tmp_path, model(parameter))
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.startswith(f"ERROR: predict.py, line {LINE}: parameter 'x' of run(): {text}")


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("str", "a batched method returns a list with one value for each request. Write -> list[str]."),
        ("Any", "a batched method returns a list with one value for each request. Write -> list[str]."),
        ("list", "a batched method returns a list with one value for each request. Write -> list[str]."),
        ("None", "a batched method returns a list with one value for each request. Write -> list[None]."),
        (
            "Iterator[str]",
            "a batched method returns a list with one value for each request. Write Iterator[list[str]].",
        ),
        (
            "ConcatenateIterator[str]",
            "a batched method returns a list with one value for each request. Write Concatenat",
        ),
        ("ConcatenateIterator[list[int]]", "ConcatenateIterator element type must be str, got int. Use Iterator[int]."),
        ("Iterator", "a batched method returns a list with one value for each request. Write Iterator[list[str]]."),
        (
            "ConcatenateIterator",
            "a batched method returns a list with one value for each request. Write ConcatenateIter",
        ),
        ("list[bytes]", "bytes is not supported. Use cog.Path for binary data."),
        ("list[ValueError]", "ValueError is not supported."),
    ],
)
def test_refused_output(output: str, text: str, tmp_path: Path) -> None:
    found = described(tmp_path, model(output=output))
    assert (found.returncode, found.stdout) == (1, "")
    line = 2 + MODEL[: MODEL.index("    @batched")].count("\n")
    assert found.stderr.startswith(f"ERROR: predict.py, line {line}: run(): the output: {text}")


def test_missing_output(tmp_path: Path) -> None:
    found = described(tmp_path, model().replace(" -> list[str]:", ":"))
    assert "it has no return annotation. Add one, for example `-> list[str]`." in found.stderr


def test_streaming_needs_an_iterator(tmp_path: Path) -> None:
    found = described(tmp_path, model().replace("    @batched", "    @cog.streaming\n    @batched"))
    assert "@streaming requires Iterator[...]" in found.stderr
    source = model(output="Iterator[list[str]]").replace("    @batched", "    @cog.streaming\n    @batched")
    assert '"x-cog-streaming": true' in described(tmp_path, source).stdout


def test_training_is_refused(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("from cog import batched\n@batched\ndef train(n: list[int]) -> list[str]: ...\n")
    code = "from cog._model import loader; loader.load('train.py:train', 'train')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    text = "TypeError: train() can't be batched: @batched is for predictions, not for trainings"
    assert done.stderr.strip().endswith(text)


def test_training_beside_a_batched_method(tmp_path: Path) -> None:
    source = model() + "\n    def train(self, n: int) -> str:\n        return 'x' * n\n"
    (tmp_path / "predict.py").write_text(source)
    code = "from cog._model import loader; print(loader.load('predict.py:Runner', 'train').call(n=2))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "xx\n", done.stderr


# MARK: - From Python


class Doubling(BaseRunner):
    @batched(max_size=4)
    def run(self, number: list[int]) -> list[int]:
        current_scope().record_metric("size", len(number))
        for scope in current_scopes():
            with scope:
                print("never printed: there are no scopes")
        return [each * 2 for each in number]


class Defaults(BaseRunner):
    @batched
    def run(
        self,
        text: list[str] = Input(min_length=1),
        times: list[int] = Input(default=2),
        plain: list[int] = 3,  # type: ignore[assignment]
        *,
        tags: list[list[str]] = Input(default=[]),
        inner: list[Annotated[bool, Input(default=True)]],
        maybe: list[Optional[str]] = Input(default=None),
    ) -> list[str]:
        for each in tags:
            each.append("seen")
        return [f"{each}" for each in zip(text, times, plain, tags, inner, maybe)]  # noqa: B905


class Streaming(BaseRunner):
    @batched
    def run(self, number: list[int]) -> Iterator[list[int]]:
        yield number
        yield [cog.SKIP for _ in number]


class Asynchronous(BaseRunner):
    @batched
    async def run(self, number: list[int]) -> list[int]:
        await asyncio.sleep(0)
        return number


def test_called_from_python(capsys: pytest.CaptureFixture[str]) -> None:
    assert Doubling().run([1, 2]) == Doubling().run(number=[1, 2]) == [2, 4]
    assert Doubling().run([]) == []
    assert list(Streaming().run([1])) == [[1], [cog.SKIP]]
    assert asyncio.run(Asynchronous().run([1])) == [1]
    assert capsys.readouterr().out == ""


def test_inputs_that_are_left_out_have_their_defaults() -> None:
    for _ in range(2):
        assert Defaults().run(["a", "b"], inner=[True, False]) == [
            "('a', 2, 3, ['seen'], True, None)",
            "('b', 2, 3, ['seen'], False, None)",
        ]
    assert Defaults().run(text=["a"], times=[5]) == ["('a', 5, 3, ['seen'], True, None)"]  # type: ignore[call-arg]
    assert Defaults().run([]) == []  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="text"):
        Defaults().run(times=[1])  # type: ignore[call-arg]


def test_all_inputs_left_out_are_one_request() -> None:
    class Model(BaseRunner):
        @batched
        async def run(self, number: list[int] = Input(default=7)) -> list[int]:
            return number

    assert asyncio.run(Model().run()) == [7]
    assert inspect.iscoroutinefunction(Model.run)


def test_the_server_calls_what_was_written() -> None:
    model = LoadedModel(Defaults(), False)
    assert model.batching is not None
    assert "__cog_served__" not in model.call.__func__.__dict__
    assert LoadedModel(Streaming(), False).kind == "generator"


def test_scopes_outside_of_a_prediction() -> None:
    assert current_scopes() == []
    with current_scope() as scope:
        assert current_scope() is scope
        scope.record_metric("a", 1)
        assert current_scopes() == [scope]
    assert current_scope() is not scope


def test_entered_scopes_nest_and_stay_in_their_context() -> None:
    from cog.scope import Scope

    one, two = (Scope._for_prediction({}, None) for _ in range(2))

    async def other() -> None:
        with two:
            await asyncio.sleep(0)
            assert current_scope() is two
        assert current_scope() is one

    async def main() -> None:
        with one:
            with two, one:
                assert current_scope() is one
            assert current_scope() is one
            await asyncio.gather(other(), other())
            assert current_scope() is one
        assert current_scopes() == []

    asyncio.run(main())
    try:
        with one:
            raise ValueError
    except ValueError:
        assert current_scopes() == []
