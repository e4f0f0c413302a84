"""`cog doctor`: what it finds in a project and on this machine, and what `--fix` repairs."""

import re

import pytest
from checkup import DEFAULTS, doctor, model
from terminal import CONFIG, NO_ENGINE, Project

# A project in order


def test_a_clean_project(project):
    result = doctor(project).ok()
    assert result.err == (
        "cog doctor is experimental: its checks and its output may change\n"
        "Running cog doctor...\n"
        "\nConfig\nConfig parsing\nConfig schema\n"
        "  cog.yaml:3 — predict is the older name of run, and stays; COG_DEPRECATIONS=1 cog doctor --fix changes it\n"
        "Deprecated fields\n"
        "\nPython\nPredict reference\nPydantic BaseModel workaround\nDeprecated imports\nType annotations\n"
        "\nEnvironment\nPython version\n"
        "\nno issues found\n"
    )
    assert "Running cog doctor --fix...\n" in doctor(project, "--fix").ok().err


@pytest.mark.parametrize("entry", ["predict.py:predict", "predict.py:Other"])
def test_functions_and_plain_classes_are_models_too(project, entry):
    project.config(CONFIG.replace("predict.py:Predictor", entry))
    model(
        project,
        "def predict(s: str) -> str:\n    return s\n\n\nclass Other:\n    def run(self) -> str:\n        return ''\n",
    )
    assert "no issues found" in doctor(project).ok().err


def test_another_configuration(project):
    project.write("other.yaml", 'build:\n  python_version: "3.7"\n')
    doctor(project, "-f", "other.yaml").fails("validation failed: other.yaml:2:19: invalid build.python_version")


# Configuration


@pytest.mark.parametrize("text", ["build: [\n", "build:\n  gpu: maybe\n"])
def test_a_configuration_that_cannot_be_read(project, text):
    result = doctor(project.config(text)).fails("Config parsing", "invalid YAML", "Found 1 error.")
    assert "validation failed" not in result.err


def test_every_problem_of_the_configuration(project):
    project.config(CONFIG.replace("3.12", "3.7") + "environment: [A]\n")
    result = doctor(project).fails("Config schema\n", "Found 2 errors, 1 warning.")
    assert re.search(r"^  validation failed: cog.yaml:2:19: invalid build.python_version", result.err, re.M)
    assert re.search(r"^  validation failed: cog.yaml:4:\d+: invalid environment\[0\]", result.err, re.M)


def test_deprecated_fields_are_warnings(project):
    project.build('python_version: "3.12"', "python_packages: [six]", "pre_install: [echo]")
    result = doctor(project).ok()
    assert (
        'cog.yaml:3:3: deprecated field "build.python_packages": use "build.python_requirements" instead' in result.err
    )
    assert 'cog.yaml:4:3: deprecated field "build.pre_install"' in result.err
    assert "Found 2 warnings.\n" in result.err
    assert "  (no auto-fix available)\n" in doctor(project, "--fix").ok().err


# The model


def test_no_model_at_all(project):
    doctor(project.config('build:\n  python_version: "3.12"\n')).fails(
        "no predict or train reference found in cog.yaml"
    )


def test_a_training_alone_is_a_model(project):
    doctor(project.config('build:\n  python_version: "3.12"\ntrain: train.py:train\n')).ok()


def test_a_reference_of_the_wrong_form(project):
    doctor(project.config(CONFIG.replace(".py:", ":"))).fails("must be in the form 'file.py:ClassName'")


def test_a_missing_file(project):
    (project.directory / "predict.py").unlink()
    result = doctor(project).fails("  cog.yaml:3 — predict.py not found\n", "Found 1 error.\n")
    assert 'Run "cog doctor --fix"' not in result.err
    doctor(project, "--fix").fails("  Remediation: Create predict.py or change the reference in cog.yaml\n")


@pytest.mark.parametrize("arguments", [[], ["--fix"]])
def test_a_class_of_another_name(project, arguments):
    project.config(CONFIG.replace("Predictor", "Model"))
    doctor(project, *arguments).fails('  cog.yaml:3 — class "Model" not found in predict.py; found: Predictor\n')


def test_a_class_in_a_file_without_classes(project):
    model(project, "x = 1\n")
    doctor(project).fails('  cog.yaml:3 — class "Predictor" not found in predict.py\n')


@pytest.mark.parametrize(
    ("text", "line", "name"),
    [
        ("class Predictor:\n    def predict(self, s: str):\n        return s\n", 2, "Predictor.predict"),
        (
            "class Predictor:\n    async def run(\n        self,\n        s: str,\n    ):\n        return s\n",
            2,
            "Predictor.run",
        ),
        ("class A:\n    def run(self): ...\n\n\nclass Predictor:\n    def run(self): ...\n", 6, "Predictor.run"),
        ("def Predictor(s: str):\n    return s\n", 1, "Predictor"),
    ],
)
def test_a_return_type_that_is_missing(project, text, line, name):
    result = doctor(model(project, text)).ok()
    assert f"  predict.py:{line} — {name}() is missing a return type annotation\n" in result.err
    assert "Found 1 warning.\n" in result.err


# Repairs

WORKAROUND = """
from cog import BasePredictor
from pydantic import BaseModel, ConfigDict  # noqa


class Output(BaseModel):
    {setting}

    text: str


class Predictor(BasePredictor):
    def predict(self, s: str) -> Output:
        return Output(text=s)
"""
IN_CLASS = "class Config:\n        arbitrary_types_allowed = True"
REPAIRED = """
from cog import BaseModel, BasePredictor


class Output(BaseModel):
    text: str


class Predictor(BasePredictor):
    def predict(self, s: str) -> Output:
        return Output(text=s)
""".lstrip()


def repaired(project: Project, problem: str) -> str:
    """The model after a failing examination, a repair, and one that finds nothing any more."""
    before = project.read("predict.py")
    found = doctor(project).fails(problem, 'Run "cog doctor --fix" to auto-fix.')
    assert project.read("predict.py") == before
    assert re.search(r"^  predict\.py:\d+ — ", found.err, re.M)
    fixed = doctor(project, "--fix").ok().err
    assert f"Fixed: {problem}\n" in fixed
    assert "Fixed 1 issue. 0 warnings remaining. 0 unfixed errors.\n" in fixed
    assert "no issues found" in doctor(project).ok().err
    return project.read("predict.py")


@pytest.mark.parametrize(
    "setting",
    [
        "model_config = ConfigDict(arbitrary_types_allowed=True)",
        'model_config = {"arbitrary_types_allowed": True}',
        IN_CLASS,
    ],
)
def test_the_workaround_with_pydantic(project, setting):
    text = WORKAROUND.replace("{setting}", setting).replace("  # noqa", "").lstrip()
    if "ConfigDict(" not in setting:
        text = text.replace(", ConfigDict", "")
    assert repaired(model(project, text), "Pydantic BaseModel workaround") == REPAIRED


def test_the_workaround_by_the_modules_name(project):
    text = WORKAROUND.replace("{setting}", IN_CLASS).replace(
        "from pydantic import BaseModel, ConfigDict  # noqa", "import pydantic"
    )
    text = text.replace("(BaseModel)", "(pydantic.BaseModel)").lstrip()
    assert repaired(model(project, text), "Pydantic BaseModel workaround") == REPAIRED


def test_imports_in_brackets(project):
    text = WORKAROUND.replace("{setting}", IN_CLASS).lstrip()
    text = text.replace("from cog import BasePredictor", "from cog import (\n    BasePredictor,\n)")
    text = text.replace("import BaseModel, ConfigDict  # noqa", "import (\n    BaseModel,\n    Field,\n)")
    found = repaired(model(project, text), "Pydantic BaseModel workaround")
    assert found == REPAIRED.replace("BasePredictor\n\n", "BasePredictor\nfrom pydantic import Field\n\n", 1)


@pytest.mark.parametrize(
    "change",
    [
        ("{setting}", "model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True)"),
        ("{setting}", IN_CLASS + "\n        frozen = True"),
        ("class Predictor(", "class Inner(BaseModel):\n    x: int\n\n\nclass Predictor("),
    ],
)
def test_a_workaround_that_takes_a_person(project, change):
    text = WORKAROUND.replace(*change).replace("{setting}", IN_CLASS).replace("  # noqa", "").lstrip()
    doctor(model(project, text)).fails("Pydantic BaseModel workaround", "Found 1 error.\n")
    doctor(project, "--fix").fails("  Remediation: Use BaseModel of cog, and remove the setting\n")
    assert project.read("predict.py") == text


def test_pydantic_alone_is_no_workaround(project):
    text = WORKAROUND.replace("{setting}", "other: int").replace("  # noqa", "")
    assert "no issues found" in doctor(model(project, text)).ok().err


IMPORT = "class Predictor:\n    def predict(self, s: str) -> str:\n        return s\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from cog import ExperimentalFeatureWarning\n", ""),
        (
            "from cog import BasePredictor, ExperimentalFeatureWarning, Input\n",
            "from cog import BasePredictor, Input\n",
        ),
        ("from cog.types import ExperimentalFeatureWarning\n", ""),
        ("from cog import (\n    ExperimentalFeatureWarning,\n    Input,\n)\n", "from cog import Input\n"),
        (
            "import warnings\nfrom cog import ExperimentalFeatureWarning\n"
            'warnings.filterwarnings("ignore", category=ExperimentalFeatureWarning)\n',
            "",
        ),
    ],
)
def test_an_import_that_no_longer_exists(project, before, after):
    assert repaired(model(project, before + IMPORT), "Deprecated imports") == after + IMPORT


def test_a_name_that_is_used_stays(project):
    text = "from cog import ExperimentalFeatureWarning\nshown = [ExperimentalFeatureWarning]\n" + IMPORT
    doctor(model(project, text), "--fix").fails("predict.py:1 — ExperimentalFeatureWarning no longer exists in cog")
    assert project.read("predict.py") == text


# Defaults that the type leaves out


REPLACED = [
    ("seed: int =", "seed: int | None ="),
    ("image: Path =", "image: Path | None ="),
    ('mask: "Path" =', 'mask: "Path | None" ='),
    ("tags: list[dict[str, int]] =", "tags: list[dict[str, int]] | None ="),
    ('"None]"]=None', '"None]"] | None=None'),
    ("Annotated[int, Input(ge", "Annotated[int | None, Input(ge"),
    ("(int | str) =", "(int | str) | None ="),
    ("last: bool =", "last: bool | None ="),
]


def test_defaults_of_none(project):
    """They are served as they are meant, so this is a suggestion; `--fix` writes it."""
    found = doctor(model(project, DEFAULTS)).ok().err
    assert "  predict.py:10 — the default of seed is None, but int doesn't include None\n" in found
    assert "  predict.py:12 — the default of mask is None, but Path doesn't include None\n" in found
    assert f'Found {len(REPLACED)} warnings. Run "cog doctor --fix" to auto-fix.\n' in found
    assert project.read("predict.py") == DEFAULTS
    fixed = doctor(project, "--fix").ok().err
    assert "Fixed: Defaults of None\n" in fixed
    assert f"Fixed {len(REPLACED)} issues. 0 warnings remaining. 0 unfixed errors.\n" in fixed
    expected = DEFAULTS
    for before, after in REPLACED:
        assert before in expected
        expected = expected.replace(before, after)
    assert project.read("predict.py") == expected
    assert "no issues found" in doctor(project).ok().err


@pytest.mark.parametrize("entry", ["predict.py:train", "predict.py:Trainer"])
def test_defaults_of_none_of_a_training(project, entry):
    text = (
        "def train(x: int = None) -> str: ...\n\n\nclass Trainer:\n    def train(self, y: int = None) -> str: ...\n"
        "\n\ndef predict(z: int = None) -> str: ...\n"
    )
    project.config(CONFIG.replace("predict.py:Predictor", "predict.py:predict") + f"train: {entry}\n")
    doctor(model(project, text), "--fix").ok()
    name = "x" if entry.endswith("train") else "y"
    expected = text.replace(f"{name}: int", f"{name}: int | None").replace("z: int", "z: int | None")
    assert project.read("predict.py") == expected


# Newer names, for whoever asks

ASKED = {"COG_DEPRECATIONS": "1"}
NAMES = "Deprecated predict interface names"


def test_older_names_are_mentioned_once(project):
    result = doctor(project).ok()
    assert NAMES not in result.err
    assert result.err.count("  cog.yaml:3 — predict is the older name of run, and stays;") == 1
    assert "no issues found" in result.err


def test_older_names_on_request(project):
    result = doctor(project, env=ASKED).ok()
    assert "cog.yaml:3 — predict in cog.yaml is deprecated; use run with run.py:Runner\n" in result.err
    assert "predict.py uses deprecated Predictor/BasePredictor/predict() names\n" in result.err


def test_migration(project):
    project.config('# mine\nbuild:\n  python_version: "3.12"\npredict: "predict.py:Predictor"  # the model\n')
    text = (
        "from cog import BasePredictor\n\n\n# Says hello.\nclass Predictor(BasePredictor):\n"
        "    {def} predict(self, s: str) -> str:\n        return s  # predict\n"
    )
    for keyword in ("def", "async def"):
        model(project, text.replace("{def}", keyword))
        assert f"Fixed: {NAMES}\n" in doctor(project, "--fix", env=ASKED).ok().err
        new = (
            text.replace("{def}", keyword)
            .replace("BasePredictor", "BaseRunner")
            .replace("class Predictor", "class Runner")
        )
        assert project.read("run.py") == new.replace("def predict", "def run")
        assert not (project.directory / "predict.py").exists()
        assert (
            project.read("cog.yaml") == '# mine\nbuild:\n  python_version: "3.12"\nrun: "run.py:Runner"  # the model\n'
        )
        assert "no issues found" in doctor(project, env=ASKED).ok().err
        (project.directory / "run.py").unlink()
        project.config(project.read("cog.yaml").replace('run: "run.py:Runner"', 'predict: "predict.py:Predictor"'))


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("run.py", "", "run.py already exists"),
        ("other.py", "from predict import Predictor\n", "other.py imports it"),
        (
            "predict.py",
            "class Predictor:\n    def predict(self) -> str: ...\n\n\nx = Predictor()\n",
            "Predictor is used in more",
        ),
        (
            "predict.py",
            "class Predictor:\n    def predict(self) -> str:\n        return self.predict()\n",
            "predict() is also called",
        ),
        ("predict.py", "def Predictor() -> str: ...\n", "Predictor is used in more places"),
        (
            "cog.yaml",
            CONFIG.replace("predict: predict.py:Predictor", '"predict":\n  predict.py:Predictor'),
            "predict in cog.yaml is not written on one line",
        ),
        (
            "cog.yaml",
            CONFIG.replace("predict.py:Predictor", "predict.py:predict"),
            "only the names of predict.py:Predictor",
        ),
    ],
)
def test_a_migration_that_takes_a_person(project, path, text, reason):
    project.write(path, text)
    before = {file.name: file.read_text() for file in project.directory.iterdir()}
    doctor(project, "--fix", env=ASKED).fails(f"cannot migrate predict.py to run.py because {reason}")
    assert {file.name: file.read_text() for file in project.directory.iterdir()} == before


# The machine


def test_an_engine_that_does_not_answer(project):
    doctor(project, env={"COG_SKIP_DOCKER_CHECK": "", "DOCKER_HOST": NO_ENGINE}).fails("Docker is not available: ")


def test_another_python(project):
    result = doctor(project, python3="echo 3.11").ok()
    assert "  local Python is 3.11 but cog.yaml specifies 3.12\n" in result.err


def test_another_python_than_that_of_another_configuration(project):
    project.write("gpu.yaml", CONFIG.replace("3.12", "3.10"))
    result = doctor(project, "-f", "gpu.yaml").ok()
    assert "  local Python is 3.12 but gpu.yaml specifies 3.10\n" in result.err


def test_no_python(project):
    result = doctor(project, python3="exit 1").ok()
    assert "  no Python found on PATH\n" in result.err


@pytest.mark.parametrize(
    ("pin", "devices", "found"),
    [
        ("2.4.1", "12.0", "torch==2.4.1 (CUDA 12.4) ships no kernels for sm_120"),
        ("2.4.1", "8.6\n10.0", "torch==2.4.1 (CUDA 12.4) ships no kernels for sm_100"),
        ("1.13.1", "9.0", "torch==1.13.1 (CUDA 11.7) ships no kernels for sm_90"),
        ("2.4.1", "9.0", None),
        ("2.7.0", "12.0", None),
        ("1.13.1", "8.9", None),
    ],
)
def test_a_torch_too_old_for_the_gpu(project, pin, devices, found):
    project.build("gpu: true", 'python_version: "3.12"', "python_requirements: r.txt").write("r.txt", f"torch=={pin}\n")
    smi = f"printf '{devices}\\n'".replace("\n", "\\n")
    result = doctor(project, nvidia_smi=smi).ok()
    assert "GPU compatibility\n" in result.err
    assert (found in result.err) if found else ("no kernels" not in result.err)
    assert "GPU compatibility" not in doctor(project, env={"COG_SKIP_GPU_CHECK": "1"}, nvidia_smi=smi).ok().err
