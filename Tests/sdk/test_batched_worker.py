"""What a batched model gives, driven through the worker's channels in the server's place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from batched_models import ASYNC, HEAD, KINDS, STREAMS, SYNC, inputs, of
from cases import PYTHONS, short
from support.worker import Worker

Start = Callable[..., Worker]


@pytest.fixture
def start(start_worker: Start) -> Start:
    return start_worker


@pytest.fixture(params=list(KINDS))
def kind(request: Any) -> str:
    """The source of a model of each kind, whose method has the body `{body}`."""
    return KINDS[request.param]


# MARK: - Values


def test_server_is_told(start: Start) -> None:
    worker = start(SYNC, "return codes")
    assert worker.facts["batch"] == {"max_size": 8, "max_wait": 0.005}
    assert worker.facts["concurrency"] == 1
    assert (
        start(HEAD + "def run(text: str) -> str:\n    return text", reference="predict.py:run").facts.get("batch")
        is None
    )


@pytest.mark.parametrize("python", PYTHONS, ids=short)
@pytest.mark.parametrize("source", list(KINDS.values()), ids=list(KINDS))
def test_each_request_gets_its_item(start: Start, source: str, python: str) -> None:
    worker = start(source, "return [[code, len(codes)] for code in codes]", python)
    outcomes = worker.run(inputs("a", "b", "c"))
    assert of(outcomes, "output") == [["a", 3], ["b", 3], ["c", 3]]
    assert of(worker.run(inputs(1)), "output") == [[1, 1]]
    assert worker.stop() == 0


def test_kinds_of_output_in_one_batch(start: Start) -> None:
    body = """
class Point(BaseModel):
    x: int
open("f.txt", "w").write("file")
return ["text", 5, None, [1, "é"], {"a": Point(x=1)}, Path("f.txt"), [Path("f.txt"), 2], Point(x=2)]
"""
    worker = start(SYNC, body)
    outcomes = worker.run(inputs(*range(8)))
    assert of(outcomes, "status") == ["succeeded"] * 8
    assert of(outcomes, "output")[:5] == ["text", 5, None, [1, "é"], {"a": {"x": 1}}]
    assert of(outcomes, "files")[5:] == [[b"file"], [b"file"], []]
    assert (outcomes[6].chunks, outcomes[7].output) == ([2], {"x": 2})


def test_files_stay_what_they_were(start: Start) -> None:
    """The next batch begins before the server has read them, and may write to the same files."""
    body = """
for code in codes:
    open("f.txt", "w").write(code)
open("reached-" + codes[0], "w").close()
return [Path("f.txt") for _ in codes]
"""
    worker = start(SYNC, body)
    first = worker.batch(inputs("one"))
    second = worker.batch(inputs("two"))
    worker.mark_reached("reached-two")
    assert of(worker.outcomes(first)[0], "files") == [[b"one"]]
    assert of(worker.outcomes(second)[0], "files") == [[b"two"]]


def test_inputs_are_converted_for_each_request(start: Start) -> None:
    source = (
        HEAD
        + """
class Runner(BaseRunner):
    @batched
    def run(
        self,
        name: list[str],
        size: list[float] = Input(default=2, ge=1),
        mode: list[Optional[str]] = Input(default=None, choices=["a", "b"]),
        files: list[list[Path]] = Input(default=[]),
        made: list[list[int]] = Input(default_factory=list),
    ) -> list[str]:
        for each in made + files:
            each.append(len(each))
        return [repr(each) for each in zip(name, size, mode, [[type(f) for f in item] for item in files], made)]
"""
    )
    worker = start(source)
    outcomes = worker.run([{"name": "x"}, {"name": "y", "size": 3, "mode": "a", "files": ["data:,hi"], "made": [7]}])
    assert outcomes[0].output == "('x', 2.0, None, [<class 'int'>], [0])"
    assert outcomes[1].output == "('y', 3.0, 'a', [<class 'cog.types.Path'>, <class 'int'>], [7, 1])"
    # A default that one request has changed doesn't reach the next.
    assert worker.run([{"name": "x"}])[0].output == outcomes[0].output


def test_input_error_concerns_its_request_only(start: Start, kind: str) -> None:
    source = kind.replace("list[Any]) ", "list[Path]) ")
    worker = start(source, "return [f'{len(codes)} {len(current_scopes())} {code.read_text()}' for code in codes]")
    outcomes = worker.run(inputs("data:,a", "not a URL", "data:,c"))
    assert of(outcomes, "status") == ["succeeded", "failed", "succeeded"]
    assert outcomes[1].error == "Input validation error: codes: must be an http://, https:// or data: URL"
    assert of(outcomes, "output") == ["2 2 a", None, "2 2 c"]
    assert worker.run(inputs("nothing"))[0].status == "failed"


def test_missing_and_unexpected_inputs_concern_their_request_only(start: Start) -> None:
    worker = start(SYNC, "return codes")
    outcomes = worker.run([{"codes": 1}, {}, {"codes": 1, "more": 2}])
    assert outcomes[0].output == 1
    assert outcomes[1].error == "Prediction failed: TypeError: run() missing a required argument: 'codes'"
    assert outcomes[2].error == "Prediction failed: TypeError: run() got an unexpected keyword argument 'more'"


def test_positional_only_and_keyword_only_parameters(start: Start) -> None:
    source = (
        HEAD
        + """
@batched
def run(a: list[int], /, b: list[int], *, c: list[int] = Input(default=3)) -> list[int]:
    return [x * 100 + y * 10 + z for x, y, z in zip(a, b, c)]
"""
    )
    worker = start(source, reference="predict.py:run")
    assert of(worker.run([{"a": 1, "b": 2}, {"a": 4, "b": 5, "c": 6}]), "output") == [123, 456]


# MARK: - Failures


def test_exception_object_fails_its_request_only(start: Start, kind: str) -> None:
    body = """
def one(code):
    try:
        return 1 / code
    except ZeroDivisionError as error:
        return error
return [one(code) for code in codes]
"""
    worker = start(kind, body)
    outcomes = worker.run(inputs(1, 0, 2))
    assert of(outcomes, "output") == [1.0, None, 0.5]
    prefix = "Prediction failed: Async prediction failed: " if kind is ASYNC else "Prediction failed: "
    assert outcomes[1].error == prefix + "ZeroDivisionError: division by zero"
    assert "Traceback" in outcomes[1].logs
    assert "in one\n" in outcomes[1].logs
    assert [outcomes[0].logs, outcomes[2].logs] == ["", ""]


def test_gathered_exceptions(start: Start) -> None:
    body = """
async def one(code):
    if code == "cancel":
        raise asyncio.CancelledError
    await asyncio.sleep(0)
    return code / 2
return await asyncio.gather(*[one(code) for code in codes], return_exceptions=True)
"""
    outcomes = start(ASYNC, body).run(inputs(4, "x", "cancel"))
    assert of(outcomes, "status") == ["succeeded", "failed", "failed"]
    assert "TypeError" in outcomes[1].error
    assert "CancelledError" in outcomes[2].error


def test_unsendable_output_fails_its_request_only(start: Start, kind: str) -> None:
    worker = start(kind, "return [1, object(), float('nan'), Path('missing'), 5]")
    outcomes = worker.run(inputs(*range(5)))
    assert of(outcomes, "status") == ["succeeded", "failed", "failed", "failed", "succeeded"]
    assert "object is not JSON serializable" in outcomes[1].error.replace("Object of type ", "")
    assert "nan is not a JSON value" in outcomes[2].error
    assert "missing" in outcomes[3].error


@pytest.mark.parametrize(
    ("returned", "text"),
    [
        ("codes[:2]", "run() returned a list of 2 for a batch of 3 requests: "),
        ("codes + codes", "run() returned a list of 6 for a batch of 3 requests: "),
        ("None", "run() returned None for a batch of 3 requests: "),
        ("'abc'", "run() returned a value of type str for a batch of 3 requests: "),
        ("{1: 2}", "run() returned a value of type dict for a batch of 3 requests: "),
    ],
)
def test_wrong_result_fails_all(start: Start, kind: str, returned: str, text: str) -> None:
    worker = start(kind, f"return {returned}")
    outcomes = worker.run(inputs(1, 2, 3))
    error = f"Prediction failed: {text}expected "
    assert all(outcome.error.startswith(error) for outcome in outcomes), of(outcomes, "error")
    assert of(worker.run(inputs(1, 2, 3)), "status") == ["failed"] * 3


def test_raising_is_left_to_the_server(start: Start, kind: str) -> None:
    worker = start(kind, "print('before')\nif 0 in codes: raise ValueError('bad')\nreturn codes")
    tokens = worker.batch(inputs(1, 0, 2))
    outcomes, failure = worker.outcomes(tokens)
    assert of(outcomes, "status") == ["", "", ""]
    assert failure is not None
    assert failure["tokens"] == tokens
    assert failure["error"].endswith("ValueError: bad")
    assert failure["traceback"].startswith("Traceback (most recent call last):\n")
    assert "_worker" not in failure["traceback"]
    assert of(outcomes, "logs") == ["before\n"] * 3
    # The halves run again; the culprit is alone in the end.
    assert of(worker.run(inputs(1)), "output") == [1]
    _, failure = worker.outcomes(worker.batch(inputs(0, 2)))
    assert failure
    assert of(worker.run(inputs(2)), "output") == [2]
    (culprit,) = worker.run(inputs(0))
    assert (culprit.status, culprit.error) == ("failed", failure["error"])
    assert culprit.logs.startswith("before\nTraceback")


def test_one_that_is_left_of_several_is_no_culprit(start: Start) -> None:
    """Its neighbor was not in the call: an error of the call is its own."""
    source = SYNC.replace("list[Any]) ", "list[Path]) ")
    worker = start(source, "raise ValueError('bad')")
    outcomes = worker.run(inputs("data:,a", "no URL"))
    assert [outcome.error[:20] for outcome in outcomes] == ["Prediction failed: V", "Input validation err"]


@pytest.mark.parametrize("end", ["sys.exit(3)", "raise KeyboardInterrupt", "raise cog.CancelationException"])
def test_other_ends_are_left_to_the_server(start: Start, kind: str, end: str) -> None:
    worker = start(kind, f"if 0 in codes: {end}\nreturn codes")
    _, failure = worker.outcomes(worker.batch(inputs(1, 0)))
    assert failure
    (alone,) = worker.run(inputs(0))
    assert alone.status == "failed"
    assert of(worker.run(inputs(1)), "output") == [1]


def test_skip_is_for_generators(start: Start) -> None:
    outcomes = start(SYNC, "return [1, cog.SKIP]").run(inputs(1, 2))
    assert outcomes[0].output == 1
    assert outcomes[1].error == "Prediction failed: run() returned cog.SKIP, which only generators may yield"


# MARK: - Generators


@pytest.fixture(params=list(STREAMS))
def stream(request: Any) -> str:
    return STREAMS[request.param]


def test_chunks(start: Start, stream: str) -> None:
    body = "for n in range(3):\n    yield [cog.SKIP if n in code else n for code in codes]"
    outcomes = start(stream, body).run(inputs([], [1], [0, 1, 2], [0]))
    assert of(outcomes, "output") == [[0, 1, 2], [0, 2], [], [1, 2]]


def test_chunks_come_as_they_are_made(start: Start, stream: str) -> None:
    worker = start(stream, "yield ['a', 'b']\nreach('go')\nyield ['c', 'd']")
    tokens = worker.batch(inputs(1, 2))
    frames = worker.frames()
    assert [next(frames).json for _ in tokens] == ["a", "b"]
    (worker.root / "go").touch()
    assert of(worker.outcomes(tokens)[0], "output") == [["c"], ["d"]]


def test_stream_whose_item_fails(start: Start, stream: str) -> None:
    worker = start(stream, "yield [1, 2, 3]\nyield [4, ValueError('bad'), object()]\nyield [5, 6, 7]")
    outcomes = worker.run(inputs(1, 2, 3))
    assert of(outcomes, "status") == ["succeeded", "failed", "failed"]
    assert of(outcomes, "chunks") == [[1, 4, 5], [2], [3]]
    assert outcomes[1].error.endswith("ValueError: bad")
    assert "ValueError: bad" in outcomes[1].logs


def test_stream_of_the_wrong_length(start: Start, stream: str) -> None:
    outcomes = start(stream, "yield codes\nyield codes[:1]").run(inputs(1, 2))
    assert of(outcomes, "status") == ["failed", "failed"]
    assert "run() yielded a list of 1 for a batch of 2 requests" in outcomes[0].error


def test_stream_that_raises(start: Start, stream: str) -> None:
    worker = start(stream, "yield codes\nif len(codes) > 1: raise ValueError('bad')")
    tokens = worker.batch(inputs(1, 2))
    outcomes, failure = worker.outcomes(tokens)
    assert failure
    assert of(outcomes, "chunks") == [[1], [2]]
    assert of(worker.run(inputs(1)), "output") == [[1]]


def test_other_iterators(start: Start) -> None:
    body = "return iter([[n] * len(codes) for n in range(2)])"
    for source in KINDS.values():
        assert of(start(source, body).run(inputs(1, 2)), "output") == [[0, 1], [0, 1]]
    body = "async def lists():\n    for n in range(2):\n        yield [n] * len(codes)\nreturn lists()"
    assert of(start(ASYNC, body).run(inputs(1, 2)), "output") == [[0, 1], [0, 1]]


def test_coroutine_that_gives_a_generator(start: Start) -> None:
    body = "def lists():\n    for n in range(2):\n        yield [n] * len(codes)\nreturn lists()"
    assert of(start(ASYNC, body).run(inputs(1, 2)), "output") == [[0, 1], [0, 1]]


# MARK: - Logs, metrics and scopes


def test_text_belongs_to_all_or_to_one(start: Start, kind: str) -> None:
    body = """
print("to all")
for scope, code in zip(current_scopes(), codes):
    with scope:
        print("to", code)
        threading.Thread(target=print, args=("thread of", code)).start()
print("rest", end="", file=sys.stderr)
time.sleep(0.01)
return codes
"""
    outcomes = start(kind, body).run(inputs("a", "b"))
    for code, outcome in zip("ab", outcomes, strict=True):
        assert sorted(outcome.logs.replace("rest", "rest\n").splitlines()) == sorted(
            ["to all", f"to {code}", f"thread of {code}", "rest"]
        )


def test_tasks_print_to_their_request(start: Start) -> None:
    body = """
async def one(scope, code):
    with scope:
        for _ in range(3):
            print(code)
            await asyncio.sleep(0)
        assert current_scope() is scope
    return code
return await asyncio.gather(*[one(*each) for each in zip(current_scopes(), codes)])
"""
    outcomes = start(ASYNC, body).run(inputs("a", "b", "c"))
    assert of(outcomes, "logs") == ["a\n" * 3, "b\n" * 3, "c\n" * 3]


def test_metrics_and_contexts(start: Start, kind: str) -> None:
    body = """
current_scope().record_metric("size", len(codes))
self.record_metric("all", 1, mode="incr")
for scope in current_scopes():
    scope.record_metric("user", scope.context["user"])
    with scope:
        self.record_metric("trace", current_scope().trace.get("traceparent", "none"))
del current_scope().metrics["all"]
return [repr(current_scope()), current_scope().context]
"""
    metas = [{"context": {"user": "a"}, "trace": {"traceparent": "00-1"}}, {"context": {"user": "b"}}]
    outcomes = start(kind, body).run(inputs(1, 2), metas=metas)
    for outcome, user, trace in zip(outcomes, "ab", ["00-1", "none"], strict=True):
        assert outcome.metrics == [
            ("replace", "size", 2),
            ("increment", "all", 1),
            ("replace", "user", user),
            ("replace", "trace", trace),
            ("replace", "all", None),
        ]
    assert of(outcomes, "output") == ["Scope(MetricRecorder(predictions=2))", {}]


def test_text_printed_while_converting_belongs_to_its_request(start: Start) -> None:
    source = (
        HEAD
        + """
import dataclasses

@dataclasses.dataclass
class Box:
    name: str
    def __post_init__(self):
        print("made", self.name)
        current_scope().record_metric("name", self.name)

class Runner(BaseRunner):
    @batched
    def run(self, box: list[Box]) -> list[str]:
        return [each.name for each in box]
"""
    )
    outcomes = start(source).run([{"box": {"name": "a"}}, {"box": {"name": "b"}}])
    assert of(outcomes, "logs") == ["made a\n", "made b\n"]
    assert of(outcomes, "metrics") == [[("replace", "name", "a")], [("replace", "name", "b")]]


def test_temporary_folders_stay_until_the_output_is_taken(start: Start) -> None:
    body = """
import tempfile
made = []
for scope, code in zip(current_scopes(), codes):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "out").write_text(code)
        made.append(Path(folder, "out"))
    with scope, tempfile.TemporaryDirectory() as folder:
        pass
    open("folders", "a").write(folder + "\\n" + str(made[-1].parent) + "\\n")
return made
"""
    worker = start(SYNC, body)
    assert of(worker.run(inputs("a", "b")), "files") == [[b"a"], [b"b"]]
    worker.stop()
    left = [path for path in (worker.root / "folders").read_text().split() if (worker.root / path).exists()]
    assert left == []
