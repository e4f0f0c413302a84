"""What is shown of long work: lines that change on a terminal, nothing in a pipe, and the whole log of a failure."""

import base64
import json
import re

import pytest
from terminal import on_terminal, screen

DOCUMENT = {"openapi": "3.0.2", "info": {}, "paths": {}, "components": {"schemas": {"Input": {"type": "object"}}}}
SECONDS = "2026-11-29T10:00:{:02d}.500000000Z"


def log(vertex: str, text: str) -> dict:
    return {"vertex": vertex, "stream": 1, "data": base64.b64encode(text.encode()).decode()}


def step(vertex: str, name: str, start: int, end: int | None = None, **more) -> dict:
    completed = {"completed": SECONDS.format(end)} if end is not None else {}
    return {"digest": vertex, "name": name, "started": SECONDS.format(start), **completed, **more}


BASE = "[cog_environment  1/9] FROM docker.io/library/python:3.12-slim"
PIP = "[cog_environment  5/9] RUN --mount=type=bind,from=cog_build python -m pip install -r /cog_build/requirements.txt"
RECORDED = [
    {"vertexes": [{"digest": "a", "name": BASE}]},
    {"vertexes": [step("a", BASE, 0)]},
    {"statuses": [{"id": "sha256:1", "vertex": "a", "current": 30, "total": 40}]},
    {"vertexes": [step("a", BASE, 0, 12)]},
    {"vertexes": [step("b", PIP, 12)]},
    {"logs": [log("b", "Collecting tor"), log("b", "ch\nDownloading torch\n")]},
]
DONE = [
    *RECORDED,
    {"vertexes": [step("b", PIP, 12, 50)]},
    {"vertexes": [step("c", "COPY . /src", 50, 50, cached=True)]},
]
BROKEN = [*RECORDED, {"vertexes": [step("b", PIP, 12, 13, error="exit code: 1")]}]


@pytest.fixture
def client(project, tmp_path):
    """Makes variables with a client whose builds say these objects and end with a status."""
    (tmp_path / "document.json").write_text(json.dumps(DOCUMENT))

    def make(objects: list[dict], status: int = 0, buildx: str = "v0.13.1") -> dict[str, str]:
        indent = 2 if buildx == "v0.13.1" else None
        (tmp_path / "recorded").write_text("".join(json.dumps(line, indent=indent) + "\n" for line in objects))
        describe = 'd="${a#type=local,dest=}"; mkdir -p "$d"; echo 0 >"$d/status"; '
        describe += f'cp {tmp_path}/document.json "$d/openapi_schema.json"'
        return project.tools(
            docker=f"""
            case "$1" in
            info) echo 24.0.5;;
            buildx) echo "github.com/docker/buildx {buildx} abc";;
            build)
                case "$*" in
                *"--progress rawjson"*) cat {tmp_path}/recorded >&2;;
                *"--progress plain"*) printf '#1 [a 1/2] RUN one\\n#1 0.1 first\\n#1 DONE 3.0s\\n' >&2;;
                esac
                for a; do case "$a" in type=local,dest=*) {describe};; esac; done
                exit {status};;
            esac"""
        )

    return make


def test_a_pipe_gets_the_result_alone(project, client):
    result = project.cog("build", "-t", "x", env=client(DONE)).ok()
    assert (result.out, result.err) == ("", "Image built as x\n")


def test_a_terminal_gets_a_line_for_each_step_that_took_its_time(project, client):
    status, _, shown = on_terminal(project, "build", "-t", "x", env=client(DONE))
    assert status == 0
    assert [re.sub(r"\.\.\. \d+\.\d s", "... N s", line) for line in screen(shown)] == [
        "✔ Base image docker.io/library/python:3.12-slim 12.0 s",
        "✔ Python packages 38.0 s",
        *["✔ Base image docker.io/library/python:3.12-slim 12.0 s", "✔ Python packages 38.0 s"],
        "✔ Building Docker image from environment in cog.yaml as x... N s",
        "✔ Image built as x",
    ]


@pytest.mark.parametrize(("options", "variables"), [((), {"NO_COLOR": "1"}), (("--no-color",), {})])
def test_no_escape_codes_without_colors(project, client, options, variables):
    env = {**client(DONE, buildx="v0.20.0"), **variables}
    _, _, shown = on_terminal(project, *options, "build", "-t", "x", env=env)
    assert "\x1b" not in shown
    assert "Python packages 38.0 s" in screen(shown)


def test_a_terminal_that_can_only_print(project, client):
    """It gets the log as it comes, and no line is drawn anew."""
    _, _, shown = on_terminal(project, "build", "-t", "x", env={**client(DONE), "TERM": "dumb"})
    assert "\r" not in shown
    assert "#1 0.1 first\n" in shown


FAILED = "Failed to build Docker image: the build ended with status 1, its log is above\n"


@pytest.mark.parametrize("options", [(), ("--progress", "quiet")])
def test_a_failure_shows_the_whole_log(project, client, options):
    result = project.cog("build", "-t", "x", *options, env=client(BROKEN, status=1)).fails(FAILED)
    assert f"#2 {PIP}\n#2 Collecting torch\n#2 Downloading torch\n#2 ERROR: exit code: 1\n" in result.err
    _, _, shown = on_terminal(project, "build", "-t", "x", *options, env=client(BROKEN, status=1))
    assert "#2 Downloading torch\n" in shown


@pytest.mark.parametrize("buildx", ["v0.12.1", "0.9"])
def test_clients_without_json(project, client, buildx):
    env = client([], buildx=buildx)
    assert project.cog("build", "-t", "x", env=env).ok().err == "Image built as x\n"
    _, _, shown = on_terminal(project, "build", "-t", "x", env=env)
    assert "✔ RUN one 3.0 s" in screen(shown)
    failing = client([], status=1, buildx=buildx)
    project.cog("build", "-t", "x", env=failing).fails("#1 [a 1/2] RUN one\n#1 0.1 first\n#1 DONE 3.0s\n", FAILED)


def test_the_log_as_it_comes(project, client):
    result = project.cog("build", "-t", "x", "--progress", "plain", env=client(DONE)).ok()
    assert "#1 0.1 first\n" in result.err


@pytest.mark.parametrize("platform", ["linux/arm64", "windows/amd64"])
def test_other_platforms_are_refused_with_the_reason(project, platform):
    project.cog("build", "--platform", platform).fails(f"can't make images for {platform}", "Use linux/amd64")


def test_a_file_in_the_place_of_an_image(project, client):
    """The exporter is BuildKit's business."""
    env = client(DONE)
    result = project.cog("build", "-t", "x", "--output", "type=oci,dest=image.tar", env=env).ok()
    assert result.err == "Image built as x, written to type=oci,dest=image.tar\n"
    project.cog("build", "--push", "--output", "type=oci,dest=x").fails("leave --output out")
