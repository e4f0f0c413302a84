"""Failures of other programs: each ends with what to do next. A script stands in the place of the engine's client."""

import socket
from pathlib import Path

import pytest
from terminal import ENGINE_ASKED, on_terminal


def engine(project, **answers: str) -> dict[str, str]:
    """Variables with a client that fails with these words at these commands, and succeeds at all others."""
    cases = "".join(f"{command}) echo '{text}' >&2; exit 1;;\n" for command, text in answers.items())
    return project.tools(docker=f'case "$1" in\n{cases}info) echo 24.0.5;;\nesac')


BUILDS = {
    "ERROR: failed to copy: write /var/lib/docker/x: no space left on device": "docker builder prune",
    "ERROR: failed to solve: nvidia/cuda:11.0-x: nvidia/cuda:11.0-x: not found": "change build.cuda",
    "dial tcp: lookup registry-1.docker.io: no such host": "HTTPS_PROXY",
    "WARNING: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution": "HTTPS_PROXY",
    "exec /bin/sh: exec format error": "binfmt --install amd64",
    "ERROR: No matching distribution found for torch==9": "change build.python_version",
    "E: Unable to locate package libfoo": "build.system_packages",
    "error: externally-managed-environment": "build.python_requirements",
    "pull access denied for me/base, repository does not exist": "cog login --registry HOST",
}


@pytest.mark.parametrize("words", BUILDS)
def test_a_build_that_fails(project, words):
    result = project.cog("build", env=engine(project, build=words))
    result.fails(
        words, "Failed to build Docker image: the build ended with status 1, its log is above\n", BUILDS[words]
    )
    assert BUILDS[words] in result.err.splitlines()[-1]


def test_a_build_that_fails_for_reasons_of_its_own(project):
    result = project.cog("build", env=engine(project, build="error: something else")).fails("error: something else\n")
    assert (
        result.err.splitlines()[-1] == "Failed to build Docker image: the build ended with status 1, its log is above"
    )


def test_on_a_terminal_the_log_is_shown_as_it_is_drawn(project):
    """The client finds a terminal, and what it writes is still looked at."""
    tools = engine(project, build="no space left on device")
    client = Path(tools["PATH"].partition(":")[0]) / "docker"
    client.write_text(client.read_text().replace("build) ", "build) test -t 2 && echo drawn >&2; "))
    status, _, shown = on_terminal(project, "build", "--progress", "tty", env=tools)
    assert status == 1
    assert "drawn\n" in shown
    assert "docker builder prune" in shown


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock", "cog predict --local"),
        ("permission denied while trying to connect to the Docker daemon socket", 'usermod -aG docker "$USER"'),
        ("anything else", "cog doctor"),
    ],
)
def test_an_engine_that_does_not_answer(project, words, step):
    project.cog("build", env=engine(project, info=words)).fails(ENGINE_ASKED, words, step)


def test_no_engine_at_all(project):
    project.cog("build", env={"PATH": "/nonexistent"}).fails(ENGINE_ASKED, "cog predict --local", "cog doctor")


def test_a_push_that_is_refused(project):
    document = project.write("document.json", '{"openapi": "3.0.2", "info": {}, "paths": {}}')
    tools = engine(project, push="denied: requested access to the resource is denied")
    result = project.cog("push", "r.example/a", "--openapi-schema", str(document), env=tools)
    result.fails("failed to push image: r.example/a", "cog login --registry HOST")


def test_an_image_that_cannot_be_pulled(project):
    tools = engine(project, image="No such image", pull="unauthorized: authentication required")
    project.cog("predict", "r.example/a", env=tools).fails("image r.example/a: image not found", "cog login --registry")


def test_a_port_that_is_taken(project):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for arguments in ([], ["--local"], ["--host", "0.0.0.0"]):
            result = project.cog("serve", "-p", str(port), *arguments).fails(f"port {port} of ", "--port")
            assert ENGINE_ASKED not in result.err


def test_the_port_of_a_remote_engine_is_that_hosts(project):
    """A client's context says where the engine is, as DOCKER_HOST does."""
    context = project.tools(docker='case "$1" in context) echo ssh://me@far.example;; *) exit 1;; esac')
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for env in ({"DOCKER_HOST": "ssh://me@far.example"}, {**context, "DOCKER_HOST": ""}):
            result = project.cog("serve", "-p", port, env=env).fails(ENGINE_ASKED)
            assert "is taken" not in result.err


def test_client_that_does_not_say_why(project):
    """docker 28 complains about the format of an answer that it never got; another question of it tells more."""
    words = 'template: :1:2: executing "" at <.ServerVersion>: reflect: indirection through nil pointer'
    env = engine(project, info=words, version="Cannot connect to the Docker daemon at unix:///x. Is it running?")
    told = project.cog("build", env=env).fails(f"{ENGINE_ASKED}: Cannot connect to the Docker daemon at unix:///x").err
    assert "template" not in told
    assert "Start the engine" in told
    # A client that has nothing else to say is quoted.
    project.cog("build", env=engine(project, info=words)).fails(f"{ENGINE_ASKED}: template: ")
