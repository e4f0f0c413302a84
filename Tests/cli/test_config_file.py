"""Finding and reading cog.yaml: where it is looked for, what YAML may say, how values are typed."""

import re

import pytest
from terminal import CONFIG, ENGINE_ASKED

COMMANDS = [["build"], ["push"], ["predict"], ["run"], ["exec", "true"], ["serve"], ["train"], ["debug"], ["doctor"]]


# Finding


@pytest.mark.parametrize("command", COMMANDS)
def test_no_configuration_anywhere(empty, command):
    empty.cog(*command).fails(f"cog.yaml not found in {empty.directory} (or in any parent directories)")


@pytest.mark.parametrize(
    "command", [["init"], ["--version"], ["login", "--registry=r.example"], ["completion", "bash"]]
)
def test_commands_that_look_for_none(empty, command):
    assert "cog.yaml not found" not in empty.cog(*command).err


def test_found_in_a_directory_above(project):
    project.write("a/b/c/file", "")
    assert "FROM python:3.12-slim" in project.cog("debug", cwd="a/b/c").ok().out


def test_the_nearest_counts(project):
    project.write("a/cog.yaml", 'build:\n  python_version: "3.11"\n')
    project.write("a/b/file", "")
    assert "FROM python:3.11-slim" in project.cog("debug", cwd="a/b").ok().out


def test_a_directory_of_that_name_is_no_configuration(project):
    project.write("a/cog.yaml/file", "")
    assert "FROM python:3.12-slim" in project.cog("debug", cwd="a").ok().out


def test_paths_in_the_configuration_count_from_its_directory(project):
    project.write("requirements.txt", "six==1.17.0\n")
    project.write("a/file", "")
    project.build('python_version: "3.12"', "python_requirements: requirements.txt")
    assert "requirements.txt" in project.cog("debug", cwd="a").ok().out


def test_another_name_is_copied_to_the_usual_place(project):
    project.write("other.yaml", CONFIG)
    lines = project.dockerfile("-f", "other.yaml").splitlines()
    assert "RUN cp /src/other.yaml /src/cog.yaml" in lines
    assert lines.index("COPY . /src") < lines.index("RUN cp /src/other.yaml /src/cog.yaml")
    assert "/src/cog.yaml" not in project.dockerfile()


def test_another_name_is_looked_for_above_too(project):
    project.write("other.yaml", CONFIG)
    project.write("a/file", "")
    assert "/src/other.yaml" in project.cog("debug", "-f", "other.yaml", cwd="a").ok().out


def test_the_name_may_have_a_path_and_the_project_is_the_directory_of_the_file(project):
    project.write("configs/gpu.yaml", "build:\n  python_requirements: own.txt\npredict: predict.py:Predictor\n")
    project.write("configs/own.txt", "six==1.17.0\n")
    project.write("a/file", "")
    out = project.cog("debug", "-f", "configs/gpu.yaml", cwd="a").ok().out
    assert "RUN cp /src/gpu.yaml /src/cog.yaml" in out
    assert "requirements.txt" in out


def test_names_with_spaces_are_quoted(project):
    project.write("my config.yaml", CONFIG)
    assert "RUN cp /src/'my config.yaml' /src/cog.yaml" in project.dockerfile("-f", "my config.yaml")


def test_an_absolute_name_works_from_anywhere(project, empty):
    assert "FROM python:3.12-slim" in empty.dockerfile("-f", str(project.directory / "cog.yaml"))
    missing = str(project.directory / "none.yaml")
    empty.cog("debug", "-f", missing).fails(f"{missing} not found")


def test_a_missing_other_name_is_named(project):
    project.cog("debug", "-f", "other.yaml").fails("other.yaml not found in")


def test_messages_carry_the_name_of_the_file(project):
    project.write("other.yaml", 'build:\n  python_version: "3.7"\n')
    project.cog("debug", "-f", "other.yaml").fails("other.yaml:2:19: invalid build.python_version")


# YAML


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "~\n", "build:\n", "build: {}\n"])
def test_an_empty_file_is_a_project_with_defaults(empty, text):
    result = empty.config(text).cog("debug").ok()
    assert "FROM python:3.13-slim" in result.out
    assert "build.python_version is not set in cog.yaml, using Python 3.13" in result.err


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("build: [\n", "line 2"),
        ("build:\n\tgpu: true\n", "line 2"),
        ("build:\n  gpu: true\n gpu: false\n", "line 3"),
        ("predict: 'a\n", "line"),
        ("a: b: c\n", "line 1"),
    ],
)
def test_broken_yaml(empty, text, place):
    empty.config(text).cog("debug").fails("failed to parse cog.yaml: invalid YAML:", place)


def test_a_key_twice(empty):
    result = empty.config("image: a\nbuild:\n  gpu: true\nimage: b\n").cog("debug")
    result.fails('invalid YAML: line 1, column 1: duplicate key "image"')


@pytest.mark.parametrize("text", ["- build\n", "hello\n", "42\n"])
def test_the_file_must_be_a_mapping(empty, text):
    empty.config(text).cog("debug").fails("invalid YAML: line 1, column 1: the file must be a mapping of keys")


def test_the_file_must_be_utf8(empty):
    empty.write("cog.yaml", b"build: {}\n# \xff\xfe\n")
    empty.cog("debug").fails("failed to parse cog.yaml: invalid YAML:", "UTF-8")


def test_anchors_and_merge_keys(empty):
    result = (
        empty.config("""
        base: &base
          python_version: "3.11"
          system_packages: &packages [ffmpeg]
        build:
          <<: *base
          python_version: "3.12"
    """)
        .cog("debug")
        .ok()
    )
    assert "FROM python:3.12-slim" in result.out
    assert "ffmpeg" in result.out


# Types


@pytest.mark.parametrize(
    ("written", "version"), [("3.10", "3.10"), ("'3.10'", "3.10"), ('"3.12"', "3.12"), ("3.11.9", "3.11.9")]
)
def test_numbers_keep_their_written_form(project, written, version):
    assert f"FROM python:{version}-slim" in project.build(f"python_version: {written}").dockerfile()


def test_cuda_and_cudnn_as_numbers(project):
    project.build("gpu: true", "cuda: 11.8", "cudnn: 8", "python_version: 3.10")
    assert "FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04" in project.dockerfile()


@pytest.mark.parametrize("word", ["true", "yes", "on", "True", "YES", "On"])
def test_words_for_true(project, word):
    assert "FROM nvidia/cuda" in project.build('python_version: "3.12"', f"gpu: {word}").dockerfile()


@pytest.mark.parametrize("word", ["false", "no", "off", "False", "~", ""])
def test_words_for_false(project, word):
    assert "FROM python:" in project.build('python_version: "3.12"', f"gpu: {word}").dockerfile()


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        ('  gpu: "yes"', "build.gpu", "true or false"),
        ('  gpu: "yes please"', "build.gpu", "true or false"),
        ("  gpu: 1", "build.gpu", "true or false"),
        ("  python_version: [3]", "build.python_version", "text"),
        ("  python_version: {a: 3}", "build.python_version", "text"),
        ("  python_requirements: [a]", "build.python_requirements", "text"),
        ("  python_packages: six", "build.python_packages", "a list"),
        ("  python_packages: {six: 1}", "build.python_packages", "a list"),
        ("  python_packages: [[six]]", "build.python_packages[0]", "text"),
        ("  system_packages: ffmpeg", "build.system_packages", "a list"),
        ("  run: echo", "build.run", "a list"),
        ("  run: [[echo]]", "build.run[0]", "text"),
        ("  run: [{command: [a]}]", "build.run[0].command", "text"),
        ("  run: [{command: a, mounts: b}]", "build.run[0].mounts", "a list"),
        ("  run: [{command: a, mounts: [b]}]", "build.run[0].mounts[0]", "a mapping"),
        ("  pre_install: x", "build.pre_install", "a list"),
        ("  cuda: []", "build.cuda", "text"),
        ("  cudnn: {}", "build.cudnn", "text"),
        ("  sdk_version: []", "build.sdk_version", "text"),
        ("image: [a]", "image", "text"),
        ("model: {}", "model", "text"),
        ("run: [a]", "run", "text"),
        ("train: [a]", "train", "text"),
        ("concurrency: 4", "concurrency", "a mapping"),
        ("concurrency: {max: many}", "concurrency.max", "a whole number"),
        ("concurrency: {max: 1.5}", "concurrency.max", "a whole number"),
        ("concurrency: {default_target: []}", "concurrency.default_target", "a whole number"),
        ("environment: {A: 1}", "environment", "a list"),
        ("environment: A=1", "environment", "a list"),
        ("environment: [[A=1]]", "environment[0]", "text"),
        ("weights: base", "weights", "a list"),
        ("weights: [base]", "weights[0]", "a mapping"),
        ("weights: [{name: [a]}]", "weights[0].name", "text"),
        ("weights: [{source: [1]}]", "weights[0].source[0]", "a mapping"),
        ("weights: [{source: {include: a}}]", "weights[0].source.include", "a list"),
    ],
)
def test_values_of_the_wrong_type(empty, line, field, expected):
    """Two keys stand before each, so the line is the third."""
    text = "predict: predict.py:Predictor\nbuild:\n" if line.startswith(" ") else "build:\n  gpu: false\n"
    result = empty.config(text + line + "\n").cog("debug")
    result.fails("failed to parse cog.yaml: invalid YAML: line 3, column ", f": {field} must be {expected}, not ")


def test_build_must_be_a_mapping(empty):
    empty.config("build: fast\n").cog("debug").fails('line 1, column 8: build must be a mapping, not "fast"')


def test_all_wrong_types_are_told_together(empty):
    result = empty.config("image: []\nbuild:\n  gpu: maybe\n  cuda: {}\n").cog("debug").fails()
    assert re.findall(r"line \d, column \d+", result.err) == [
        "line 1, column 8",
        "line 3, column 8",
        "line 4, column 9",
    ]


# Unknown keys


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("colour: red\n", 'cog.yaml:1:1: unknown key "colour" (the keys here are build, '),
        ("enviroment: []\n", 'cog.yaml:1:1: unknown key "enviroment" (did you mean "environment"?)'),
        ("build:\n  gpus: true\n", 'cog.yaml:2:3: unknown key "build.gpus" (did you mean "gpu"?)'),
        ("build:\n  python: 3.12\n", 'cog.yaml:2:3: unknown key "build.python" (did you mean "python_version"?)'),
        ("concurrency: {maximum: 2}\n", 'cog.yaml:1:15: unknown key "concurrency.maximum"'),
        ("build:\n  run:\n    - {cmd: x, command: y}\n", 'unknown key "build.run[0].cmd"'),
        ("build:\n  run:\n    - {command: y, mounts: [{typ: secret}]}\n", 'unknown key "build.run[0].mounts[0].typ"'),
    ],
)
def test_unknown_keys_are_warnings(empty, text, warning):
    assert warning in empty.config(text).cog("debug").ok().err


def test_warnings_come_with_every_command_that_builds(project):
    project.config(CONFIG + "colour: red\n")
    for command in (["build"], ["exec", "true"], ["serve"]):
        project.cog(*command).fails('unknown key "colour"', ENGINE_ASKED)
