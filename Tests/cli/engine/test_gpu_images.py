"""GPU projects as found in public really build, up to packages that are stand-ins: pip works in their `run:` steps.

COG_TEST_GPU_IMAGES=all builds all of them.
"""

import os
import re
import shutil
from pathlib import Path

import pytest
import standin
from models import model
from terminal import ROOT
from workshop import Engine, EngineProject

PROJECTS = ROOT / "Tests" / "BuildTool" / "ImagePlansTests" / "dockerfiles"
# Those that fetch nothing but packages of an index.
FETCHES = {"public-03-captions", "public-11-detection", "public-15-inpainting"}
ALL = sorted(path.name for path in PROJECTS.glob("public-*") if path.name not in FETCHES)
CHOSEN = ALL if os.environ.get("COG_TEST_GPU_IMAGES") == "all" else ["public-17-face"]


def installed_by_steps(config: str) -> list[str]:
    """The packages of the `pip install` commands in a configuration."""
    words = [word.strip("'\"") for line in re.findall(r"pip3? install (.*)", config) for word in line.split()]
    return [word for word in words if not word.startswith("-") and "/" not in word and word != "pip"]


@pytest.fixture(scope="module")
def base(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The stand-in, with all packages that the projects ask for."""
    image = f"python:{standin.PYTHON}-slim"
    if engine.docker(
        "run", "--rm", image, "test", "-x", f"/usr/local/bin/python{standin.PYTHON}", check=False
    ).returncode:
        pytest.skip(f"this machine has no Python {standin.PYTHON} of its own to put into an image")
    texts: list[str] = []
    for name in ALL:
        texts += [(PROJECTS / name / "requirements.txt").read_text(), *installed_by_steps(config_of(name))]
    standin.make(engine, tmp_path_factory.mktemp("stand-in"), standin.requirements(*texts))
    return "cuda-stand-in"


def config_of(name: str) -> str:
    return (PROJECTS / name / "project" / "cog.yaml").read_text()


def test_the_stand_in_is_as_hostile_as_the_real_one(engine: Engine, base: str) -> None:
    for command in (
        ["pip", "--version"],
        ["python", "--version"],
        [f"python{standin.PYTHON}", "-m", "pip", "--version"],
    ):
        assert engine.docker("run", "--rm", base, *command, check=False).returncode != 0
    found = engine.docker("run", "--rm", base, "find", "/usr/local/lib", "-name", "EXTERNALLY-MANAGED").stdout
    assert f"python{standin.PYTHON}/EXTERNALLY-MANAGED" in found


@pytest.mark.parametrize("name", CHOSEN)
def test_public_project_builds(name: str, tmp_path: Path, engine: Engine, base: str) -> None:
    project = EngineProject(tmp_path / "project", engine)
    shutil.copytree(PROJECTS / name / "project", project.directory, dirs_exist_ok=True)
    # The image that the project's Dockerfile starts from has the stand-in's content.
    dockerfile = (PROJECTS / name / "Dockerfile").read_text()
    (image,) = re.findall(r"FROM (nvidia/cuda:\S+) AS cog_environment", dockerfile)
    engine.docker("tag", base, image)
    project.write("predict.py", model("s: str) -> str", "return 'hello ' + s"))
    project.write("train.py", "def train(s: str) -> str:\n    return s\n")
    project.cog("build", "-t", name, env={"COG_UV_IMAGE": "uv-stand-in"}).ok()

    wanted = standin.requirements(
        (PROJECTS / name / "requirements.txt").read_text(), *installed_by_steps(config_of(name))
    )
    freeze = engine.run(name, "pip", "freeze", "--all").lower().replace("_", "-")
    for package, _ in wanted:
        assert f"{package.lower().replace('_', '-')}==" in freeze
    assert project.predict(name, "-i", "s=GPU").ok().out == "hello GPU\n"
