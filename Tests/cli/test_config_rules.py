"""What cog.yaml may say: every rule with its message and the line it is about."""

import pytest
from config_problems import PYTHON, problems


def test_every_command_refuses_a_wrong_configuration(project):
    project.build('python_version: "3.7"')
    for command in (["build"], ["push"], ["predict"], ["run"], ["exec", "true"], ["serve"], ["train"], ["debug"]):
        message = 'invalid build.python_version "3.7": minimum supported Python version is 3.10'
        project.cog(*command).fails(f"cog.yaml:2:19: {message}")


# Entries


def test_run_and_predict_exclude_each_other(project):
    text = PYTHON + "run: run.py:Runner\npredict: predict.py:Predictor\n"
    assert problems(project, text) == ["cog.yaml:3: invalid run: only one of run or predict can be set"]


@pytest.mark.parametrize(
    "text", ["run: run.py:Runner\npredict: ''\n", "run:\npredict: predict.py:P\n", "run: run.py:Runner\n"]
)
def test_an_empty_one_does_not_count(project, text):
    project.config(PYTHON + text).cog("debug").ok()


@pytest.mark.parametrize(
    "value", ["predict:Predictor", "predict.py", "predict.py:", ".py:P", "a.py:b.py:C", "predict.pyc:P", "predict"]
)
@pytest.mark.parametrize(
    ("key", "form"), [("run", "run.py:Runner"), ("predict", "predict.py:Predictor"), ("train", "train.py:Trainer")]
)
def test_form_of_entries(project, key, form, value):
    expected = f"cog.yaml:3: invalid {key} \"{value}\": must be in the form '{form}'"
    assert problems(project, PYTHON + f'{key}: "{value}"\n') == [expected]


@pytest.mark.parametrize("value", ["predict.py:Predictor", "src/deep/predict.py:predict", "a-b.py:C"])
@pytest.mark.parametrize("key", ["run", "predict", "train"])
def test_entries(project, key, value):
    name = "TRAIN" if key == "train" else "PREDICT"
    out = project.config(PYTHON + f'{key}: "{value}"\n').dockerfile()
    assert f'ENV COG_{name}_TYPE_STUB="{value}"\n' in out


# Python


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("3.7", "minimum supported Python version is 3.10"),
        ("3.8", "minimum supported Python version is 3.10"),
        ("3.9", "minimum supported Python version is 3.10"),
        ("3.9.18", "minimum supported Python version is 3.10"),
        ("2.7", "minimum supported Python version is 3.10"),
        ("3", "must include major and minor version (e.g., '3.11')"),
        ("x.11", "invalid major version number"),
        ("3.x", "invalid minor version number"),
        ("3.", "invalid minor version number"),
        ("3.12.x", "must be in the form X.Y or X.Y.Z"),
        ("3.12.1.2", "must be in the form X.Y or X.Y.Z"),
    ],
)
def test_python_version(project, version, message):
    expected = f'cog.yaml:2: invalid build.python_version "{version}": {message}'
    assert problems(project, f'build:\n  python_version: "{version}"\n') == [expected]


@pytest.mark.parametrize("version", ["3.10", "3.13", "3.14", "4.0", "3.11.4"])
def test_python_versions_that_are_right(project, version):
    assert f"FROM python:{version}-slim" in project.build(f'python_version: "{version}"').dockerfile()


def test_python_version_is_optional_and_the_choice_is_told(project):
    result = project.build("gpu: false").cog("debug").ok()
    assert "FROM python:3.13-slim" in result.out
    assert "build.python_version is not set in cog.yaml, using Python 3.13" in result.err


@pytest.mark.parametrize(
    ("package", "version"),
    [("torch==2.5.1", "3.12"), ("torch==1.13.1", "3.10"), ("tensorflow==2.15.0", "3.11"), ("torch==2.10.0", "3.13")],
)
def test_python_version_that_suits_the_framework(project, package, version):
    project.write("requirements.txt", package + "\n")
    assert f"FROM python:{version}-slim" in project.build("python_requirements: requirements.txt").dockerfile()


# Packages


def test_packages_in_one_way_only(project):
    project.write("requirements.txt", "six\n")
    text = PYTHON + "  python_requirements: requirements.txt\n  python_packages: [six]\n"
    message = "only one of python_packages or python_requirements can be set, not both"
    assert problems(project, text) == [f"cog.yaml:4: invalid build: {message}"]


def test_requirements_file_must_exist(project):
    text = PYTHON + "  python_requirements: reqs.txt\n"
    assert problems(project, text) == [
        'cog.yaml:3: invalid build.python_requirements "reqs.txt": file does not exist: create it, or correct the path'
    ]


def test_a_directory_is_no_requirements_file(project):
    project.write("reqs/file", "")
    text = PYTHON + "  python_requirements: reqs\n"
    assert problems(project, text) == [
        'cog.yaml:3: invalid build.python_requirements "reqs": file does not exist: create it, or correct the path'
    ]


def test_requirements_file_by_absolute_path(project, tmp_path):
    (tmp_path / "reqs.txt").write_text("six==1.17.0\n")
    project.build('python_version: "3.12"', f"python_requirements: {tmp_path}/reqs.txt").cog("debug").ok()


# CUDA


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("11", "must include both major and minor versions (e.g., '11.8')"),
        ("x.8", "invalid major version number"),
        ("11.x", "invalid minor version number"),
        ("10.2", "minimum supported CUDA version is 11"),
        ("9.0", "minimum supported CUDA version is 11"),
    ],
)
@pytest.mark.parametrize("gpu", ["true", "false"])
def test_cuda_version(project, gpu, version, message):
    text = PYTHON + f'  gpu: {gpu}\n  cuda: "{version}"\n'
    assert problems(project, text) == [f'cog.yaml:4: invalid build.cuda "{version}": {message}']


@pytest.mark.parametrize(
    ("cuda", "cudnn", "known"), [("11.8", "9", "8"), ("12.4", "8", "9"), ("12.1.1", "7", "8"), ("13.0", "8", "9")]
)
def test_cuda_with_a_cudnn_that_it_has_not(project, cuda, cudnn, known):
    text = PYTHON + f'  gpu: true\n  cuda: "{cuda}"\n  cudnn: "{cudnn}"\n'
    message = f"CUDA {cuda} is incompatible with CuDNN {cudnn}: compatible CuDNN versions are: {known}"
    assert problems(project, text) == [f"cog.yaml:5: {message}"]


def test_cudnn_of_cpu_projects_is_not_checked(project):
    project.build('python_version: "3.12"', 'cuda: "11.8"', 'cudnn: "9"').cog("debug").ok()


def test_tensorflow_with_another_cuda_major(project):
    project.write("requirements.txt", "tensorflow==2.15.0\n")
    text = 'build:\n  python_version: "3.11"\n  gpu: true\n  cuda: "11.8"\n  python_requirements: requirements.txt\n'
    assert problems(project, text) == ['cog.yaml:4: invalid build.cuda "11.8": TensorFlow 2.15.0 requires CUDA 12.2']


# Environment


@pytest.mark.parametrize("entry", ["A", "=1", "1A=x", "A B=x", "a-b=1", ""])
def test_environment_entries_are_pairs(project, entry):
    (problem,) = problems(project, PYTHON + f'environment:\n  - X=1\n  - "{entry}"\n')
    assert problem.startswith("cog.yaml:5: invalid environment[1]: environment variable ")
    assert problem.endswith("is not in the KEY=VALUE format")


def test_environment_entry_is_named(project):
    text = PYTHON + 'environment: ["A"]\n'
    message = 'environment variable "A" is not in the KEY=VALUE format'
    assert problems(project, text) == [f"cog.yaml:3: invalid environment[0]: {message}"]


RESERVED = [
    "PATH",
    "LD_LIBRARY_PATH",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "PYTHONUNBUFFERED",
    "LIBRARY_PATH",
    "HF_ENDPOINT",
    "HF_HUB_ENABLE_HF_TRANSFER",
    "R8_X",
    "REPLICATE_API_TOKEN",
    "CUDA_HOME",
    "NVIDIA_VISIBLE_DEVICES",
    "NV_CUDA",
    "PGET_CACHE",
    "KUBERNETES_PORT",
]


@pytest.mark.parametrize("name", RESERVED)
def test_reserved_names(project, name):
    message = f'environment variable "{name}" is not allowed: reserved for internal use'
    text = PYTHON + f"environment:\n  - {name}=/x\n"
    assert problems(project, text) == [f"cog.yaml:4: invalid environment[0]: {message}"]


@pytest.mark.parametrize("name", ["COG_TRACE_ENABLED", "COG_OBSERVABILITY_CONFIG", "OTEL_SERVICE_NAME"])
def test_telemetry_belongs_to_the_running_container(project, name):
    message = (
        f'environment variable "{name}" is not allowed: reserved for internal use; set it when the container is started, '
        "or use observability in cog.yaml"
    )
    text = PYTHON + f"environment:\n  - {name}=/x\n"
    assert problems(project, text) == [f"cog.yaml:4: invalid environment[0]: {message}"]


@pytest.mark.parametrize("name", ["path", "MY_PATH", "R8", "CUDA", "HF_HOME", "_", "KUBERNETES"])
def test_names_that_only_look_reserved(project, name):
    assert f"ENV {name}=1" in project.config(PYTHON + f"environment: [{name}=1]\n").dockerfile()


def test_names_twice(project):
    message = 'environment variable "A" is already defined'
    text = PYTHON + 'environment:\n  - "A=1"\n  - "B=1"\n  - "A=2"\n'
    assert problems(project, text) == [f"cog.yaml:6: invalid environment[2]: {message}"]


def test_an_empty_value_is_a_value(project):
    assert 'ENV A=""' in project.config(PYTHON + 'environment: ["A="]\n').dockerfile()


def test_a_new_line_in_a_value_is_refused(project):
    """A Dockerfile has no way to write one."""
    text = PYTHON + 'environment: ["A=1\\n2"]\n'
    assert problems(project, text) == [
        'cog.yaml:3: invalid environment[0]: environment variable "A" has a new line in its value, or another control character'
    ]


# Concurrency


@pytest.mark.parametrize("maximum", ["0", "-3"])
def test_concurrency_is_at_least_1(project, maximum):
    text = PYTHON + f"concurrency:\n  max: {maximum}\n"
    assert problems(project, text) == [f'cog.yaml:4: invalid concurrency.max "{maximum}": must be at least 1']


def test_unknown_way_to_start_workers(project):
    found = problems(project, PYTHON + "concurrency:\n  start: clone\n")
    assert found == ['cog.yaml:4: invalid concurrency.start "clone": must be spawn, fork, or fork-after-import']


def test_concurrency_needs_python_3_11(project):
    text = 'build:\n  python_version: "3.10"\nconcurrency: {max: 2}\n'
    message = "concurrency requires Python 3.11 or higher"
    assert problems(project, text) == [f'cog.yaml:3: invalid concurrency.max "2": {message}']


@pytest.mark.parametrize(("python", "maximum"), [("3.10", 1), ("3.11", 2), ("3.12", 64)])
def test_concurrency_reaches_the_image(project, python, maximum):
    text = f'build:\n  python_version: "{python}"\nconcurrency: {{max: {maximum}, default_target: 1}}\n'
    assert f"ENV COG_MAX_CONCURRENCY={maximum}\n" in project.config(text).dockerfile()


# Model and image


def test_image_and_model_exclude_each_other(project):
    text = PYTHON + "image: a\nmodel: r8.im/b/c\n"
    assert problems(project, text) == ["cog.yaml:4: invalid model: 'model' and 'image' cannot both be set"]


@pytest.mark.parametrize("model", ["a/b:tag", "r8.im/a/b:v1", "a/b@sha256:" + "0" * 64])
def test_model_is_a_bare_repository(project, model):
    message = "must be a bare repository — tags and digests are not allowed"
    assert problems(project, PYTHON + f'model: "{model}"\n') == [f'cog.yaml:3: invalid model "{model}": {message}']


@pytest.mark.parametrize("model", ["A/b", "a//b", "a/b c", "/", "a/-b"])
def test_model_is_a_repository(project, model):
    (problem,) = problems(project, PYTHON + f'model: "{model}"\n')
    assert problem.startswith(f'cog.yaml:3: invalid model "{model}": invalid repository: ')


@pytest.mark.parametrize("model", ["a/b", "r8.im/a/b", "localhost:5000/a/b", "registry.example.com/x/y/z"])
def test_models_that_are_right(project, model):
    project.config(PYTHON + f'model: "{model}"\n').cog("debug").ok()


# Weights

MODEL = PYTHON + "model: r.example/a/m\n"


def weights(text: str) -> str:
    return MODEL + "weights:\n" + text


GOOD = "  - {name: base, target: /src/w, source: {uri: hf://a/b}}\n"


def test_weights_that_are_right(project):
    text = weights(GOOD + "  - {name: other-1.x_y, target: /w, source: [{uri: ./a}, {uri: https://b/c}]}\n")
    project.config(text).cog("debug").ok()


def test_the_older_form_of_weights(project):
    project.config(weights("  - {name: base, target: /cache/w, source: hf://a/b}\n")).cog("debug").ok()


@pytest.mark.parametrize(
    ("before", "message"), [("", "weights require 'model'"), ("image: a\n", "weights require 'model', not 'image'")]
)
def test_weights_need_a_model(project, before, message):
    text = PYTHON + before + "weights:\n" + GOOD
    line = 3 + before.count("\n")
    assert problems(project, text) == [f"cog.yaml:{line}: invalid weights: {message}"]


WEIGHT = {"name": "base", "target": "/src/w", "source": "{uri: a}"}


def weight(**changes: str | None) -> str:
    """One weight with a key a line, beginning on line 5; None leaves a key out."""
    fields = {**WEIGHT, **changes}
    lines = [f"{key}: {value}" for key, value in fields.items() if value is not None]
    return weights("  - " + "\n    ".join(lines) + "\n")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": None}, "invalid weights[0].name: name is required"),
        ({"name": "''"}, "invalid weights[0].name: name is required"),
        ({"name": "Base"}, 'invalid weights[0].name "Base": must contain only lowercase alphanumeric characters'),
        ({"name": "-base"}, 'invalid weights[0].name "-base": must contain only lowercase alphanumeric characters'),
        ({"name": "a..b"}, 'invalid weights[0].name "a..b": must contain only lowercase alphanumeric characters'),
        ({"target": None}, "invalid weights[0].target: target is required"),
        ({"target": "w"}, 'invalid weights[0].target "w": target must be an absolute path'),
        ({"target": "/"}, 'invalid weights[0].target "/": target must not be the container root'),
        ({"target": "//"}, 'invalid weights[0].target "//": target must not be the container root'),
        ({"source": None}, "invalid weights[0].source: source is required"),
        ({"source": "{include: [a]}"}, "invalid weights[0].source: source is required"),
        ({"source": "{uri: a, include: ['']}"}, "invalid weights[0].source.include[0]: a pattern must not be empty"),
        (
            {"source": "{uri: a, exclude: ['*', '!b']}"},
            "invalid weights[0].source.exclude[1] \"!b\": negation patterns (starting with '!') are not supported",
        ),
        (
            {"source": "{uri: a, include: ['a\\b']}"},
            'invalid weights[0].source.include[0] "a\\b": a pattern must not contain a backslash',
        ),
        (
            {"source": "[{uri: a}, {uri: b, include: ['']}]"},
            "invalid weights[0].source[1].include[0]: a pattern must not be empty",
        ),
        ({"source": "[{uri: a}, {include: [x]}]"}, "invalid weights[0].source[1]: source is required"),
    ],
)
def test_weights(project, changes, problem):
    (found,) = problems(project, weight(**changes))
    place, _, message = found.partition(": ")
    assert message.startswith(problem)
    (key,) = changes
    line = 5 + list(WEIGHT).index(key)
    # What isn't there has the line of the weight.
    assert place == f"cog.yaml:{5 if changes[key] is None else line}"


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        ("{name: base, target: /x, source: {uri: a}}", 'weights[1].name "base": duplicate weight name'),
        ("{name: b, target: /src/w, source: {uri: a}}", 'weights[1].target "/src/w": duplicate weight target'),
        ("{name: b, target: /src//w/, source: {uri: a}}", 'weights[1].target "/src//w/": duplicate weight target'),
        (
            "{name: b, target: /src/w/x, source: {uri: a}}",
            'weights[1].target "/src/w/x": target overlaps with /src/w: weight targets must be disjoint',
        ),
        (
            "{name: b, target: /src, source: {uri: a}}",
            'weights[1].target "/src": target overlaps with /src/w: weight targets must be disjoint',
        ),
    ],
)
def test_weights_stay_apart(project, second, problem):
    assert problems(project, weights(GOOD + f"  - {second}\n")) == [f"cog.yaml:6: invalid {problem}"]


def test_targets_with_a_common_beginning_are_apart(project):
    project.config(weights(GOOD + "  - {name: b, target: /src/weights, source: {uri: a}}\n")).cog("debug").ok()


# Together


def test_all_problems_are_told_in_the_order_of_the_rules(project):
    text = """
        environment: [A]
        concurrency: {max: 0}
        build:
          cuda: "10.2"
          python_version: "3.7"
        train: train
        predict: predict
    """
    assert [line.split(": ")[1] for line in problems(project, text)] == [
        'invalid predict "predict"',
        'invalid train "train"',
        'invalid build.python_version "3.7"',
        'invalid build.cuda "10.2"',
        "invalid environment[0]",
        'invalid concurrency.max "0"',
    ]


# Steps


@pytest.mark.parametrize("key", ["run", "pre_install"])
def test_a_command_with_a_new_line(project, key):
    project.config(PYTHON + f"  {key}:\n    - |\n      echo one\n      echo two\n")
    result = project.cog("debug").fails("One of the commands in 'run' contains a new line, which won't work")
    assert "echo one\necho two" in result.err


def test_a_new_line_at_the_end_is_none(project):
    project.config(PYTHON + "  run:\n    - |\n      echo one\n")
    assert "RUN echo one\n" in project.dockerfile()


# Deprecated keys


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            PYTHON + "  python_packages: [six==1.17.0]\n",
            'cog.yaml:3:3: deprecated field "build.python_packages": use "build.python_requirements" instead',
        ),
        (
            PYTHON + "  pre_install: [echo hi]\n",
            'cog.yaml:3:3: deprecated field "build.pre_install": use "build.run" instead',
        ),
        (
            PYTHON + "concurrency:\n  max: 2\n",
            'cog.yaml:4:3: deprecated field "concurrency.max": use "@cog.concurrent(max=…)" instead',
        ),
    ],
)
def test_deprecated_keys_work_and_warn(project, text, warning):
    assert warning in project.config(text).cog("debug").ok().err


@pytest.mark.parametrize("key", ["run", "predict", "train"])
def test_keys_of_entries_are_not_deprecated(project, key):
    assert project.config(PYTHON + f"{key}: a.py:B\n").cog("debug").ok().err == ""


# Values that get into Dockerfiles and command lines


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('predict: "a.py:B\\nRUN x"\n', "cog.yaml:3: invalid predict"),
        ("run: 'a.py:B\"; x'\n", "cog.yaml:3: invalid run"),
        ("train: a.py:$(x)\n", "cog.yaml:3: invalid train"),
        ('  system_packages: ["a\\nRUN x"]\n', "cog.yaml:3: invalid build.system_packages[0]"),
        ("  system_packages: [git, a;b]\n", "cog.yaml:3: invalid build.system_packages[1]"),
        ("  system_packages: [--force-yes]\n", "cog.yaml:3: invalid build.system_packages[0]"),
        ('  sdk_version: "0.18.1\\nRUN x"\n', "cog.yaml:3: invalid build.sdk_version"),
        ("  sdk_version: 0.18 x\n", "cog.yaml:3: invalid build.sdk_version"),
        ('  cuda: "11.8.0\\nx"\n', "cog.yaml:3: invalid build.cuda"),
        ('  cudnn: "8 x"\n', "cog.yaml:3: invalid build.cudnn"),
        ("  run: [{command: a, mounts: [{type: secret, id: 'a,b', target: /t}]}]\n", "mounts[0].id"),
        ("  run: [{command: a, mounts: [{type: secret, id: a, target: '/t x'}]}]\n", "mounts[0].target"),
        ("  run: ['echo one \\']\n", "build.run[0]"),
        ("  run: ['cat <<END > /a']\n", "build.run[0]"),
        ('  pre_install: ["echo \\0 x"]\n', "build.pre_install[0]"),
        ('environment: ["A=1\\0"]\n', "environment[0]"),
        ("  large_files: plenty\n", "cog.yaml:3: invalid build.large_files"),
    ],
)
def test_values_that_mean_something_to_a_shell_are_refused(project, text, place):
    (problem,) = problems(project, PYTHON + text)
    assert place in problem


def test_several_packages_in_one_item(project):
    """Many projects write them so, and the engine's tools take them apart."""
    project.config(PYTHON + "  system_packages: [git  ffmpeg, libgl1]\n")
    assert "--no-install-recommends git ffmpeg libgl1 &&" in project.dockerfile()


def test_shifts_and_redirections_are_no_here_documents(project):
    project.config(PYTHON + "  run: ['echo $((1<<2)) <<<x \"a << b\" >> /log']\n")
    assert 'RUN echo $((1<<2)) <<<x "a << b" >> /log\n' in project.dockerfile()


def test_values_with_unusual_characters_that_are_right(project):
    packages = "libstdc++6, 'ffmpeg=7:5.1.6-0+deb12u1', 'libc6:amd64', python3.11-venv"
    project.config(PYTHON + f"  system_packages: [{packages}]\npredict: 'my models/a-b.py:C'\n").cog("debug").ok()
