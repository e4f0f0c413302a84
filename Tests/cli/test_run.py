"""`cog run` serves two meanings: a prediction, or a command in the environment. Which one is decided before anything
happens, and seen here by what each asks for first: a prediction needs an entry in the configuration, a command does
not; an image needs no configuration at all."""

import pytest
from terminal import ENGINE_ASKED, Project

TOO_OLD = "minimum supported Python version is 3.10"
PREDICTS = "no predict or train reference found"


@pytest.fixture
def undecided(empty) -> Project:
    """A project without an entry: commands work there, predictions don't."""
    return empty.config('build:\n  python_version: "3.12"\n')


def predicts(project: Project, *arguments: str, **options):
    project.cog("run", *arguments, **options).fails(PREDICTS)


def executes(project: Project, *arguments: str, **options):
    """No entry is missed, so it isn't a local prediction; the configuration is read, so it isn't one of an image."""
    project.cog("run", *arguments, **options).fails(ENGINE_ASKED)
    text = project.read("cog.yaml")
    project.config(text.replace("3.12", "3.7")).cog("run", *arguments, **options).fails(TOO_OLD)
    project.config(text)


@pytest.mark.parametrize("arguments", [[], ["--debug"], ["-f", "cog.yaml"], ["--gpus", "all"], ["-e", "A=1"]])
def test_without_a_name_it_predicts(undecided, arguments):
    predicts(undecided, *arguments)


@pytest.mark.parametrize(
    "options",
    [
        ["-i", "s=1"],
        ["-is=1"],
        ["--input", "s=1"],
        ["--input=s=1"],
        ["--json", "{}"],
        ["-o", "out"],
        ["--output=out"],
        ["--setup-timeout", "5"],
        ["-e", "A=1", "-i", "s=1"],
    ],
)
def test_options_of_predictions_before_any_name(undecided, options):
    predicts(undecided, *options)


def test_with_such_an_option_the_one_name_is_an_image(empty):
    """No configuration is looked for, so the engine is the first to be asked."""
    empty.cog("run", "-i", "s=1", "python").fails(ENGINE_ASKED)
    empty.cog("run", "--use-replicate-token", "python", env={"REPLICATE_API_TOKEN": "r8_x"}).fails(ENGINE_ASKED)


@pytest.mark.parametrize("options", [["-p", "8000"], ["-p8000"], ["--publish=8000"], ["-e", "A=1", "-p", "8000"]])
def test_publish_before_any_name_executes(undecided, options):
    executes(undecided, *options, "r8.im/a/b")


@pytest.mark.parametrize(
    "image", ["r8.im/owner/model", "model:v1", "model@sha256:" + "0" * 64, "localhost:5000/a/b:c", "owner/model"]
)
@pytest.mark.parametrize("behind", [[], ["-i", "s=1"], ["--json", "{}", "-o", "x"]])
def test_an_image_reference_predicts(empty, image, behind):
    empty.cog("run", image, *behind).fails(ENGINE_ASKED)


def test_a_path_of_the_project_is_no_image(undecided):
    undecided.write("scripts/train", "")
    executes(undecided, "scripts/train")


def test_a_path_counts_from_the_project_also_below_it(undecided):
    undecided.write("scripts/train", "")
    undecided.write("deep/down/file", "")
    executes(undecided, "scripts/train", cwd="deep/down")


@pytest.mark.parametrize("command", ["./missing/tool", "/usr/bin/env", "../x:y"])
def test_names_that_begin_like_paths_are_no_images(undecided, command):
    executes(undecided, command)


@pytest.mark.parametrize(
    "arguments",
    [
        ["python", "-c", "print(1)"],
        ["echo", "hello", "world"],
        ["python"],
        ["r8.im/a/b", "more"],
        ["owner/model", "--unknown"],
        ["--", "owner/model"],
        ["python", "-i", "script.py"],
    ],
)
def test_anything_else_executes(undecided, arguments):
    executes(undecided, *arguments)


def test_mode_predict_overrides(undecided):
    predicts(undecided, env={"COG_RUN_MODE": "predict"})
    undecided.cog("run", "python", env={"COG_RUN_MODE": "predict"}).fails(ENGINE_ASKED)
    undecided.cog("run", "-p", "80", env={"COG_RUN_MODE": "predict"}).fails("Unknown option '-p'")


def test_mode_exec_overrides(undecided):
    executes(undecided, "r8.im/a/b", env={"COG_RUN_MODE": "exec"})
    undecided.cog("run", env={"COG_RUN_MODE": "exec"}).fails("Missing expected argument")
    undecided.cog("run", "-i", "s=1", env={"COG_RUN_MODE": "exec"}).fails("-i")


def test_unknown_mode(undecided):
    undecided.cog("run", "true", env={"COG_RUN_MODE": "both"}).fails('invalid COG_RUN_MODE "both"')


def test_help_of_run_tells_both_meanings(empty):
    out = empty.cog("run", "--help").ok().out
    assert "COG_RUN_MODE" in out
    assert "cog exec" in out


# The two spellings that are never ambiguous


def test_exec_needs_no_entry(undecided):
    undecided.cog("exec", "true").fails(ENGINE_ASKED)


@pytest.mark.parametrize(
    "arguments",
    [
        ["-e", "A=1", "printenv", "A"],
        ["-eA=1", "-p8000", "--gpus=all", "python", "-x", "--flag"],
        ["-e", "A=1", "--use-cog-base-image", "true", "--use-cog-base-image"],
        ["--", "-weird"],
        ["sh", "-c", "exit 3", "--", "-h", "--help", "--version"],
        ["--debug", "ls", "--debug"],
    ],
)
def test_options_of_exec_end_at_the_command(undecided, arguments):
    undecided.cog("exec", *arguments).fails(ENGINE_ASKED)


def test_exec_needs_a_command(undecided):
    undecided.cog("exec").fails("Missing expected argument", "Usage: cog exec")
    undecided.cog("exec", "-e", "A=1").fails("Missing expected argument")
    undecided.cog("exec", "--").fails("Missing expected argument")


@pytest.mark.parametrize("option", ["--nope", "-i", "--json", "-x"])
def test_options_that_exec_lacks_are_named(undecided, option):
    undecided.cog("exec", option, "true").fails(option)


@pytest.mark.parametrize(
    ("port", "reason"),
    [
        ("", "value cannot be empty"),
        (":80", "host cannot be empty"),
        ("0", "port must be between 1 and 65535"),
        ("65536", "port must be between 1 and 65535"),
        ("web", "port must be between 1 and 65535"),
        ("127.0.0.1:", "port must be between 1 and 65535"),
        ("[::1", "missing closing bracket for IPv6 address"),
        ("[::1]", "port is required after IPv6 address"),
        ("[::1]80", "expected ':' after ']'"),
        ("[]:80", "host cannot be empty"),
    ],
)
def test_ports_are_checked_before_anything_else(empty, port, reason):
    empty.cog("exec", "-p", port, "true").fails(f'invalid port "{port}": {reason}')


@pytest.mark.parametrize("port", ["8000", "0.0.0.0:8000", "::1:8000", "[::1]:8000", "localhost:1"])
def test_forms_of_ports(undecided, port):
    undecided.cog("exec", "-p", port, "true").fails(ENGINE_ASKED)


# Notices


def test_predict_is_quiet_about_its_new_name(project):
    assert "deprecated" not in project.cog("predict").fails().err
    assert "deprecated" not in project.cog("run", "echo").fails().err


def test_notices_on_request(project):
    wanted = {"COG_DEPRECATIONS": "1"}
    project.cog("predict", env=wanted).fails('"cog predict" is deprecated, use "cog run"')
    project.cog("run", "echo", env=wanted).fails('"cog run <command>" is deprecated, use "cog exec"')
    assert "is deprecated" not in project.cog("run", env=wanted).fails().err
    assert "is deprecated" not in project.cog("exec", "true", env=wanted).fails().err


def test_train_says_that_it_will_go_first_of_all(project):
    result = project.cog("train").fails()
    assert result.err.splitlines()[0].startswith('"cog train" is deprecated')
