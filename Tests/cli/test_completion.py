"""`cog completion`: the scripts for shells, and what bash makes of its own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from terminal import COG, Project, environment


def completed(script: str, *words: str, project: Project | None = None, env: dict[str, str] | None = None) -> list[str]:
    """What bash offers for the last of the words, in a project's directory, where the program is on the path."""
    line = " ".join(words)
    directory = project.directory if project else Path("/")
    variables = environment(directory, env) if project else dict(os.environ)
    variables["PATH"] = f"{COG.parent}:{variables['PATH']}"
    program = (
        f"{script}\nCOMP_WORDS=({line})\nCOMP_CWORD={len(words) - 1}\nCOMP_LINE='{line}'\nCOMP_POINT={len(line)}\n"
        f"_cog cog '{words[-1]}' '{words[-2]}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
    )
    done = subprocess.run(
        ["bash", "--norc", "-s"],
        input=program,
        cwd=directory,
        env=variables,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["cog", "bu"], ["build"]),
        (["cog", "e"], ["exec"]),
        (["cog", "build", "--no"], ["--no-cache", "--no-color"]),
        (["cog", "predict", "--js"], ["--json"]),
        (["cog", "frob"], []),
    ],
)
def test_bash(empty, words, offered):
    assert completed(empty.cog("completion", "bash").ok().out, *words) == offered


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["cog", "build", "--progress", ""], ["auto", "tty", "plain", "quiet"]),
        (["cog", "build", "--platform", "l"], ["linux/amd64"]),
        (["cog", "build", "--use-cuda-base-image", "f"], ["false"]),
        (["cog", "serve", "--gpus", "a"], ["all"]),
        (["cog", "build", "-f", ""], ["cog.yaml", "other.yml"]),
        (["cog", "predict", "-f", "o"], ["other.yml"]),
        (["cog", "build", "--openapi-schema", "d"], ["document.json"]),
        (["cog", "predict", "-o", "d"], ["document.json"]),
    ],
)
def test_bash_knows_values_and_files(project, words, offered):
    project.write("other.yml", "build: {}\n")
    project.write("document.json", "{}\n")
    script = project.cog("completion", "bash").ok().out
    assert sorted(completed(script, *words, project=project)) == sorted(offered)


SIGNATURE = """
    from typing import Literal
    from cog import BasePredictor, Input, Path

    class Predictor(BasePredictor):
        def predict(
            self, prompt: str, image: Path = None, mode: Literal["fast", "slow"] = "fast", half: bool = False,
            steps: int = Input(default=4, ge=1),
        ) -> str:
            return ""
"""


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ([""], ["prompt=", "image=@", "mode=fast", "mode=slow", "half=true", "half=false", "steps="]),
        (["p"], ["prompt="]),
        (["mo"], ["mode=fast", "mode=slow"]),
        (["prompt=x", "-i", "i"], ["image=@"]),
        (["prompt=x", "-i", "p"], []),
    ],
)
def test_bash_knows_the_inputs_of_the_model(project, words, offered):
    project.write("predict.py", SIGNATURE)
    script = project.cog("completion", "bash").ok().out
    assert completed(script, "cog", "predict", "-i", *words, project=project) == offered


@pytest.mark.parametrize("config", ["build: [\n", "build: {}\npredict: none.py:Predictor\n"])
def test_a_broken_project_has_no_inputs_to_offer(project, config):
    script = project.cog("completion", "bash").ok().out
    assert completed(script, "cog", "predict", "-i", "", project=project.config(config)) == []


def test_bash_knows_the_images_of_models(project):
    script = project.cog("completion", "bash").ok().out
    tools = project.tools(docker='test "$1 $2" = "image ls" && echo some/model:latest')
    assert completed(script, "cog", "predict", "some", project=project, env=tools) == ["some/model:latest"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_script_knows_the_commands(empty, shell):
    result = empty.cog("completion", shell).ok()
    assert result.err == ""
    for command in ("build", "predict", "serve"):
        assert command in result.out
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=result.out, text=True, timeout=30, check=True)


def test_other_shells(empty):
    empty.cog("completion", "csh").fails('no completion for "csh": use bash, zsh or fish')
    empty.cog("completion").fails("Missing expected argument")
