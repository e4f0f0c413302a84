"""The names that `import cog` gives, one by one."""

from __future__ import annotations

import copy
import dataclasses
import pathlib
import pickle
import resource
import subprocess
import sys
import typing
import warnings
from typing import Any

import pytest
from cases import ROOT

import cog
from cog import (
    AsyncConcatenateIterator,
    BaseModel,
    BasePredictor,
    BaseRunner,
    CancelationException,
    ConcatenateIterator,
    FieldInfo,
    Input,
    Opaque,
    concurrent,
    streaming,
)

NAMES = """__version__ BaseRunner BasePredictor BaseModel Opaque Input FieldInfo Path Secret File URLFile URLPath
ConcatenateIterator AsyncConcatenateIterator CancelationException current_scope streaming concurrent
ExperimentalFeatureWarning emit_metric
SKIP batched current_scopes"""


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
    names = "types input model predictor coder errors exceptions mode suppress_output server server.http"
    code = "import " + ", ".join([f"cog.{name}" for name in names.split()])
    code += "; from cog import Coder; from cog.exceptions import CancelationException; import coglet"
    code += "; assert CancelationException is coglet.CancelationException; import coglet._sdk as s; s.current_scope()"
    code += "; import coglet.server; assert not coglet.server.active; assert coglet.__version__ == cog.__version__"
    done = python(code)
    assert (done.returncode, done.stderr) == (0, "")


def test_modules_are_there_without_an_import_of_their_own() -> None:
    names = "types input model predictor coder errors exceptions mode suppress_output"
    done = python("import cog; print(*[getattr(cog, name).__name__ for name in " + repr(names.split()) + "])")
    assert done.stdout.split() == [f"cog.{name}" for name in names.split()], done.stderr
    assert python("import cog; print({*cog.__all__} <= {*dir(cog)}, 'types' in dir(cog))").stdout == "True True\n"


def test_import_is_light() -> None:
    """Nothing that is slow to load, and no third party, comes along with what a plain model needs."""
    code = "import sys; from cog import BasePredictor, Input, Path, Secret"
    code += "; import cog._document.openapi, cog._values.inputs, cog._model.loader"
    code += "; print(*sorted({'dataclasses', 'inspect', 'ast', 'urllib.request', 'http.client', 'asyncio', 'argparse',"
    code += " 'pydantic', 'typing_extensions', 'requests', 'numpy', 'logging', 'tokenize'} & set(sys.modules)))"
    assert (
        subprocess.run(
            [sys.executable, "-I", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout.strip()
        == ""
    )


def test_import_is_quick() -> None:
    """It adds little processor time to the start of an interpreter; benchmarks/sdk.py has the figures."""

    def seconds(code: str) -> float:
        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert python(code).returncode == 0
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime

    best = min(seconds("import cog") for _ in range(9)) - min(seconds("pass") for _ in range(9))
    assert best <= 0.040


def test_deprecated_names_tell_so_once() -> None:
    done = python(
        "import cog; cog.emit_metric; cog.emit_metric('a', 1); cog.ExperimentalFeatureWarning; from cog import *"
    )
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
    with pytest.raises(TypeError, match="must be a list"):
        Input(examples="one")


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
    on_threads = concurrent(max=2, threads=True)(lambda: None)
    assert on_threads.__cog_concurrent_threads__ is True  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="^concurrent threads is for functions that are not async$"):
        concurrent(max=2, threads=True)(fn)


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
    from cog.server import http

    assert http.Mode("train") is Mode.TRAIN  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="^module 'cog.server.http' has no attribute 'nothing'$"):
        _ = http.nothing  # type: ignore[attr-defined]


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
