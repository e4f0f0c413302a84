"""What `-i` and `--json` become inside of the model."""

import json

import pytest
from models import Gallery, model
from workshop import EngineProject

# The models with one input, which say of which type and value it is.
ECHOES = {
    "Integers": "list[int]",
    "Object": "dict",
    "Union": "typing.Union[str, float]",
    "String": "str",
    "Number": "float",
    "Integer": "int",
    "Choice": "int = Input(choices=[1, 2])",
    "Optional": "typing.Optional[str]",
    "Boolean": "bool",
}
MODELS = [
    *(
        model(f"x: {kind}) -> str", "return json.dumps([type(x).__name__, x], default=str)", name=name)
        for name, kind in ECHOES.items()
    ),
    model("x: Path) -> str", "return json.dumps([x.suffix, x.read_text()])", name="PathReader"),
    model("x: File) -> str", "return json.dumps(x.read().decode())", name="FileReader"),
    model("fs: list[Path]) -> str", "return ','.join(f.read_text() for f in fs)", name="Files"),
    model(") -> str", "return os.environ.get('A', 'unset')", name="Environment"),
    model(
        "size: str = Input(choices=['small', 'large']), n: int = Input(ge=1), s: str = Input(regex='^a+$')) -> str",
        "return s",
        name="Picky",
    ),
]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory, engine):
    return Gallery(EngineProject(tmp_path_factory.mktemp("inputs") / "inputs", engine), "input-gallery", MODELS)


@pytest.fixture
def types(gallery, workspace):
    """Runs predictions of the model with that input, and gives type and value that it saw."""

    def run(name: str, *attempts: tuple[str, ...]) -> list:
        return [json.loads(gallery.predict(workspace, name, *attempt).ok().out) for attempt in attempts]

    return run


def test_file_input(gallery, workspace):
    workspace.write("a.txt", "the content\n")
    out = gallery.predict(workspace, "PathReader", "-i", "x=@a.txt").ok().out
    assert json.loads(out) == [".txt", "the content\n"]
    assert json.loads(gallery.predict(workspace, "FileReader", "-i", "x=@a.txt").ok().out) == "the content\n"
    missing = gallery.predict(workspace, "PathReader", "-i", "x=@missing.txt")
    missing.fails('input "x": failed to read file "missing.txt"')


def test_file_input_is_relative_to_the_current_directory(gallery, workspace):
    workspace.write("below/a.md", "deeper\n")
    out = gallery.predict(workspace, "PathReader", "-i", "x=@a.md", cwd="below").ok().out
    assert json.loads(out) == [".md", "deeper\n"]


def test_large_file_input(gallery, workspace):
    """Beyond what an argument of a program may have: it goes over the wire."""
    workspace.write("big.txt", "x" * 3_000_000)
    out = gallery.predict(workspace, "PathReader", "-i", "x=@big.txt").ok().out
    assert json.loads(out) == [".txt", "x" * 3_000_000]


def test_file_list(gallery, workspace):
    workspace.write("a.txt", "one")
    workspace.write("b.txt", "two")
    assert gallery.predict(workspace, "Files", "-i", "fs=@a.txt", "-i", "fs=@b.txt").ok().out == "one,two\n"
    answer = json.loads(gallery.predict(workspace, "Files", "--json", '{"fs": ["@a.txt", "@b.txt"]}').ok().out)
    assert answer["output"] == "one,two"


def test_integer_lists(types):
    attempts = [("-i", "x=1", "-i", "x=2"), ("-i", "x=[1,2]"), ("-i", "x=1"), ("-i", "x=-1")]
    assert types("Integers", *attempts) == [["list", [1, 2]], ["list", [1, 2]], ["list", [1]], ["list", [-1]]]


def test_objects(types):
    value = '{"a": 1, "b": [1.0, null], "c": {"d": "é"}}'
    assert types("Object", ("-i", f"x={value}")) == [["dict", json.loads(value)]]


def test_unions(types):
    expected = [["str", "hello"], ["float", 1.5], ["int", 1]]
    assert types("Union", ("-i", "x=hello"), ("-i", "x=1.5"), ("-i", "x=1")) == expected


def test_strings(types):
    url = "https://example.com/a.png?x=1"
    attempts = [("-i", 'x="quoted"'), ("-i", f"x={url}"), ("-i", "x="), ("-i", "x=12"), ("-i", 'x="'), ("-i", "x=a\nb")]
    values = ["quoted", url, "", "12", '"', "a\nb"]
    assert types("String", *attempts) == [["str", value] for value in values]


def test_numbers(types):
    attempts = [("-i", "x=0.1234567890123456789"), ("-i", "x=1e300"), ("-i", "x=-2.5"), ("-i", "x=3")]
    assert types("Number", *attempts) == [["float", v] for v in (0.1234567890123456789, 1e300, -2.5, 3.0)]


def test_large_integers(types):
    assert types("Integer", ("-i", "x=9007199254740993"), ("-i", "x=-5000000000")) == [
        ["int", 9007199254740993],
        ["int", -5000000000],
    ]


def test_integer_choices(types):
    assert types("Choice", ("-i", "x=2")) == [["int", 2]]


def test_optional(types):
    assert types("Optional", (), ("-i", "x=given")) == [["NoneType", None], ["str", "given"]]


def test_booleans(types, gallery, workspace):
    assert types("Boolean", ("-i", "x=true"), ("-i", "x=false")) == [["bool", True], ["bool", False]]
    refused = gallery.predict(workspace, "Boolean", "-i", "x=True")
    refused.fails('invalid input "x": expected boolean, got string')


def test_environment(gallery, workspace):
    assert gallery.predict(workspace, "Environment", "-e", "A=1").ok().out == "1\n"
    assert gallery.predict(workspace, "Environment", "-e", "A=two words").ok().out == "two words\n"
    # This machine's own variables stay out.
    assert gallery.predict(workspace, "Environment", env={"A": "mine"}).ok().out == "unset\n"


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


def test_json_inputs_with_a_file(gallery, workspace):
    workspace.write("a.txt", "by json")
    answer = json.loads(gallery.predict(workspace, "PathReader", "--json", '{"x": "@a.txt"}').ok().out)
    assert json.loads(answer["output"]) == [".txt", "by json"]


def test_wrong_json(hello_image, workspace):
    workspace.predict(hello_image, "--json", "nope").fails("Failed to parse JSON")
    workspace.predict(hello_image, "--json", "[1]").fails("Failed to parse JSON")
    workspace.predict(hello_image, "--json", "@missing.json").fails('Failed to read JSON from file "missing.json"')
    workspace.predict(hello_image, "--json", '{"s": null}').fails('invalid input "s": must not be null')
    workspace.predict(hello_image, "--json", "{}", "-i", "s=1").fails("Must use one of --json or --input")


def test_all_problems_are_told(gallery, workspace):
    result = gallery.predict(workspace, "Picky", "-i", "size=huge", "-i", "n=0", "-i", "s=b")
    result.fails(
        "input validation failed:",
        '- invalid input "size": must be one of: small, large',
        '- invalid input "n": number must be at least 1',
        '- invalid input "s": string doesn\'t match the regular expression',
    )
    gallery.predict(workspace, "Picky", "-i", "size").fails("expected format is 'name=value'")
