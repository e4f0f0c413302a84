"""The names that `import cog` gives, one by one."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import io
import pathlib
import pickle
import subprocess
import sys
import threading
import typing
import warnings
from typing import Any

import cog
import pytest
from cog import (
    AsyncConcatenateIterator,
    BaseModel,
    BasePredictor,
    BaseRunner,
    CancelationException,
    ConcatenateIterator,
    FieldInfo,
    File,
    Input,
    Opaque,
    Path,
    Secret,
    URLPath,
    concurrent,
    streaming,
)
from cases import ROOT

NAMES = """__version__ BaseRunner BasePredictor BaseModel Opaque Input FieldInfo Path Secret File URLFile URLPath
ConcatenateIterator AsyncConcatenateIterator CancelationException current_scope streaming concurrent
ExperimentalFeatureWarning emit_metric"""


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


# MARK: - Names


def test_all() -> None:
    assert set(cog.__all__) == set(NAMES.split())


def test_version_is_the_one_of_everything() -> None:
    from cog import _version

    version = (ROOT / "VERSION").read_text().strip()
    assert cog.__version__ == _version.version == version
    assert _version.version_tuple == tuple(int(part) for part in version.split("."))


def test_unknown_name() -> None:
    with pytest.raises(AttributeError, match="^module 'cog' has no attribute 'nothing'$"):
        _ = cog.nothing  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("BaseRunner", "cog.predictor"),
        ("BasePredictor", "cog.predictor"),
        ("BaseModel", "cog.model"),
        ("Input", "cog.input"),
        ("FieldInfo", "cog.input"),
        ("Path", "cog.types"),
        ("Secret", "cog.types"),
        ("File", "cog.types"),
        ("URLFile", "cog.types"),
        ("URLPath", "cog.types"),
        ("ConcatenateIterator", "cog.types"),
        ("CancelationException", "coglet"),
    ],
)
def test_home(name: str, module: str) -> None:
    assert getattr(cog, name).__module__ == module


def test_modules_and_promised_names() -> None:
    code = "import " + ", ".join(
        f"cog.{name}"
        for name in "types input model predictor coder errors exceptions mode suppress_output server server.http".split()
    )
    code += "; from cog import Coder; from cog.exceptions import CancelationException; import coglet"
    code += "; assert CancelationException is coglet.CancelationException; import coglet._sdk as s; s.current_scope()"
    code += "; import coglet.server; assert not coglet.server.active; assert coglet.__version__ == cog.__version__"
    done = python(code)
    assert (done.returncode, done.stderr) == (0, "")


def test_import_is_light() -> None:
    """Nothing that is slow to load, and no third party, comes along with what a plain model needs."""
    code = "import sys; from cog import BasePredictor, Input, Path, Secret; import cog._document, cog._inputs, cog._loader"
    code += "; print(*sorted({'dataclasses', 'inspect', 'ast', 'urllib.request', 'http.client', 'asyncio', 'argparse',"
    code += " 'pydantic', 'typing_extensions', 'requests', 'numpy', 'logging', 'tokenize'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"],
        capture_output=True, text=True, check=True, timeout=60).stdout.strip() == ""


def test_deprecated_names_tell_so_once() -> None:
    done = python("import cog; cog.emit_metric; cog.emit_metric('a', 1); cog.ExperimentalFeatureWarning; from cog import *")
    assert done.returncode == 0
    assert [line[:45] for line in done.stderr.splitlines()] == [
        "cog: emit_metric() is deprecated and will be ",
        "cog: ExperimentalFeatureWarning is deprecated",
    ]


# MARK: - BaseRunner


def test_run_and_predict_stand_for_each_other() -> None:
    class New(BaseRunner):
        def run(self, x: int) -> int:
            return x + 1

    class Old(BasePredictor):
        def predict(self, x: int) -> int:
            return x + 2

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Old().run(1) == 3
    with pytest.warns(DeprecationWarning, match=r"^New\.predict\(\) is deprecated; use run\(\) instead$"):
        assert New().predict(1) == 2


def test_neither() -> None:
    with pytest.raises(NotImplementedError, match="^run has not been implemented by parent class\\.$"):
        BaseRunner().run()
    with pytest.warns(DeprecationWarning), pytest.raises(NotImplementedError):
        BasePredictor().predict()
    with pytest.raises(TypeError, match=r"^BaseRunner\(\) takes no arguments$"):
        BaseRunner(1)  # type: ignore[call-arg]


class _Mixin:
    def predict(self) -> str:
        return "mixin"


def test_what_counts_as_defined() -> None:
    class Before(_Mixin, BaseRunner):
        pass

    class After(BaseRunner, _Mixin):
        pass

    class Number(BaseRunner):
        run = 5  # type: ignore[assignment]

    class Static(BaseRunner):
        @staticmethod
        def predict() -> str:  # type: ignore[override]
            return "static"

    class OfClass(BaseRunner):
        @classmethod
        def predict(cls) -> str:
            return "class"

    assert Before().run() == "mixin"
    assert Static().run() == "static"
    for cls in (After, OfClass):
        with pytest.raises(NotImplementedError):
            cls().run()
    assert Number().run == 5


def test_scope_shortcuts() -> None:
    runner = BaseRunner()
    assert repr(runner.scope) == "Scope(MetricRecorder(inactive))"
    runner.record_metric("a", 1)
    with pytest.raises(AttributeError):
        runner.scope = None  # type: ignore[misc, assignment]


# MARK: - Input


def test_input_holds_what_it_is_given() -> None:
    info = Input("x", description="d", ge=1, le=2, min_length=3, max_length=4, regex="r", choices=[1], deprecated=True)
    assert isinstance(info, FieldInfo)
    assert dataclasses.asdict(info) == {
        "default": "x",
        "description": "d",
        "ge": 1,
        "le": 2,
        "min_length": 3,
        "max_length": 4,
        "regex": "r",
        "choices": [1],
        "deprecated": True,
        "accept": None,
    }
    assert [field.name for field in dataclasses.fields(info)] == list(dataclasses.asdict(info))


def test_field_info_is_a_frozen_dataclass() -> None:
    assert Input() == Input(default=None) == FieldInfo()
    assert Input(default=1) != Input(default=2)
    assert hash(Input(default=1)) == hash(FieldInfo(1))
    with pytest.raises(TypeError):
        hash(Input(default=[]))
    with pytest.raises(dataclasses.FrozenInstanceError):
        Input().default = 1
    assert repr(FieldInfo(1, ge=2)) == (
        "FieldInfo(default=1, description=None, ge=2, le=None, min_length=None, max_length=None, regex=None, "
        "choices=None, deprecated=None, accept=None)"
    )
    assert pickle.loads(pickle.dumps(FieldInfo(1))) == FieldInfo(1)
    assert copy.deepcopy(FieldInfo([1])) == FieldInfo([1])
    assert dataclasses.replace(FieldInfo(1), ge=2) == FieldInfo(1, ge=2)
    assert dataclasses.is_dataclass(FieldInfo)


def test_input_refuses() -> None:
    with pytest.raises(TypeError):
        Input("a", "b")  # type: ignore[misc]
    with pytest.raises(TypeError):
        Input(unknown=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="not both"):
        Input(1, default_factory=list)
    with pytest.raises(TypeError, match="must be a function"):
        Input(default_factory=[])  # type: ignore[arg-type]


# MARK: - Files


def test_path_is_a_path() -> None:
    path = Path("a") / "b"
    assert repr(path) == "Path('a/b')"
    assert type(path) is type(path.parent) is type(Path.cwd()) is Path
    assert path == pathlib.Path("a/b")
    assert hash(path) == hash(pathlib.Path("a/b"))
    assert type(pickle.loads(pickle.dumps(path))) is Path


def test_path_validate() -> None:
    given = pathlib.Path("x")
    assert Path.validate(given) is given
    for text in ("a/b", "ftp://h/x"):
        assert type(Path.validate(text)) is Path
    assert str(Path.validate("file:///etc/x")) == "file:/etc/x"
    for text in ("http://h/x.png", "HTTPS://h/x", "data:,x"):
        assert type(Path.validate(text)) is URLPath
    for wrong in (5, None):
        with pytest.raises((AttributeError, TypeError)):
            Path.validate(wrong)


def test_url_path_of_data() -> None:
    path = Path.validate("data:text/plain;base64,aGVsbG8=")
    assert isinstance(path, URLPath)
    assert str(path) == path.__fspath__() == path.source == "data:text/plain;base64,aGVsbG8="
    assert repr(path) == "URLPath('data:text/plain;base64,aGVsbG8=')"
    assert path.filename == path.name == "file.txt"
    assert path.suffix == ".txt"
    path.unlink()
    copied = path.convert()
    assert copied is path.convert()
    assert type(copied) is Path
    assert copied.name.endswith("file.txt")
    assert copied.read_text() == "hello"
    path.unlink()
    with pytest.raises(FileNotFoundError):
        path.unlink()
    path.unlink(missing_ok=True)
    with pytest.raises(TypeError):
        pickle.dumps(path)


def test_long_names_of_urls() -> None:
    from cog.types import get_filename

    assert get_filename("http://h/a%20b+c.txt?x=1") == "a b c.txt"
    assert get_filename("http://h/") == ""
    assert get_filename("http://h/a%2Fb%00.txt") in ("b_.txt", "a_b_.txt")
    assert get_filename("data:image/png;base64,") == "file.png"
    assert get_filename("data:,x") == "file.txt"
    assert get_filename("data:foo/bar,x") == "file"
    name = get_filename("http://h/" + "é" * 300 + ".png")
    assert name.endswith("~.png")
    assert 198 <= len(name.encode()) <= 200


def test_file_validate() -> None:
    opened = io.BytesIO()
    assert File.validate(opened) is opened
    data = File.validate("data:;base64,aGk=")
    assert data.read() == b"hi"  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="^'' is not a valid URL scheme. 'data', 'http', or 'https' is supported.$"):
        File.validate("plain")
    with pytest.raises(ValueError, match="not enough values to unpack"):
        File.validate("data:nonsense")


# MARK: - Secret


def test_secret() -> None:
    secret = Secret("clear")
    assert (str(secret), repr(secret), f"{secret}") == ("**********", "Secret(**********)", "**********")
    assert (str(Secret()), repr(Secret()), str(Secret(""))) == ("", "Secret()", "**********")
    assert secret.get_secret_value() == secret.secret_value == "clear"
    assert secret == Secret("clear") != Secret("other")
    assert hash(secret) == hash(Secret("clear"))
    assert dataclasses.asdict(secret) == {"secret_value": "clear"}  # type: ignore[call-overload]
    assert pickle.loads(pickle.dumps(secret)) == secret
    with pytest.raises(dataclasses.FrozenInstanceError):
        secret.secret_value = "x"  # type: ignore[misc]


# MARK: - BaseModel


def test_base_model_is_a_dataclass() -> None:
    class Output(BaseModel):
        x: int
        y: str = "a"

    assert repr(Output(1)).endswith("Output(x=1, y='a')")
    assert Output(1) == Output(x=1, y="a")
    with pytest.raises(TypeError):
        hash(Output(1))

    class Frozen(BaseModel, frozen=True):
        x: int

    assert hash(Frozen(1)) == hash(Frozen(1))
    BaseModel()


def test_base_model_refuses() -> None:
    class Plain:
        pass

    class Made(BaseModel):
        x: int

    class Other(BaseModel):
        y: int

    with pytest.raises(TypeError, match='^Primary base class of "A" must inherit from BaseModel$'):
        type("A", (Plain, BaseModel), {})
    with pytest.raises(ValueError, match='"B" has auto_dataclass=False. This creates broken field inheritance'):

        class B(Made, auto_dataclass=False):
            pass

    with pytest.raises(TypeError, match='^Cannot mixin dataclass "Made" while inheriting from `BaseModel`$'):

        class C(Other, Made):
            pass

    with pytest.raises(TypeError, match="unexpected keyword argument"):

        class D(BaseModel, unknown=True):
            pass


def test_base_model_left_alone() -> None:
    class Manual(BaseModel, auto_dataclass=False):
        def __init__(self) -> None:
            self.x = 1

    assert not dataclasses.is_dataclass(Manual)
    assert Manual().x == 1

    class Child(Manual):
        y: int = 2

    assert [field.name for field in dataclasses.fields(Child)] == ["y"]


# MARK: - Annotations and decorators


def test_iterators_are_abstract() -> None:
    for cls, base in ((ConcatenateIterator, typing.Iterator), (AsyncConcatenateIterator, typing.AsyncIterator)):
        assert issubclass(cls, base)
        assert typing.get_args(cls[str]) == (str,)
        with pytest.raises(TypeError, match="abstract"):
            cls()


def test_opaque() -> None:
    assert repr(Opaque) == "cog.Opaque"
    assert not callable(Opaque)
    assert type(pickle.loads(pickle.dumps(Opaque))) is type(Opaque)
    copy.deepcopy(Opaque)


def test_streaming_leaves_no_mark() -> None:
    def fn() -> None:
        pass

    before = dict(fn.__dict__)
    assert streaming(fn) is fn
    assert streaming()(fn) is fn
    assert fn.__dict__ == before


def test_concurrent() -> None:
    async def fn() -> None:
        pass

    assert concurrent(fn) is fn
    assert fn.__cog_concurrent_max__ == 1  # type: ignore[attr-defined]
    assert concurrent(max=3)(fn) is fn
    assert fn.__cog_concurrent_max__ == 3  # type: ignore[attr-defined]
    for wrong in (True, "2", 1.0):
        with pytest.raises(TypeError, match="^concurrent max must be an integer$"):
            concurrent(max=wrong)  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="^concurrent max must be at least 1$"):
        concurrent(max=0)
    with pytest.raises(TypeError, match="^concurrent must be used as @concurrent or @concurrent\\(max=\\.\\.\\.\\)$"):
        concurrent(5)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="^concurrent max greater than 1 requires an async function$"):
        concurrent(max=2)(lambda: None)


def test_cancelation_is_no_exception() -> None:
    assert CancelationException.__bases__ == (BaseException,)
    assert str(pickle.loads(pickle.dumps(CancelationException("why")))) == "why"


# MARK: - Smaller modules


def test_coder() -> None:
    from cog.coder import Coder

    class Of(Coder):
        @staticmethod
        def factory(tpe: type[Any]) -> Coder | None:
            return Of() if tpe is bytes else None

        def encode(self, value: Any) -> dict[str, Any]:
            return {"value": value.hex()}

        def decode(self, value: dict[str, Any]) -> Any:
            return bytes.fromhex(value["value"])

    Coder.register(Of)
    found = Coder.lookup(bytes)
    assert found is not None
    assert found.decode(found.encode(b"a")) == b"a"
    assert Coder.lookup(int) is None


def test_mode() -> None:
    from cog.mode import Mode

    assert [str(mode) for mode in Mode] == ["predict", "train"]


def test_suppress_output() -> None:
    code = "import os; from cog.suppress_output import suppress_output\nprint('a', flush=True)\n"
    code += "with suppress_output():\n  print('b'); os.system('echo c')\nprint('d')"
    assert python(code).stdout == "a\nd\n"


def test_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    from cog.predictor import extract_setup_weights, has_setup_weights

    class With:
        def setup(self, weights: Any) -> None:
            pass

    class Without:
        def setup(self) -> None:
            pass

    assert has_setup_weights(With())
    assert not has_setup_weights(Without())
    assert not has_setup_weights(object())
    monkeypatch.setenv("COG_WEIGHTS", "https://x/w")
    assert extract_setup_weights(With()) == "https://x/w"
    monkeypatch.setenv("COG_WEIGHTS", "")
    assert extract_setup_weights(With()) is None


def test_load_predictor_from_ref(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cog.predictor import load_predictor_from_ref

    monkeypatch.chdir(tmp_path)
    (tmp_path / "thing.py").write_text("class Runner:\n def run(self) -> str: return __name__\n")
    assert load_predictor_from_ref("thing.py").run() == "thing"
    (tmp_path / "thing.py").write_text("class Runner:\n def run(self) -> str: return 'changed'\n#####\n")
    assert load_predictor_from_ref("thing.py:Runner").run() == "changed"


# MARK: - Scope


def recorder() -> tuple[Any, list[tuple[str, str, str]]]:
    from cog import scope

    recorded: list[tuple[str, str, str]] = []
    made = scope.Scope._for_prediction({"a": "b"}, lambda *args: recorded.append(args))
    return made, recorded


def test_scope_outside() -> None:
    scope = cog.current_scope()
    assert scope.context == {}
    scope.record_metric("cog.x", object())
    scope.metrics.delete("")
    with pytest.raises(TypeError, match="^Invalid metric mode: 'x'. Expected 'replace', 'incr', or 'append'.$"):
        scope.record_metric("a", 1, mode="x")
    assert cog.current_scope() is not scope


def test_scope_inside() -> None:
    from cog.scope import _current

    scope, recorded = recorder()
    token = _current.set(scope)
    try:
        assert cog.current_scope() is scope is cog.current_scope()
        seen = []
        asyncio.run(_see(seen))
        assert seen == [scope]
        cog.current_scope().record_metric("t.x", 1.5)
    finally:
        _current.reset(token)
    assert recorded == [("replace", "t.x", "1.5")]
    assert repr(scope) == "Scope(MetricRecorder(keys=1))"
    assert type(scope).__module__ == type(scope.metrics).__module__ == "coglet._sdk"
    assert scope.context == {"a": "b"}
    for wrong in ("context", "metrics"):
        with pytest.raises(AttributeError):
            setattr(scope, wrong, None)


async def _see(seen: list[Any]) -> None:
    seen.append(cog.current_scope())


def test_recording() -> None:
    scope, recorded = recorder()
    metrics = scope.metrics
    metrics["a"] = True
    metrics.record("b", 1, mode="incr")
    metrics.record("b", 2, mode="increment")
    metrics.record("c", ["x"], mode="append")
    metrics["d"] = {"é": [None]}
    metrics["big"] = 10**30
    metrics["nan"] = float("nan")
    del metrics["a"]
    metrics["a"] = "text"
    metrics["a"] = None
    assert recorded == [
        ("replace", "a", "true"),
        ("incr", "b", "1"),
        ("incr", "b", "2"),
        ("append", "c", '["x"]'),
        ("replace", "d", '{"\\u00e9": [null]}'),
        ("replace", "big", str(10**30)),
        ("replace", "a", "null"),
        ("replace", "a", '"text"'),
        ("replace", "a", "null"),
    ]
    with pytest.raises(TypeError):
        metrics["b"]
    with pytest.raises(TypeError):
        len(metrics)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("predict_time", "'predict_time' is reserved by the runtime"),
        ("cog.x", "the 'cog.' prefix is reserved for system metrics"),
        ("", "metric name must not be empty"),
        ("a" * 129, "metric name must be 128 characters or fewer (got 129 characters)"),
        ("a.b.c.d.e", "metric name must have at most 4 dot-separated segments (got 5)"),
        (".a", "metric name must not start with a dot"),
        ("a.", "metric name must not end with a dot"),
        ("a..b", "metric name must not contain empty segments (consecutive dots)"),
        ("1a", "metric name segment '1a' must start with a letter"),
        ("_a", "metric name segment '_a' must start with a letter"),
        ("é", "metric name segment 'é' must start with a letter"),
        ("a-b", "metric name segment 'a-b' contains invalid character '-'"),
        ("a__b", "metric name segment 'a__b' must not contain consecutive underscores"),
        ("a_", "metric name segment 'a_' must end with a letter or digit"),
    ],
)
def test_metric_names(key: str, message: str) -> None:
    scope, _ = recorder()
    with pytest.raises(ValueError) as caught:
        scope.record_metric(key, 1)
    assert str(caught.value) == message
    if key not in ("predict_time", "cog.x"):
        with pytest.raises(ValueError):
            scope.metrics.delete(key)
    else:
        scope.metrics.delete(key)


@pytest.mark.parametrize(
    ("value", "mode", "message"),
    [
        (None, None, "Unsupported metric value type: NoneType. Expected bool, int, float, str, list, or dict."),
        ((1,), None, "Unsupported metric value type: tuple. Expected bool, int, float, str, list, or dict."),
        ([object()], None, "Cannot convert object to JSON metric value"),
        ({1: 2}, None, "'int' object cannot be cast as 'str'"),
        ("x", "incr", "Increment mode requires int or float, got str"),
        (1, "bogus", "Invalid metric mode: 'bogus'. Expected 'replace', 'incr', or 'append'."),
    ],
)
def test_metric_values(value: Any, mode: str | None, message: str) -> None:
    scope, _ = recorder()
    with pytest.raises(TypeError) as caught:
        scope.record_metric("k", value, mode=mode)
    assert str(caught.value) == message


def test_a_metric_keeps_its_type() -> None:
    scope, _ = recorder()
    scope.record_metric("k", 1)
    with pytest.raises(TypeError, match="^Metric 'k' has type int, cannot set to float without deleting first$"):
        scope.record_metric("k", 1.5, mode="incr")
    scope.metrics["k"] = None
    scope.record_metric("k", 1.5)
    with pytest.raises(TypeError):
        scope.record_metric(5, 1)  # type: ignore[arg-type]


def test_types_of_the_scope_are_not_made_by_hand() -> None:
    from cog.scope import MetricRecorder, Scope

    for cls in (Scope, MetricRecorder):
        with pytest.raises(TypeError, match=f"^cannot create 'coglet._sdk.{cls.__name__}' instances$"):
            cls()


def test_threads_see_no_scope_of_their_own_accord() -> None:
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(repr(cog.current_scope())))
    thread.start()
    thread.join()
    assert seen == ["Scope(MetricRecorder(inactive))"]
