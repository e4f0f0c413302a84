"""GPU projects as found in public really build, with packages that are stand-ins: pip works in their `run:` steps.

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
ALL = sorted(path.name for path in PROJECTS.glob("public-*"))
# What the last step fetches from a server that no stand-in can be: such a project builds up to there.
FETCHED = {"public-15-inpainting": "pip install -r https://raw.githubusercontent.com/someone/painting/main/more.txt"}
# Packages that are installed from repositories.
CLONED = {"public-03-captions": "clip", "public-11-detection": "detectron2", "public-15-inpainting": "segment-anything"}
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
    source = model("s: str) -> str", "return 'hello ' + s")
    # Several predictions at a time are for methods that wait for each other.
    project.write("predict.py", source.replace("    def p", "    async def p") if "max:" in config_of(name) else source)
    project.write("train.py", "def train(s: str) -> str:\n    return s\n")
    result = project.cog("build", "-t", name, "--progress", "plain", env={"COG_UV_IMAGE": "uv-stand-in"})
    if name in FETCHED:
        # All other packages were installed before, those of repositories too.
        result.fails(f"RUN {FETCHED[name]}", "Failed to build Docker image")
        assert re.search(rf"Successfully installed .*{CLONED[name].replace('-', '.')}-1\.0", result.err)
        return
    result.ok()

    wanted = standin.requirements(
        (PROJECTS / name / "requirements.txt").read_text(), *installed_by_steps(config_of(name))
    )
    freeze = engine.run(name, "pip", "freeze", "--all").lower().replace("_", "-")
    for package, _ in wanted:
        assert f"{package.lower().replace('_', '-')}==" in freeze
    assert CLONED.get(name, "") in freeze
    assert project.predict(name, "-i", "s=GPU").ok().out == "hello GPU\n"
