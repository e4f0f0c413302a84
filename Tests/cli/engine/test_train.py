"""`cog train`."""

import json

from terminal import Result
from workshop import EngineProject

CONFIG = 'build:\n  python_version: "3.12"\ntrain: "train.py:{}"\n'


def training(project: EngineProject, source: str, name: str = "train") -> EngineProject:
    project.write("train.py", source)
    return project.config(CONFIG.format(name))


def train(project: EngineProject, *arguments: str) -> Result:
    return project.cog("train", *arguments)


def test_function(workspace):
    training(
        workspace,
        """
        from cog import BaseModel


        def train(n: int) -> str:
            with open("made.txt", "w") as file:
                file.write("42" * n)
            return "done " + str(n)
        """,
    )
    result = train(workspace, "-i", "n=2").ok()
    assert workspace.read("made.txt") == "4242"
    assert "deprecated" in result.err
    assert "Running training..." in result.err
    # A string that comes back goes verbatim into the file `weights`.
    assert workspace.read("weights") == "done 2"
    assert result.out == ""


def test_file(workspace):
    training(
        workspace,
        """
        from cog import Input, Path


        def train(epochs: int = Input(ge=1)) -> Path:
            path = Path("/tmp/trained.bin")
            path.write_bytes(b"w" * epochs)
            return path
        """,
    )
    assert "Written output to: weights" in train(workspace, "-i", "epochs=3").ok().err
    made = [path for path in workspace.directory.iterdir() if path.name.startswith("weights")]
    assert [path.read_bytes() for path in made] == [b"www"]
    train(workspace, "-i", "epochs=1", "-o", "mine.bin").ok()
    assert workspace.read("mine.bin") == "w"
    train(workspace, "-i", "epochs=0").fails('invalid input "epochs"')


def test_class_with_setup(workspace):
    training(
        workspace,
        """
        class Trainer:
            def setup(self) -> None:
                self.word = "set up"

            def train(self, n: int) -> dict:
                return {"word": self.word, "n": n}
        """,
        "Trainer",
    )
    train(workspace, "-i", "n=1").ok()
    assert json.loads(workspace.read("weights")) == {"word": "set up", "n": 1}


def test_image(workspace, tmp_path):
    training(workspace, "def train(n: int) -> str:\n    return 'from the image ' + str(n)\n")
    workspace.cog("build", "-t", "trainable").ok()
    elsewhere = EngineProject(tmp_path / "elsewhere", workspace.engine)
    elsewhere.cog("train", "trainable", "-i", "n=5").ok()
    assert elsewhere.read("weights") == "from the image 5"


def test_beside_a_prediction(workspace):
    workspace.with_model().write("train.py", "def train(n: int) -> str:\n    return 'trained ' + str(n)\n")
    workspace.config(workspace.read("cog.yaml") + "train: train.py:train\n")
    train(workspace, "-i", "n=1", "-o", "out").ok()
    assert workspace.read("out") == "trained 1"
    assert workspace.predict("-i", "s=too").ok().out == "hello too\n"


def test_failure(workspace):
    training(workspace, "def train(n: int) -> str:\n    raise ValueError('diverged')\n")
    train(workspace, "-i", "n=1").fails("diverged")
