"""How outputs are printed, written to files, and put into JSON."""

import json

import pytest
from models import Gallery, model
from workshop import EngineProject

SCALARS = [
    ("int", "42", "42"),
    ("bool", "True", "true"),
    ("float", "0.5", "0.5"),
    ("float", "3.0", "3.0"),
    ("str", "''", ""),
]
STRUCTURES = [
    ("dict", {"b": 1, "a": [1.5, None, "é<>&"]}),
    ("list[str]", ["x", "y"]),
    ("list[dict[str, int]]", [{"a": 1}]),
    ("typing.Any", {"nested": {"deep": [True]}}),
]
ITERATORS = ["typing.Iterator[str]", "ConcatenateIterator[str]"]
PIECES = ("yield 'one '", "yield 'two '", "yield 'three'")
MODELS = [
    model(") -> Path", "p = Path('/tmp/picture.png')", "p.write_bytes(b'a picture')", "return p", name="Picture"),
    model(
        ") -> list[Path]",
        *("ps = [Path(f'/tmp/{i}.txt') for i in range(3)]", "[p.write_text(p.name) for p in ps]", "return ps"),
        name="Files",
    ),
    model(
        ") -> Illustrated",
        *("p = Path('/tmp/p.png')", "p.write_bytes(b'x')", "return Illustrated(text='t', picture=p)"),
        before="class Illustrated(BaseModel):\n    text: str\n    picture: Path\n",
        name="FileInObject",
    ),
    model(") -> str", "return 'two\\nlines'", name="Text"),
    *(model(f") -> {kind}", f"return {value}", name=f"Scalar{i}") for i, (kind, value, _) in enumerate(SCALARS)),
    *(model(f") -> {kind}", f"return {value!r}", name=f"Structure{i}") for i, (kind, value) in enumerate(STRUCTURES)),
    model(
        ") -> Scored",
        "return Scored(score=0.25, words=['a'])",
        before="class Scored(BaseModel):\n    score: float\n    words: list[str]\n",
        name="Object",
    ),
    model(") -> typing.Any", "return None", name="Nothing"),
    *(model(f") -> {kind}", *PIECES, name=f"Iterator{i}") for i, kind in enumerate(ITERATORS)),
    model("s: str) -> str", "current_scope().record_metric('tokens', 7)", "return s", name="Metered"),
]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory, engine):
    return Gallery(EngineProject(tmp_path_factory.mktemp("outputs") / "outputs", engine), "output-gallery", MODELS)


def names(project) -> list[str]:
    return sorted(path.name for path in project.directory.iterdir())


def test_file(gallery, workspace):
    result = gallery.predict(workspace, "Picture").ok()
    assert result.out == ""
    assert "Written output to: output.png" in result.err
    assert (workspace.directory / "output.png").read_bytes() == b"a picture"
    assert (workspace.directory / "output.png").stat().st_mode & 0o777 == 0o644


def test_file_under_another_name(gallery, workspace):
    """An extension that is given stays; a directory gets the default name."""
    gallery.predict(workspace, "Picture", "-o", "mine.bmp").ok()
    gallery.predict(workspace, "Picture", "--output", "plain").ok()
    (workspace.directory / "folder").mkdir()
    gallery.predict(workspace, "Picture", "-o", "folder/").ok()
    assert names(workspace) == ["folder", "mine.bmp", "plain.png"]
    assert (workspace.directory / "folder" / "output.png").read_bytes() == b"a picture"


def test_file_beside_a_json_answer(gallery, workspace):
    """JSON mode writes the file beside the answer and names it there."""
    answer = json.loads(gallery.predict(workspace, "Picture", "--json", "{}").ok().out)
    assert answer["output"] == "output.png"
    gallery.predict(workspace, "Picture", "--json", "{}", "-o", "result.json").ok()
    assert json.loads(workspace.read("result.json"))["output"] == "result.png"
    assert (workspace.directory / "result.png").read_bytes() == b"a picture"


def test_places_that_cannot_be_written(gallery, workspace):
    (workspace.directory / "output").mkdir()
    gallery.predict(workspace, "Picture").fails(
        'Default output name "output" conflicts with directory, provide --output'
    )
    gallery.predict(workspace, "Picture", "-o", "no/such/directory").fails("Output directory is not writable: no/such")


def test_list_of_files(gallery, workspace):
    assert gallery.predict(workspace, "Files").ok().out == ""
    assert names(workspace) == ["output.0.txt", "output.1.txt", "output.2.txt"]
    assert workspace.read("output.1.txt") == "1.txt"
    gallery.predict(workspace, "Files", "-o", "out.bin").ok()
    assert workspace.read("out.2.bin") == "2.txt"


def test_files_in_an_object(gallery, workspace):
    out = gallery.predict(workspace, "FileInObject").ok().out
    assert json.loads(out) == {"text": "t", "picture": "output.picture.png"}
    assert names(workspace) == ["output.picture.png"]


def test_string(gallery, workspace):
    result = gallery.predict(workspace, "Text").ok()
    assert result.out == "two\nlines\n"
    result = gallery.predict(workspace, "Text", "-o", "out.txt").ok()
    assert result.out == ""
    assert "Written output to: out.txt" in result.err
    assert workspace.read("out.txt") == "two\nlines"


@pytest.mark.parametrize("index", range(len(SCALARS)), ids=[f"{kind}-{value}" for kind, value, _ in SCALARS])
def test_scalars(gallery, workspace, index):
    assert gallery.predict(workspace, f"Scalar{index}").ok().out == SCALARS[index][2] + "\n"


@pytest.mark.parametrize("index", range(len(STRUCTURES)), ids=[kind for kind, _ in STRUCTURES])
def test_structures(gallery, workspace, index):
    assert json.loads(gallery.predict(workspace, f"Structure{index}").ok().out) == STRUCTURES[index][1]
    gallery.predict(workspace, f"Structure{index}", "-o", "value.json").ok()
    assert json.loads(workspace.read("value.json")) == STRUCTURES[index][1]


def test_model_output(gallery, workspace):
    assert json.loads(gallery.predict(workspace, "Object").ok().out) == {"score": 0.25, "words": ["a"]}


def test_nothing(gallery, workspace):
    result = gallery.predict(workspace, "Nothing").ok()
    assert result.out == ""
    assert "No output generated" in result.err


@pytest.mark.parametrize("index", range(len(ITERATORS)), ids=ITERATORS)
def test_iterators(gallery, workspace, index):
    out = gallery.predict(workspace, f"Iterator{index}").ok().out
    assert json.loads(out) == ["one ", "two ", "three"]
    answer = json.loads(gallery.predict(workspace, f"Iterator{index}", "--json", "{}").ok().out)
    assert answer["output"] == ["one ", "two ", "three"]


def test_json_answer(hello_image, workspace):
    result = workspace.predict(hello_image, "--json", '{"s":"x"}', "-o", "result.json").ok()
    assert result.out == ""
    assert json.loads(workspace.read("result.json"))["output"] == "hello x"
    result = workspace.predict(hello_image, "--json", '{"s":"x"}', "-o", "result").ok()
    assert "--output value does not have a .json suffix: result" in result.err
    assert json.loads(workspace.read("result"))["output"] == "hello x"


def test_metrics(gallery, workspace):
    answer = json.loads(gallery.predict(workspace, "Metered", "--json", '{"s":"x"}').ok().out)
    assert answer["metrics"]["tokens"] == 7
    assert answer["metrics"]["predict_time"] >= 0
