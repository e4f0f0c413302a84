"""`cog completion`: what shells make of a Tab."""

import re
import shutil
import subprocess

import pytest
from shells import SETTINGS, Shell, shell
from terminal import Project

MODEL = """
    from typing import Literal
    from cog import BasePredictor, Input, Path

    class Predictor(BasePredictor):
        def predict(
            self, prompt: str, image: Path = None, mode: Literal["fast", "slow: but good", "$(touch run)"] = "fast",
            half: bool = False, steps: int = Input(default=4, ge=1, description="How many"), tags: list[str] = [],
        ) -> str:
            return ""

    def train(rounds: int, data: Path) -> str:
        return ""
"""


@pytest.fixture(scope="module", params=sorted(SETTINGS))
def typing(request, tmp_path_factory):
    """A shell in a project with a model of several inputs, and with files of many names."""
    directory = tmp_path_factory.mktemp("shell") / "project"
    directory.mkdir()
    project = Project(directory)
    project.config("build:\n  python_version: '3.12'\npredict: predict.py:Predictor\ntrain: predict.py:train\n")
    project.write("predict.py", MODEL)
    project.write("other.yml", "build: {}\n")
    project.write("document.json", "{}\n")
    project.write("photos/cat.jpg", "")
    project.write("my photo.jpg", "")
    project.write("$(touch run).jpg", "")
    tools = project.tools(docker='test "$1 $2" = "image ls" && echo some/model:latest && echo far:5000/model:v1')
    with shell(request.param, project, env=tools) as started:
        started.project = project
        yield started


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        # Commands
        ("cog bu", "cog build "),
        ("cog --debug bu", "cog --debug build "),
        ("cog help bu", "cog help build "),
        ("cog frob", "cog frob"),
        # Options
        ("cog build --no-ca", "cog build --no-cache "),
        ("cog predict --js", "cog predict --json "),
        ("cog build --no-cache --no-c", "cog build --no-cache --no-color "),
        ("cog build --frob", "cog build --frob"),
        # Their values
        ("cog build --progress pl", "cog build --progress plain "),
        ("cog build --progress=pl", "cog build --progress=plain "),
        ("cog build --platform l", "cog build --platform linux/amd64 "),
        ("cog serve --gpus a", "cog serve --gpus all "),
        ("cog completion z", "cog completion zsh "),
        ("cog manifest comp", "cog manifest compose "),
        ("cog predict some", "cog predict some/model:latest "),
        ("cog predict far:5000/m", "cog predict far:5000/model:v1 "),
        # Files
        ("cog build -f oth", "cog build -f other.yml "),
        ("cog build --file=oth", "cog build --file=other.yml "),
        ("cog build --openapi-schema d", "cog build --openapi-schema document.json "),
        ("cog predict -o ph", "cog predict -o photos/"),
        ("cog predict -o photos/", "cog predict -o photos/cat.jpg "),
        ("cog exec ls ph", "cog exec ls photos/"),
        # Inputs
        ("cog predict -i pr", "cog predict -i prompt="),
        ("cog predict --input pr", "cog predict --input prompt="),
        ("cog predict --input=pr", "cog predict --input=prompt="),
        ("cog predict -ipr", "cog predict -iprompt="),
        ("cog predict --file cog.yaml -i pr", "cog predict --file cog.yaml -i prompt="),
        ("cog predict -i prompt=x -i pr", "cog predict -i prompt=x -i pr"),
        ("cog predict -i mode=f", "cog predict -i mode=fast "),
        ("cog predict -i half=t", "cog predict -i half=true "),
        ("cog predict -i im", "cog predict -i image=@"),
        ("cog predict -i image=@ph", "cog predict -i image=@photos/"),
        ("cog predict -i image=@photos/", "cog predict -i image=@photos/cat.jpg "),
        ("cog predict --json @doc", "cog predict --json @document.json "),
        ("cog run -i pr", "cog run -i prompt="),
        ("cog train -i ro", "cog train -i rounds="),
        ("cog train -i da", "cog train -i data=@"),
    ],
)
def test_a_tab_completes(typing: Shell, typed, line):
    assert typing.after_tab(typed) == line


def test_names_with_spaces_and_worse_stay_one_word(typing: Shell):
    assert typing.after_tab("cog predict -i image=@my") == "cog predict -i image=@my\\ photo.jpg "
    assert typing.after_tab("cog predict -i image=@my\\ ph") == "cog predict -i image=@my\\ photo.jpg "
    assert typing.after_tab("cog predict -o my") == "cog predict -o my\\ photo.jpg "
    # With more than one line, each shell writes it in its way.
    assert typing.after_tab('cog predict -i "mode=sl').startswith('cog predict -i "mode=slow: but good"')


def test_nothing_of_a_project_is_run(typing: Shell):
    """Texts of a model and names of files that look like commands of the shell."""
    for typed in ("-i ", "-i mode=", "-i mode=\\$", "-o ", "-o \\$"):
        typing.after_tab(f"cog predict {typed}")
        typing.offers(f"cog predict {typed}")
    assert not (typing.project.directory / "run").exists()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("cog build --progress ", ["auto", "tty", "plain", "quiet"]),
        ("cog build --use-cuda-base-image ", ["auto", "true", "false"]),
        ("cog build -f ", ["cog.yaml", "other.yml", "photos/"]),
        ("cog predict -i st", ["steps="]),
        ("cog predict -i prompt=x -i tags=y -i half=true -i mode=fast -i ", ["image=@", "steps=", "tags="]),
        ("cog build --no", ["--no-cache", "--no-color"]),
    ],
)
def test_all_that_fits_is_offered(typing: Shell, typed, offered):
    assert sorted(typing.offers(typed)) == sorted(offered)


def test_every_command_is_offered(typing: Shell):
    offered = typing.offers("cog ")
    listed = typing.project.cog("--help").ok().out.partition("SUBCOMMANDS:\n")[2]
    commands = re.findall(r"(?m)^  ([a-z-]+)  ", listed)
    assert len(commands) > 10
    assert sorted(offered) == sorted([*commands, "help"])


@pytest.mark.parametrize("config", ["build: [\n", "build: {}\npredict: none.py:Predictor\n"])
@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_broken_project_has_no_inputs_to_offer(project, name, config):
    with shell(name, project.config(config)) as typing:
        assert typing.after_tab("cog predict -i p") == "cog predict -i p"


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_descriptions_are_shown(project, name):
    """zsh and fish show what a word means; bash can't."""
    project.write("predict.py", MODEL)
    answer = project.cog("complete", "bash", "--", "cog predict -i st", "st").ok().out
    assert answer == "steps=\n"
    for words, line in (
        ("build --no-ca", "--no-cache\tDo not use cached layers."),
        ("predict -i st", "steps=\tHow many"),
    ):
        assert project.cog("complete", "zsh", "--", *words.split()).ok().out == line + "\n"


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_scripts_are_correct(empty, name):
    result = empty.cog("completion", name).ok()
    assert result.err == ""
    if program := shutil.which(name):
        subprocess.run([program, "-n"], input=result.out, text=True, timeout=30, check=True)


def test_other_shells(empty):
    empty.cog("completion", "csh").fails('no completion for "csh": use bash, zsh or fish')
    empty.cog("completion").fails("Missing expected argument")
