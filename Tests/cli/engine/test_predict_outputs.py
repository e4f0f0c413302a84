"""How outputs are printed, written to files, and put into JSON."""

import json

import pytest
from models import model
from workshop import EngineProject


@pytest.fixture
def outputs(workspace):
    """Makes a model that returns an expression of the given type; gives the directory to predict in."""

    def make(annotation: str, *body: str, before: str = "") -> EngineProject:
        workspace.predictor(model(f") -> {annotation}", *body, before=before))
        workspace.cog("build", "-t", "output-image").ok()
        return EngineProject(workspace.directory / "elsewhere", workspace.engine)

    return make


def names(project) -> list[str]:
    return sorted(path.name for path in project.directory.iterdir())


PNG = ("p = Path('/tmp/picture.png')", "p.write_bytes(b'a picture')", "return p")


def test_file(outputs):
    project = outputs("Path", *PNG)
    result = project.predict("output-image").ok()
    assert result.out == ""
    assert "Written output to: output.png" in result.err
    assert (project.directory / "output.png").read_bytes() == b"a picture"
    assert (project.directory / "output.png").stat().st_mode & 0o777 == 0o644

    # Under another name, whose extension stays; and into a directory.
    project.predict("output-image", "-o", "mine.bmp").ok()
    project.predict("output-image", "--output", "plain").ok()
    (project.directory / "folder").mkdir()
    project.predict("output-image", "-o", "folder/").ok()
    assert names(project) == ["folder", "mine.bmp", "output.png", "plain.png"]
    assert (project.directory / "folder" / "output.png").read_bytes() == b"a picture"

    # JSON mode writes it beside the answer and names it there.
    answer = json.loads(project.predict("output-image", "--json", "{}").ok().out)
    assert answer["output"] == "output.png"
    project.predict("output-image", "--json", "{}", "-o", "result.json").ok()
    assert json.loads(project.read("result.json"))["output"] == "result.png"
    assert (project.directory / "result.png").read_bytes() == b"a picture"

    # A directory under the default name is in the way.
    (project.directory / "output").mkdir()
    project.predict("output-image").fails('Default output name "output" conflicts with directory, provide --output')
    project.predict("output-image", "-o", "no/such/directory").fails("Output directory is not writable: no/such")


def test_list_of_files(outputs):
    body = ("ps = [Path(f'/tmp/{i}.txt') for i in range(3)]", "[p.write_text(p.name) for p in ps]", "return ps")
    project = outputs("list[Path]", *body)
    assert project.predict("output-image").ok().out == ""
    assert names(project) == ["output.0.txt", "output.1.txt", "output.2.txt"]
    assert project.read("output.1.txt") == "1.txt"
    project.predict("output-image", "-o", "out.bin").ok()
    assert project.read("out.2.bin") == "2.txt"


def test_files_in_an_object(outputs):
    before = "class Output(BaseModel):\n    text: str\n    picture: Path\n"
    body = ("p = Path('/tmp/p.png')", "p.write_bytes(b'x')", "return Output(text='t', picture=p)")
    project = outputs("Output", *body, before=before)
    assert json.loads(project.predict("output-image").ok().out) == {"text": "t", "picture": "output.picture.png"}
    assert names(project) == ["output.picture.png"]


def test_string(outputs):
    project = outputs("str", "return 'two\\nlines'")
    assert project.predict("output-image").ok().out == "two\nlines\n"
    result = project.predict("output-image", "-o", "out.txt").ok()
    assert result.out == ""
    assert "Written output to: out.txt" in result.err
    assert project.read("out.txt") == "two\nlines"


@pytest.mark.parametrize(
    ("annotation", "value", "text"),
    [
        ("int", "42", "42"),
        ("bool", "True", "true"),
        ("float", "0.5", "0.5"),
        ("float", "3.0", "3.0"),
        ("str", "''", ""),
    ],
)
def test_scalars(outputs, annotation, value, text):
    assert outputs(annotation, f"return {value}").predict("output-image").ok().out == text + "\n"


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        ("dict", {"b": 1, "a": [1.5, None, "é<>&"]}),
        ("list[str]", ["x", "y"]),
        ("list[dict[str, int]]", [{"a": 1}]),
        ("typing.Any", {"nested": {"deep": [True]}}),
    ],
)
def test_structures(outputs, annotation, value):
    project = outputs(annotation, f"return {value!r}")
    assert json.loads(project.predict("output-image").ok().out) == value
    project.predict("output-image", "-o", "value.json").ok()
    assert json.loads(project.read("value.json")) == value


def test_model_output(outputs):
    before = "class Output(BaseModel):\n    score: float\n    words: list[str]\n"
    project = outputs("Output", "return Output(score=0.25, words=['a'])", before=before)
    assert json.loads(project.predict("output-image").ok().out) == {"score": 0.25, "words": ["a"]}


def test_nothing(outputs):
    result = outputs("typing.Any", "return None").predict("output-image").ok()
    assert result.out == ""
    assert "No output generated" in result.err


@pytest.mark.parametrize("annotation", ["typing.Iterator[str]", "ConcatenateIterator[str]"])
def test_iterators(outputs, annotation):
    project = outputs(annotation, "yield 'one '", "yield 'two '", "yield 'three'")
    assert json.loads(project.predict("output-image").ok().out) == ["one ", "two ", "three"]
    answer = json.loads(project.predict("output-image", "--json", "{}").ok().out)
    assert answer["output"] == ["one ", "two ", "three"]


def test_json_answer(hello_image, workspace):
    result = workspace.predict(hello_image, "--json", '{"s":"x"}', "-o", "result.json").ok()
    assert result.out == ""
    assert json.loads(workspace.read("result.json"))["output"] == "hello x"
    result = workspace.predict(hello_image, "--json", '{"s":"x"}', "-o", "result").ok()
    assert "--output value does not have a .json suffix: result" in result.err
    assert json.loads(workspace.read("result"))["output"] == "hello x"


def test_metrics(workspace):
    workspace.predictor(model("s: str) -> str", "current_scope().record_metric('tokens', 7)", "return s"))
    answer = json.loads(workspace.predict("--json", '{"s":"x"}').ok().out)
    assert answer["metrics"]["tokens"] == 7
    assert answer["metrics"]["predict_time"] >= 0
