"""The command line: help, global options, mistakes, and the forms in which options may be written."""

import json
import re
import resource

import pytest
from terminal import ENGINE_ASKED, VERSION

SHOWN = ["build", "doctor", "exec", "init", "login", "manifest", "playground", "predict"]
SHOWN += ["push", "run", "serve", "completion", "config-schema"]
HIDDEN = ["train", "debug"]
# What commands can't do without.
NEEDED = {"complete": ["zsh"], "completion": ["bash"], "manifest": ["compose"]}


def test_cog_alone_lists_the_commands(empty):
    result = empty.cog().ok()
    for command in SHOWN:
        assert re.search(rf"^  {command} ", result.out, re.M), command
    assert result.err == ""


@pytest.mark.parametrize("command", HIDDEN)
def test_hidden_commands_are_not_listed_but_have_help(empty, command):
    assert not re.search(rf"^  {command} ", empty.cog().ok().out, re.M)
    assert f"cog {command}" in empty.cog("help", command).ok().out


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"]])
def test_help_is_a_result(empty, arguments):
    result = empty.cog(*arguments).ok()
    assert result.out == empty.cog().out
    assert result.err == ""


@pytest.mark.parametrize("command", SHOWN + HIDDEN)
def test_every_command_has_help(empty, command):
    result = empty.cog(command, "--help").ok()
    assert f"USAGE: cog {command}" in result.out
    assert result.err == ""
    assert empty.cog("help", command).ok().out == result.out
    assert empty.cog(command, "-h").ok().out == result.out


@pytest.mark.parametrize("arguments", [["--version"], ["--debug", "--version"], ["--no-color", "--version"]])
def test_version(empty, arguments):
    result = empty.cog(*arguments).ok()
    assert re.fullmatch(rf"cog version {re.escape(VERSION)} \(built \d{{4}}-\d\d-\d\dT[\d:]+Z\)\n", result.out)
    assert result.err == ""


def test_version_behind_a_command(empty):
    assert empty.cog("build", "--version").ok().out == empty.cog("--version").out


def test_the_program_starts_at_once(empty):
    """By processor time, the least of several starts: what else the machine does hardly counts."""

    def seconds() -> float:
        begin = resource.getrusage(resource.RUSAGE_CHILDREN)
        empty.cog("--version").ok()
        end = resource.getrusage(resource.RUSAGE_CHILDREN)
        return end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime

    assert min(seconds() for _ in range(10)) < 0.050


# Mistakes


def test_unknown_command(empty):
    empty.cog("frobnicate").fails('unknown command "frobnicate" for "cog"')
    empty.cog("help", "frobnicate").fails('unknown command "frobnicate" for "cog"')


def test_unknown_command_with_global_options_before_it(empty):
    empty.cog("--debug", "--registry", "example.com", "frobnicate").fails('unknown command "frobnicate" for "cog"')


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bild", ["build"]),
        ("pradict", ["predict"]),
        ("auth", ["login"]),
        ("authenticate", ["login"]),
        ("authorize", ["login"]),
        ("new", ["init"]),
        ("start", ["init"]),
        ("http", ["serve"]),
        ("infer", ["predict", "run"]),
        ("pre", ["predict"]),
    ],
)
def test_near_commands_are_suggested(empty, typed, meant):
    result = empty.cog(typed).fails("Did you mean this?")
    assert [line.strip() for line in result.err.splitlines() if line.startswith("\t")] == meant


def test_unknown_command_without_a_near_one_suggests_nothing(empty):
    assert "Did you mean" not in empty.cog("frobnicate").fails().err


@pytest.mark.parametrize("command", ["build", "init", "login", "serve", "debug", "doctor"])
def test_too_many_arguments(project, command):
    result = project.cog(command, "extra").fails("extra")
    assert result.err.index(f"cog {command}") < result.err.index("extra")
    assert ENGINE_ASKED not in result.err


@pytest.mark.parametrize("command", ["predict", "run", "train", "push"])
def test_one_image_is_enough(project, command):
    project.cog(command, "r8.im/a/b", "r8.im/c/d", env={"COG_RUN_MODE": "predict"}).fails("r8.im/c/d")


@pytest.mark.parametrize("command", [*SHOWN, *HIDDEN])
def test_unknown_option_is_named_after_a_short_usage(project, command):
    result = project.cog(command, *NEEDED.get(command, []), "--no-such", env={"COG_RUN_MODE": "predict"}).fails(
        "no-such"
    )
    lines = result.err.splitlines()
    assert len(lines) < 12
    assert lines[0].startswith(f"Usage: cog {command}" if command != "run" else "Usage: cog predict")
    assert "no-such" in lines[-1]
    assert not lines[-1].startswith("Error:")


@pytest.mark.parametrize("command", ["build", "predict", "exec", "serve", "debug", "doctor"])
def test_option_without_its_value(project, command):
    option = "--file"
    project.cog(command, option).fails("--file")


def test_errors_after_parsing_print_no_usage(empty):
    result = empty.cog("build").fails("cog.yaml not found")
    assert "sage:" not in result.err
    assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize("command", ["build", "push", "predict", "run", "exec", "serve", "train", "debug"])
def test_base_image_options_exclude_each_other_on_every_command(project, command):
    arguments = ["--use-cog-base-image", "--use-cuda-base-image=false"]
    if command == "exec":
        arguments += ["true"]
    project.cog(command, *arguments).fails(
        "The flags --use-cog-base-image and --use-cuda-base-image are mutually exclusive: you can only set one of them."
    )


def test_all_three_in_their_order(project):
    result = project.cog("build", "--dockerfile", "D", "--use-cuda-base-image=false", "--use-cog-base-image=true")
    result.fails("The flags --use-cog-base-image and --use-cuda-base-image and --dockerfile are mutually exclusive")


@pytest.mark.parametrize("order", [0, 1])
def test_refusing_both_special_base_images_is_no_contradiction(project, order):
    options = ["--use-cog-base-image=false", "--use-cuda-base-image=false"]
    assert "FROM python:3.12-slim" in project.dockerfile(*(options if order else options[::-1]))


def test_unknown_progress_mode(project):
    project.cog("build", "--progress=fancy").fails('invalid progress mode "fancy"', "auto, tty, plain or quiet")


@pytest.mark.parametrize("mode", ["auto", "tty", "plain", "quiet", "rawjson"])
def test_progress_modes(project, mode):
    project.cog("build", "--progress", mode).fails(ENGINE_ASKED)


@pytest.mark.parametrize("value", ["-1", "many", "1.5"])
def test_setup_timeout_is_a_number_of_seconds(project, value):
    project.cog("predict", "--setup-timeout", value, "-i", "s=x").fails("setup-timeout")


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_port_of_serve(project, port):
    project.cog("serve", "-p", port).fails("port")


@pytest.mark.parametrize("value", ["two", "device=", "-1", "all,1"])
@pytest.mark.parametrize("command", [["predict", "-i", "s=x"], ["serve"], ["exec"], ["train"]])
def test_gpu_forms(project, command, value):
    arguments = [command[0], f"--gpus={value}", *command[1:], *(["true"] if command[0] == "exec" else [])]
    result = project.cog(*arguments).fails(f'invalid GPU specification: "{value}"')
    assert ENGINE_ASKED not in result.err


# Forms of options


@pytest.mark.parametrize("position", ["before", "after"])
@pytest.mark.parametrize(
    "options", [["--debug"], ["--no-color"], ["--profile"], ["--registry", "a.example"], ["--registry=a.example"]]
)
def test_global_options_stand_before_or_behind_the_command(project, position, options):
    arguments = [*options, "debug"] if position == "before" else ["debug", *options]
    assert "FROM python:3.12-slim" in project.cog(*arguments).ok().out


def test_registry_option_reaches_base_images_from_both_sides(project):
    for arguments in (["--registry", "a.example", "debug"], ["debug", "--registry=a.example"]):
        out = project.cog(*arguments, "--use-cog-base-image").ok().out
        assert "FROM a.example/cog-base:python3.12 " in out


def test_registry_comes_from_the_environment_unless_given(project):
    variable = {"COG_REGISTRY_HOST": "b.example"}
    assert "FROM b.example/cog-base:" in project.dockerfile("--use-cog-base-image", env=variable)
    assert "FROM a.example/cog-base:" in project.dockerfile(
        "--use-cog-base-image", "--registry=a.example", env=variable
    )
    assert "FROM r8.im/cog-base:" in project.dockerfile("--use-cog-base-image", env={"COG_REGISTRY_HOST": ""})


@pytest.mark.parametrize("truth", ["", "=true", "=True", "=1"])
def test_cog_base_image_asked_for(project, truth):
    assert "FROM r8.im/cog-base:python3.12" in project.dockerfile(f"--use-cog-base-image{truth}")


@pytest.mark.parametrize("falsity", ["=false", "=FALSE", "=0"])
def test_cog_base_image_refused(project, falsity):
    assert "FROM python:3.12-slim" in project.dockerfile(f"--use-cog-base-image{falsity}")


def test_cog_base_image_takes_no_other_value(project):
    project.cog("debug", "--use-cog-base-image=maybe").fails("maybe", "use-cog-base-image")


@pytest.mark.parametrize(
    ("flag", "is_set"), [("", True), ("=true", True), ("=1", True), ("=false", False), ("=0", False)]
)
def test_flags_may_have_a_value(project, flag, is_set):
    assert ("=== Runner Dockerfile" in project.dockerfile(f"--separate-weights{flag}")) == is_set


def test_flag_with_a_value_that_is_none(project):
    project.cog("debug", "--separate-weights=perhaps").fails("separate-weights")


@pytest.mark.parametrize("form", [["-f", "other.yaml"], ["-fother.yaml"], ["-f=other.yaml"], ["--file=other.yaml"]])
def test_forms_of_an_option_with_a_value(project, form):
    project.write("other.yaml", 'build:\n  python_version: "3.11"\npredict: predict.py:Predictor\n')
    assert "FROM python:3.11-slim" in project.dockerfile(*form)


@pytest.mark.parametrize("form", [["--timestamp", "-1"], ["--timestamp=-1"], ["--timestamp", "0"]])
def test_values_that_look_like_options(project, form):
    assert "FROM" in project.dockerfile(*form)


def test_every_flag_of_every_command_may_have_a_value(empty):
    """What the parser declares is all there is to know: no list of flags has to be kept beside it."""
    root = json.loads(empty.cog("--experimental-dump-help").ok().out)["command"]
    flags = 0
    for command in root["subcommands"]:
        name = command["commandName"]
        needed = NEEDED.get(name, [])
        for argument in command.get("arguments", []):
            names = [each["name"] for each in argument.get("names", []) if each["kind"] == "long"]
            if argument["kind"] != "flag" or names[0] in ("help", "version"):
                continue
            flags += 1
            told = empty.cog(name, *needed, f"--{names[0]}=false", "--no-such-option").fails().err
            assert "--no-such-option" in told, (name, names)
            told = empty.cog(name, *needed, f"--{names[0]}=perhaps", "--no-such-option").fails().err
            assert f"--{names[0]}" in told, (name, names)
    assert flags > 40
