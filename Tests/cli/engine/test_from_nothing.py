"""What a person does on the first day, step by step, and the examples as images."""

import base64
import json
import shutil
from pathlib import Path

import pytest
from running import free_port, post, wait_status
from terminal import ROOT
from workshop import EngineProject

TRAINING = "def train(n: int) -> str:\n    return 'trained ' + 'x' * n\n"
ECHO = """
from cog import BaseRunner, Input, Path


class Runner(BaseRunner):
    def run(self, image: Path, scale: float = Input(ge=0, le=10, default=1.5)) -> Path:
        return image
"""
PICTURE = b"\x89PNG not really a picture"
# What an image of a model must not bring along, and would be found in by these commands.
COMPILERS = ("cc", "gcc", "g++", "clang", "make", "ld")
CACHES = ("/root/.cache", "/var/lib/apt/lists/*", "/var/cache/apt/archives/*.deb", "/tmp/*")
EXAMPLES = ROOT / "examples"
ON_THE_BOARD = ("HARBOUR", "CAFE")
# What the SDK, the server and the init may add to a base image: about twice what it is today.
ADDED_LIMIT_BYTES = 80 << 20


@pytest.fixture(scope="module")
def project(tmp_path_factory, engine):
    """What `cog init` makes, with a model that gives its picture back, built as `m`; and a picture beside it."""
    project = EngineProject(tmp_path_factory.mktemp("first-day") / "first", engine)
    project.cog("init").ok()
    project.write("run.py", ECHO)
    project.cog("build", "-t", "m").ok()
    project.write("picture.png", PICTURE)
    return project


def test_prediction(project, workspace):
    """From the image, in another directory: the model gives its picture back."""
    workspace.write("mine.png", PICTURE)
    result = workspace.predict("m", "-i", "image=@mine.png", "-i", "scale=2").ok()
    assert "Written output to: output.png" in result.err
    assert (workspace.directory / "output.png").read_bytes() == PICTURE


def test_container_answers_over_http(project, engine):
    url = "data:image/png;base64," + base64.b64encode(PICTURE).decode()
    with engine.serving("m") as port:
        answer = post(f"http://127.0.0.1:{port}/predictions", {"input": {"image": url}})
    assert (answer["status"], answer["output"]) == ("succeeded", url)


def test_serve(project):
    port = free_port()
    with project.started("serve", "-p", str(port)) as running:
        wait_status(port, "READY")
        url = "data:text/plain;base64,YQ=="
        assert post(f"http://127.0.0.1:{port}/predictions", {"input": {"image": url}})["output"] == url
        running.interrupt()
        assert running.wait(15) == 0


def test_exec(project, engine):
    assert project.cog("exec", "python", "-V").ok().out == engine.run("python:3.13-slim", "python", "-V")


def test_train(project, tmp_path, engine):
    """Training is one more key of the same project."""
    trained = EngineProject(tmp_path / "trained", engine)
    shutil.copytree(project.directory, trained.directory, dirs_exist_ok=True)
    trained.write("train.py", TRAINING)
    trained.config(trained.read("cog.yaml") + "train: train.py:train\n")
    trained.cog("train", "-i", "n=3").ok()
    assert trained.read("weights") == "trained xxx"


def test_push_and_pull_back(project, registry, workspace, engine):
    name = f"{registry.host}/m"
    assert f"  image  {name}@sha256:" in project.cog("push", name).ok().err
    engine.docker("image", "rm", "--force", f"{name}:latest")
    workspace.write("mine.png", PICTURE)
    workspace.predict(name, "-i", "image=@mine.png", "-o", "back.png").ok()
    assert (workspace.directory / "back.png").read_bytes() == PICTURE


# MARK: - What the image is made of


def test_edit_builds_no_dependency_again(tmp_path, engine):
    """After an edit of predict.py every layer but the source and the document is the cached one."""
    project = EngineProject(tmp_path / "edited", engine)
    project.with_model().build('python_version: "3.12"', 'run: ["echo a slow step > /slow"]')
    project.cog("build", "-t", "edited").ok()
    before = engine.layers("edited")
    project.write("predict.py", project.read("predict.py").replace("hello ", "edited "))
    log = project.cog("build", "-t", "edited", "--progress", "plain").ok().err
    after = engine.layers("edited")
    assert len(after) == len(before)
    assert len(set(after) - set(before)) == 2
    assert after[: len(before) - 2] == before[: len(before) - 2]
    # Of the steps that run a command in the image none ran again but those that describe the model.
    assert "RUN echo a slow step > /slow" in log
    assert project.predict("edited", "-i", "s=x").ok().out == "edited x\n"


def test_image_holds_no_compiler_and_no_cache(hello_image, engine):
    found = engine.run(hello_image, "sh", "-c", "command -v " + " ".join(COMPILERS) + "; true")
    assert found == ""
    left = engine.run(hello_image, "sh", "-c", f"ls -d {' '.join(CACHES)} 2>/dev/null; true")
    assert [path for path in left.split() if path != "/root/.cache"] == []
    assert engine.run(hello_image, "sh", "-c", "find /root/.cache -type f 2>/dev/null; true") == ""


def test_image_adds_little_to_its_base(hello_image, engine):
    added = engine.inspect(hello_image)["Size"] - engine.inspect("python:3.12-slim")["Size"]
    assert 0 < added < ADDED_LIMIT_BYTES, added


# MARK: - Examples


def example(name: str, directory: Path, engine) -> EngineProject:
    """A copy of an example: tests leave no state in the checkout."""
    shutil.copytree(EXAMPLES / name, directory, ignore=shutil.ignore_patterns(".cog", "__pycache__"))
    return EngineProject(directory, engine)


def test_hello(tmp_path, engine):
    project = example("hello", tmp_path / "hello", engine)
    project.cog("build", "-t", "example-hello").ok()
    assert project.predict("example-hello", "-i", "name=Ada").ok().out == "Hello, Ada!\n"


def test_streaming(tmp_path, engine):
    project = example("streaming", tmp_path / "streaming", engine)
    project.cog("build", "-t", "example-streaming").ok()
    arguments = ("-i", "text=one two", "-i", "words_per_second=100")
    assert json.loads(project.predict("example-streaming", *arguments).ok().out) == ["one ", "two "]
    assert project.predict("example-streaming", "--stream", *arguments).ok().out.strip() == "one two"


def test_ocr_reads_the_photograph(tmp_path, engine, network):
    """A real model, with packages of the distribution and of the index, built, served and asked."""
    project = example("ocr", tmp_path / "ocr", engine).with_pip_settings()
    project.cog("build", "-t", "example-ocr", env=network).ok()
    photo = "data:image/jpeg;base64," + base64.b64encode((EXAMPLES / "ocr" / "photo.jpg").read_bytes()).decode()
    with engine.serving("example-ocr") as port:
        answer = post(f"http://127.0.0.1:{port}/predictions", {"input": {"image": photo}})
    assert answer["status"] == "succeeded"
    read = " ".join(line["text"] for line in answer["output"])
    for text in ON_THE_BOARD:
        assert text in read
