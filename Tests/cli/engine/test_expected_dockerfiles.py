"""The projects whose Dockerfiles are kept beside the unit tests really build, and the images predict."""

import shutil

import pytest
from models import model
from terminal import ROOT
from workshop import EngineProject

PROJECTS = ROOT / "Tests" / "BuildTool" / "ImagePlansTests" / "dockerfiles"
# The other projects want a GPU, a Python that has no base image here, the original's packages, or addresses that exist
# nowhere, or test_build_options.py builds their like.
OPTIONS = {
    "certificate": (),
    "cpu-requirements": (),
    "environment": (),
    "nothing-said": (),
    "separate-weights": ("--separate-weights",),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_project_builds_and_predicts(name, tmp_path, engine, network):
    directory = tmp_path / "project"
    shutil.copytree(PROJECTS / name / "project", directory)
    project = EngineProject(directory, engine)
    if "environment:" not in project.read("cog.yaml"):
        project.with_pip_settings()
    project.write("predict.py", model("s: str) -> str", "return 'hello ' + s"))
    project.cog("build", "-t", f"expected-{name}", *OPTIONS[name], env=network).ok()
    assert project.predict(f"expected-{name}", "-i", f"s={name}").ok().out == f"hello {name}\n"


def test_project_that_traces_has_what_it_needs(tmp_path, engine, network):
    project = EngineProject(tmp_path / "project", engine)
    shutil.copytree(PROJECTS / "traces-telemetry" / "project", project.directory, dirs_exist_ok=True)
    project.with_pip_settings().write("predict.py", model("s: str) -> str", "return 'hello ' + s"))
    project.cog("build", "-t", "expected-traces", env=network).ok()
    told = "import opentelemetry.exporter.otlp.proto.http, opentelemetry.exporter.otlp.proto.grpc, pathlib; "
    told += "print(pathlib.Path('/.cog/telemetry.py').read_text())"
    assert "def create_tracer_provider" in engine.run("expected-traces", "python", "-c", told)
    assert project.predict("expected-traces", "-i", "s=traced").ok().out == "hello traced\n"
