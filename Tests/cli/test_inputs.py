"""Inputs are checked before anything is built or asked: every problem has a message that names the input.

The model's document is handed over by COG_OPENAPI_SCHEMA, so that no engine is needed to make it. What the engine is
asked for first shows which inputs were accepted.
"""

import pytest
from terminal import ENGINE_ASKED, NO_ENGINE, Project

MODEL = """
from typing import Optional

from cog import BasePredictor, Input, Path


class Predictor(BasePredictor):
    def predict(self, {signature}) -> str:
        return ""


def train(epochs: int = Input(ge=1), data: Optional[Path] = None) -> str:
    return ""
"""
TRAINABLE = 'build:\n  python_version: "3.12"\npredict: predict.py:Predictor\ntrain: predict.py:train\n'


class Asked(Project):
    """A project with a ready document."""

    def __init__(self, project: Project, signature: str):
        super().__init__(project.directory)
        self.config(TRAINABLE).write("predict.py", MODEL.replace("{signature}", signature))
        self.write("document.json", self.describe(train="predict.py:train").ok().out)

    def ask(self, *arguments: str, command: str = "predict", **options):
        variables = {"COG_OPENAPI_SCHEMA": "document.json", "DOCKER_HOST": NO_ENGINE}
        return self.cog(command, *arguments, env=variables, **options)

    def refuses(self, *arguments: str, command: str = "predict", **options) -> list[str]:
        """The lines of the refusal, with nothing built and no engine asked."""
        result = self.ask(*arguments, command=command, **options).fails()
        assert ENGINE_ASKED not in result.err
        assert "Building" not in result.err
        return result.err.splitlines()

    def accepts(self, *arguments: str, **options) -> None:
        self.ask(*arguments, **options).fails(ENGINE_ASKED)


@pytest.fixture
def asked(project):
    def make(signature: str) -> Asked:
        return Asked(project, signature)

    return make


# Names


@pytest.mark.parametrize("command", ["predict", "run"])
def test_unknown_names(asked, command):
    model = asked("s: str, a: int = 1")
    unknown = model.refuses("-i", "nope=1", command=command)
    assert unknown == ['unknown input "nope"; valid inputs are: a, s']
    several = model.refuses("-i", "z=1", "-i", "y=1", "-i", "s=x", command=command)
    assert several == ['unknown inputs "y", "z"; valid inputs are: a, s']


def test_a_model_without_inputs(asked):
    project = asked("")
    assert project.refuses("-i", "x=1") == ['unknown input "x"; model does not accept inputs']
    project.accepts()


@pytest.mark.parametrize("command", ["predict", "run"])
def test_missing_names(asked, command):
    assert asked("s: str, a: int = 1").refuses(command=command) == ['missing required input "s"']


def test_unknown_names_come_before_files_are_read(asked):
    project = asked("s: str")
    assert project.refuses("-i", "nope=@missing.txt") == ['unknown input "nope"; valid inputs are: s']


def test_names_and_choices_are_compared_by_code_points(asked):
    """What looks the same is not: the server and Python would say so."""
    one, other = "\u00e9", "e\u0301"
    model = asked(f'{one}: int = 1, x: str = Input(default="o", choices=["{one}", "o"])')
    model.accepts("-i", f"{one}=2", "-i", f"x={one}")
    assert model.refuses("-i", f"{other}=2") == [f'unknown input "{other}"; valid inputs are: x, {one}']
    assert model.refuses("-i", f"x={other}") == [f'invalid input "x": must be one of: {one}, o']


# Values


@pytest.mark.parametrize(
    ("signature", "value", "message"),
    [
        ("x: int", "lots", "expected integer, got string"),
        ("x: int", "1.5", "expected integer, got string"),
        ("x: float", "much", "expected number, got string"),
        ("x: bool", "True", "expected boolean, got string"),
        ("x: bool", "yes", "expected boolean, got string"),
        ("x: dict", "text", "expected object, got string"),
        ('x: str = Input(choices=["small", "medium", "large"])', "huge", "must be one of: small, medium, large"),
        ("x: int = Input(choices=[1, 2])", "3", "must be one of: 1, 2"),
        ("x: int = Input(ge=1)", "0", "number must be at least 1"),
        ("x: int = Input(le=10)", "11", "number must be at most 10"),
        ("x: float = Input(ge=0.5)", "0.25", "number must be at least 0.5"),
        ("x: str = Input(min_length=2)", "a", "minimum string length is 2"),
        ("x: str = Input(max_length=2)", "abc", "maximum string length is 2"),
        ('x: str = Input(regex="^[a-z]+$")', "A1", 'string doesn\'t match the regular expression "^[a-z]+$"'),
        # As the server sees it: digits of other scripts are none.
        ('x: str = Input(regex=r"^\\d$")', "٣", 'string doesn\'t match the regular expression "^\\d$"'),
    ],
)
def test_values_that_are_refused(asked, signature, value, message):
    assert asked(signature).refuses("-i", f"x={value}") == [f'invalid input "x": {message}']


@pytest.mark.parametrize(
    ("signature", "value"),
    [
        ("x: int", "-1"),
        ("x: float", "1"),
        ("x: float", "1e-3"),
        ("x: bool", "true"),
        ("x: str", "a=b=c"),
        ("x: str", ""),
        ("x: str", "\u0301a"),
        ("x: dict", '{"a": [1]}'),
        ("x: list[int]", "[1, 2]"),
        ("x: list[str]", "one"),
        ("x: int = Input(choices=[1, 2])", "2"),
        ("x: int = Input(ge=1, le=1)", "1"),
        ("x: Path", "https://files.example/a.png"),
        ("x: Optional[int] = None", "3"),
    ],
)
def test_values_that_are_right(asked, signature, value):
    asked(signature).accepts("-i", f"x={value}")


def test_null(asked):
    project = asked("s: Optional[str] = None")
    message = 'invalid input "s": must not be null (omit the input to use its default)'
    assert project.refuses("--json", '{"s": null}') == [message]
    project.accepts("--json", "{}")


def test_all_problems_are_told(asked):
    lines = asked("a: int, b: int, c: int").refuses("-i", "a=x", "-i", "b=y")
    assert lines == [
        "input validation failed:",
        '- missing required input "c"',
        '- invalid input "a": expected integer, got string',
        '- invalid input "b": expected integer, got string',
    ]


# Forms


def test_an_input_without_a_value(asked):
    project = asked("s: str")
    message = "Failed to parse input 's', expected format is 'name=value'"
    assert project.refuses("-i", "s") == [message]


def test_two_ways_at_once(asked):
    message = "Must use one of --json or --input to provide model inputs"
    assert asked("s: str").refuses("--json", "{}", "-i", "s=1") == [message]


@pytest.mark.parametrize("text", ["nope", "", "{", '{"s": }', "[1]", '"s"', "1"])
def test_json_that_is_no_object(asked, text):
    (message,) = asked("s: str").refuses("--json", text)
    assert message.startswith("Failed to parse JSON: ")


def test_json_from_a_file_that_is_not_there(asked):
    (message,) = asked("s: str").refuses("--json", "@missing.json")
    assert message.startswith('Failed to read JSON from file "missing.json": ')


@pytest.mark.parametrize("argument", ["-", "@-"])
def test_json_from_standard_input(asked, argument):
    project = asked("s: str")
    project.accepts("--json", argument, stdin='{"s": "x"}')
    assert project.refuses("--json", argument, stdin='{"t": "x"}') == ['unknown input "t"; valid inputs are: s']


@pytest.mark.parametrize("arguments", [["-i", "image=@missing.png"], ["--json", '{"image": "@missing.png"}']])
def test_a_file_that_is_not_there(asked, arguments):
    (message,) = asked("image: Path").refuses(*arguments)
    assert message.startswith('input "image": failed to read file "missing.png": ')


# Trainings


def test_inputs_of_a_training(asked):
    project = asked("s: str")
    first, *rest = project.refuses("-i", "epochs=0", command="train")
    assert "deprecated" in first
    assert rest == ['invalid input "epochs": number must be at least 1']
    assert project.refuses("-i", "s=x", command="train")[1:] == ['unknown input "s"; valid inputs are: data, epochs']
    project.accepts("-i", "epochs=1", command="train")
