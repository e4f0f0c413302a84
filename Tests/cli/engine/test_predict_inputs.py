"""What `-i` and `--json` become inside of the model."""

import json

import pytest
from models import model
from workshop import EngineProject


def echo(annotation: str, before: str = "") -> str:
    """A model that says of which type and value its input is."""
    return model(f"x: {annotation}) -> str", "return json.dumps([type(x).__name__, x], default=str)", before=before)


@pytest.fixture
def types(workspace):
    """Runs predictions of a model with one input of the given type, and gives type and value that it saw."""

    def run(annotation: str, *attempts: tuple[str, ...]) -> list:
        workspace.predictor(echo(annotation)).cog("build", "-t", "echo-image").ok()
        return [json.loads(workspace.predict("echo-image", *attempt).ok().out) for attempt in attempts]

    return run


@pytest.fixture(scope="module")
def file_reader(tmp_path_factory, engine):
    """A model that reads a file input, as a Path or as a File."""
    body = ("return json.dumps([x.suffix, x.read_text()]) if path else json.dumps(f.read().decode())",)
    signature = "path: bool = True, x: Path = None, f: File = None) -> str"
    project = EngineProject(tmp_path_factory.mktemp("files") / "reader", engine)
    project.predictor(
        model(
            signature.replace("x: Path", "x: typing.Optional[Path]").replace("f: File", "f: typing.Optional[File]"),
            *body,
        )
    )
    project.cog("build", "-t", "file-reader").ok()
    return "file-reader"


def test_file_input(workspace, file_reader):
    workspace.write("a.txt", "the content\n")
    assert json.loads(workspace.predict(file_reader, "-i", "x=@a.txt").ok().out) == [".txt", "the content\n"]
    assert json.loads(workspace.predict(file_reader, "-i", "path=false", "-i", "f=@a.txt").ok().out) == "the content\n"
    workspace.predict(file_reader, "-i", "x=@missing.txt").fails('input "x": failed to read file "missing.txt"')


def test_file_input_is_relative_to_the_current_directory(workspace, file_reader):
    workspace.write("below/a.md", "deeper\n")
    assert json.loads(workspace.predict(file_reader, "-i", "x=@a.md", cwd="below").ok().out) == [".md", "deeper\n"]


def test_large_file_input(workspace, file_reader):
    """Beyond what an argument of a program may have: it goes over the wire."""
    workspace.write("big.txt", "x" * 3_000_000)
    assert json.loads(workspace.predict(file_reader, "-i", "x=@big.txt").ok().out) == [".txt", "x" * 3_000_000]


def test_file_list(workspace):
    workspace.predictor(model("fs: list[Path]) -> str", "return ','.join(f.read_text() for f in fs)"))
    workspace.write("a.txt", "one")
    workspace.write("b.txt", "two")
    assert workspace.predict("-i", "fs=@a.txt", "-i", "fs=@b.txt").ok().out == "one,two\n"
    assert workspace.predict("--json", '{"fs": ["@a.txt", "@b.txt"]}').ok().out.count("one,two") == 1


def test_integer_lists(types):
    attempts = [("-i", "x=1", "-i", "x=2"), ("-i", "x=[1,2]"), ("-i", "x=1"), ("-i", "x=-1")]
    assert types("list[int]", *attempts) == [["list", [1, 2]], ["list", [1, 2]], ["list", [1]], ["list", [-1]]]


def test_objects(types):
    value = '{"a": 1, "b": [1.0, null], "c": {"d": "é"}}'
    assert types("dict", ("-i", f"x={value}")) == [["dict", json.loads(value)]]


def test_unions(types):
    expected = [["str", "hello"], ["float", 1.5], ["int", 1]]
    assert types("typing.Union[str, float]", ("-i", "x=hello"), ("-i", "x=1.5"), ("-i", "x=1")) == expected


def test_strings(types):
    url = "https://example.com/a.png?x=1"
    attempts = [("-i", 'x="quoted"'), ("-i", f"x={url}"), ("-i", "x="), ("-i", "x=12"), ("-i", 'x="'), ("-i", "x=a\nb")]
    values = ["quoted", url, "", "12", '"', "a\nb"]
    assert types("str", *attempts) == [["str", value] for value in values]


def test_numbers(types):
    attempts = [("-i", "x=0.1234567890123456789"), ("-i", "x=1e300"), ("-i", "x=-2.5"), ("-i", "x=3")]
    assert types("float", *attempts) == [["float", v] for v in (0.1234567890123456789, 1e300, -2.5, 3.0)]


def test_large_integers(types):
    assert types("int", ("-i", "x=9007199254740993"), ("-i", "x=-5000000000")) == [
        ["int", 9007199254740993],
        ["int", -5000000000],
    ]


def test_integer_choices(types):
    assert types("int = Input(choices=[1, 2])", ("-i", "x=2")) == [["int", 2]]


def test_optional(types):
    assert types("typing.Optional[str]", (), ("-i", "x=given")) == [["NoneType", None], ["str", "given"]]


def test_booleans(types, workspace):
    assert types("bool", ("-i", "x=true"), ("-i", "x=false")) == [["bool", True], ["bool", False]]
    workspace.predict("echo-image", "-i", "x=True").fails('invalid input "x": expected boolean, got string')


def test_environment(workspace):
    workspace.predictor(model(") -> str", "return os.environ.get('A', 'unset')"))
    workspace.cog("build", "-t", "environment-image").ok()
    assert workspace.predict("environment-image", "-e", "A=1").ok().out == "1\n"
    assert workspace.predict("environment-image", env={"A": "mine"}).ok().out == "unset\n"
    assert workspace.predict("-e", "A=two words").ok().out == "two words\n"


def test_json_inputs(hello_image, workspace):
    for arguments, stdin in [
        (("--json", '{"s": "x"}'), ""),
        (("--json", "@in.json"), ""),
        (("--json", "@-"), '{"s": "x"}'),
        (("--json", "-"), '{"s": "x"}'),
    ]:
        workspace.write("in.json", '{"s": "x"}')
        answer = json.loads(workspace.predict(hello_image, *arguments, stdin=stdin).ok().out)
        assert (answer["status"], answer["output"], answer["error"]) == ("succeeded", "hello x", "")
        assert answer["metrics"]["predict_time"] > 0


def test_json_inputs_with_a_file(workspace, file_reader):
    workspace.write("a.txt", "by json")
    answer = json.loads(workspace.predict(file_reader, "--json", '{"x": "@a.txt"}').ok().out)
    assert json.loads(answer["output"]) == [".txt", "by json"]


def test_wrong_json(hello_image, workspace):
    workspace.predict(hello_image, "--json", "nope").fails("Failed to parse JSON")
    workspace.predict(hello_image, "--json", "[1]").fails("Failed to parse JSON")
    workspace.predict(hello_image, "--json", "@missing.json").fails('Failed to read JSON from file "missing.json"')
    workspace.predict(hello_image, "--json", '{"s": null}').fails('invalid input "s": must not be null')
    workspace.predict(hello_image, "--json", "{}", "-i", "s=1").fails("Must use one of --json or --input")


def test_all_problems_are_told(workspace):
    signature = (
        "size: str = Input(choices=['small', 'large']), n: int = Input(ge=1), s: str = Input(regex='^a+$')) -> str"
    )
    workspace.predictor(model(signature, "return s")).cog("build", "-t", "picky").ok()
    result = workspace.predict("picky", "-i", "size=huge", "-i", "n=0", "-i", "s=b")
    result.fails(
        "input validation failed:",
        '- invalid input "size": must be one of: small, large',
        '- invalid input "n": number must be at least 1',
        '- invalid input "s": string doesn\'t match the regular expression',
    )
    workspace.predict("picky", "-i", "size").fails("expected format is 'name=value'")
