"""What goes to standard output and what to standard error, exit statuses, icons and colours, wrapping."""

import re

import pytest
from terminal import CONFIG, on_terminal

ICONS = "⚙✔⚠✗"


# Streams


def test_the_dockerfile_is_all_of_standard_output(project):
    result = project.config(CONFIG + "colour: red\n").cog("debug").ok()
    assert result.out.startswith("FROM ")
    assert "unknown key" in result.err
    assert "unknown key" not in result.out


def test_init_and_doctor_print_nothing_on_standard_output(empty):
    assert empty.cog("init").ok().out == ""
    assert empty.cog("doctor", env={"COG_SKIP_DOCKER_CHECK": "1"}).ok().out == ""


def test_a_failure_is_one_line_with_its_place_on_standard_error(project):
    result = project.build('python_version: "3.7"').cog("debug").fails("minimum supported Python version is 3.10")
    assert [line[:2] for line in result.err.splitlines()] == ["co", "  ", "  "]


@pytest.mark.parametrize(
    "arguments", [["frobnicate"], ["build", "--nope"], ["debug", "-f", "no.yaml"], ["build"], ["completion", "csh"]]
)
def test_every_failure_has_status_1(project, arguments):
    project.cog(*arguments).fails(status=1)


def test_debug_option_tells_what_was_chosen(project):
    quiet = project.cog("debug").ok().err
    result = project.cog("debug", "--debug").ok()
    assert quiet == ""
    assert str(project.directory) in result.err
    assert "base image: python:3.12-slim" in result.err
    assert re.search(r"SDK: \S+/cog-\S+\.whl", result.err)


# Colours


def test_no_icon_where_standard_error_is_no_terminal(project):
    result = project.config(CONFIG + "colour: red\n").cog("debug").ok()
    assert not any(icon in result.err for icon in ICONS)
    assert "\x1b" not in result.err


def test_icons_on_a_terminal(empty):
    status, _, shown = on_terminal(empty, "init")
    assert status == 0
    assert "⚙ Setting up the current directory for use with Cog...\n\n" in shown
    assert "\x1b[32m✔\x1b[0m Done!" in shown


def test_warnings_are_yellow_and_errors_red(project):
    project.config(CONFIG + "colour: red\n")
    _, _, shown = on_terminal(project, "debug")
    assert '\x1b[33m⚠\x1b[0m cog.yaml:4:1: unknown key "colour"' in shown
    _, _, shown = on_terminal(project, "debug", "-f", "none.yaml")
    assert "\x1b[31m✗\x1b[0m none.yaml not found" in shown


def test_debug_lines_are_faint(project):
    _, _, shown = on_terminal(project, "debug", "--debug")
    assert "\x1b[2m⚙\x1b[0m \x1b[2mbase image: python:3.12-slim\x1b[0m" in shown


@pytest.mark.parametrize(
    "variables", [{"NO_COLOR": "1"}, {"COG_NO_COLOR": "yes"}, {"TERM": "dumb"}, {"NO_COLOR": "", "TERM": "dumb"}]
)
def test_variables_that_turn_colours_off(project, variables):
    project.config(CONFIG + "colour: red\n")
    _, _, shown = on_terminal(project, "debug", env=variables)
    assert shown.startswith('cog.yaml:4:1: unknown key "colour"')


@pytest.mark.parametrize("variables", [{"NO_COLOR": ""}, {"COG_NO_COLOR": ""}])
def test_empty_variables_turn_nothing_off(project, variables):
    project.config(CONFIG + "colour: red\n")
    _, _, shown = on_terminal(project, "debug", env=variables)
    assert "⚠" in shown


@pytest.mark.parametrize("arguments", [["--no-color", "debug"], ["debug", "--no-color"]])
def test_no_color_option(project, arguments):
    project.config(CONFIG + "colour: red\n")
    _, _, shown = on_terminal(project, *arguments)
    assert shown.startswith('cog.yaml:4:1: unknown key "colour"')


def test_no_color_option_reaches_tools_that_are_called(project, tmp_path):
    """`cog doctor` calls python3: one that tells what it was given stands in its place."""
    tools = project.tools(python3='echo "NO_COLOR=$NO_COLOR" > "$HOME/seen"\necho 3.12')
    variables = {**tools, "COG_SKIP_DOCKER_CHECK": "1"}
    project.cog("doctor", "--no-color", env=variables).ok()
    assert (tmp_path / "home" / "seen").read_text() == "NO_COLOR=1\n"


# Wrapping


def test_lines_with_an_icon_are_wrapped_between_words(project):
    project.config(CONFIG + "enviroment: []\n")
    columns = 30
    _, _, shown = on_terminal(project, "debug", columns=columns)
    plain = re.sub("\x1b\\[[0-9;]*m", "", shown)
    lines = plain.splitlines()
    assert len(lines) > 1
    assert all(len(line) <= columns for line in lines)
    told = '⚠ cog.yaml:4:1: unknown key "enviroment" (did you mean "environment"?)'
    assert " ".join(plain.split()) == f"{told} enviroment: [] ^"


def test_a_word_that_is_too_long_stays_whole(project):
    key = "x" * 50
    project.config(CONFIG + f"{key}: 1\n")
    _, _, shown = on_terminal(project, "debug", columns=30)
    assert key in shown


def test_lines_without_an_icon_are_never_wrapped(project):
    project.config(CONFIG + "enviroment: []\n")
    _, _, shown = on_terminal(project, "--no-color", "debug", columns=30)
    assert [line.strip() for line in shown.splitlines()[1:]] == ["enviroment: []", "^"]


def test_results_are_never_wrapped(project):
    _, out, _ = on_terminal(project, "debug", columns=30)
    assert out == project.dockerfile()
