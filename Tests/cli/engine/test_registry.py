"""`cog push` and `cog login` on a real registry, with and without authentication, and what is pulled back."""

import base64
import json
import re
import uuid
from pathlib import Path

import pytest
from pty_session import Terminal
from terminal import Project
from test_login import TokenService, token_service
from workshop import EngineProject

HELPER = """\
#!/bin/sh
echo "$1" >>"$CALLS"
cat >>"$CALLS"
"""


@pytest.fixture
def docker_config(tmp_path, engine) -> dict[str, str]:
    """A docker configuration of the test's own, with the plugins of the engine's client and no credentials."""
    directory = tmp_path / "docker-config"
    directory.mkdir()
    (directory / "cli-plugins").symlink_to(engine.client.config / "cli-plugins")
    return {"DOCKER_CONFIG": str(directory)}


def saved(config: dict[str, str]) -> dict:
    with open(config["DOCKER_CONFIG"] + "/config.json") as file:
        return json.load(file)


def credentials(config: dict[str, str], host: str) -> str:
    return base64.b64decode(saved(config)["auths"][host]["auth"]).decode()


def pulled_back(project: EngineProject, name: str, elsewhere: EngineProject, env: dict[str, str]) -> str:
    """What the pushed image says when it is no longer on this machine and has to be fetched."""
    project.engine.docker("image", "rm", "--force", name)
    assert name not in project.engine.images()
    return elsewhere.predict(name, "-i", "s=again", env=env).ok().out


# MARK: - Push


def test_push(hello, engine, registry, workspace):
    name = f"{registry.host}/a/b"
    result = hello.cog("push", name).ok()
    assert result.out == ""
    manifest, digest = registry.manifest("a/b", "latest")
    assert result.err == f"Pushing to {name}...\n  image  {name}@{digest}\n"
    # The registry has the image with its labels, the one of the push among them.
    config, _ = registry.request(f"a/b/blobs/{manifest['config']['digest']}")
    labels = config["config"]["Labels"]
    assert json.loads(labels["run.cog.config"])["predict"] == "predict.py:Predictor"
    assert uuid.UUID(labels["run.cog.push_id"]).version == 7
    assert pulled_back(hello, f"{name}:latest", workspace, {}) == "hello again\n"


def test_every_push_has_its_own_identifier(hello, engine, registry):
    found = []
    for _ in range(2):
        hello.cog("push", f"{registry.host}/twice").ok()
        found.append(engine.labels(f"{registry.host}/twice")["run.cog.push_id"])
    # They are ordered by time.
    assert found[0] < found[1]


def test_push_by_the_configuration(workspace, registry):
    """`image:` names a tag, and a quiet push shows the result alone."""
    name = f"{registry.host}/configured:v2"
    workspace.with_model()
    workspace.config(workspace.read("cog.yaml") + f"image: {name}\n")
    result = workspace.cog("push", "--progress", "quiet").ok()
    _, digest = registry.manifest("configured", "v2")
    assert f"  image  {registry.host}/configured@{digest}\n" in result.err
    assert "Preparing" not in result.err


def test_push_of_a_model(workspace, registry):
    """`model:` names the repository; the tag is given or the time."""
    workspace.with_model()
    workspace.config(workspace.read("cog.yaml") + f"model: {registry.host}/org/model\n")
    assert f"Pushing to {registry.host}/org/model:v3..." in workspace.cog("push", env={"COG_MODEL_TAG": "v3"}).ok().err
    registry.manifest("org/model", "v3")
    by_time = workspace.cog("push").ok().err
    assert re.search(rf"Pushing to {registry.host}/org/model:\d{{8}}T\d{{6}}Z\.\.\.", by_time)


def test_push_to_nowhere(hello):
    hello.cog("push", "127.0.0.1:1/a/b").fails("failed to push image: 127.0.0.1:1/a/b")


# MARK: - Registries that want a password


def test_locked_registry(hello, locked_registry, docker_config, workspace):
    """No push without a login; with one, push and pull."""
    name, host = f"{locked_registry.host}/private/m:v1", locked_registry.host
    hello.cog("push", name, env=docker_config).fails(f"failed to push image: {name}")
    result = hello.cog(
        "login", "--registry", host, "--token-stdin", stdin="tester:s3cret: word\n", env=docker_config
    ).ok()
    assert f"Login succeeded for {host}" in result.err
    assert credentials(docker_config, host) == "tester:s3cret: word"
    hello.cog("push", name, env=docker_config).ok()
    locked_registry.manifest("private/m", "v1")
    assert pulled_back(hello, name, workspace, docker_config) == "hello again\n"


def test_wrong_password(hello, locked_registry, docker_config):
    login = ("login", "--registry", locked_registry.host, "--username", "tester", "--token-stdin")
    result = hello.cog(*login, stdin="wrong", env=docker_config).fails(f"failed to log in to {locked_registry.host}")
    assert "Login succeeded" not in result.err
    config = Path(docker_config["DOCKER_CONFIG"]) / "config.json"
    assert locked_registry.host not in (config.read_text() if config.exists() else "")


def test_answers_typed_at_a_terminal(hello, locked_registry, docker_config):
    """The password isn't shown, and other settings of the configuration stay."""
    with open(docker_config["DOCKER_CONFIG"] + "/config.json", "w") as file:
        json.dump({"detachKeys": "ctrl-x", "auths": {"other.example": {"auth": "YTpi"}}}, file)
    terminal = Terminal(hello, "login", env={**docker_config, "COG_REGISTRY_HOST": locked_registry.host})
    try:
        terminal.read_until("Username: ")
        terminal.type("tester\n")
        terminal.read_until("Password: ")
        terminal.type("s3cret: word\n")
        terminal.read_until(f"Login succeeded for {locked_registry.host}")
        assert terminal.wait() == 0
        assert "s3cret" not in terminal.seen
    finally:
        terminal.close()
    assert credentials(docker_config, locked_registry.host) == "tester:s3cret: word"
    assert credentials(docker_config, "other.example") == "a:b"
    assert saved(docker_config)["detachKeys"] == "ctrl-x"


def test_credential_helper(hello, locked_registry, docker_config, tmp_path, engine):
    """Where the configuration names a helper, the credentials go there and not into the file."""
    helper = tmp_path / "bin" / "docker-credential-notebook"
    helper.parent.mkdir()
    helper.write_text(HELPER)
    helper.chmod(0o755)
    calls = tmp_path / "calls"
    with open(docker_config["DOCKER_CONFIG"] + "/config.json", "w") as file:
        json.dump({"credsStore": "notebook"}, file)
    path = f"{helper.parent}:{engine.environment['PATH']}"
    env = {**docker_config, "PATH": path, "CALLS": str(calls)}
    login = ("login", "--registry", locked_registry.host, "--token-stdin")
    hello.cog(*login, stdin="tester:s3cret: word", env=env).ok()
    stored = [json.loads(line) for line in calls.read_text().splitlines() if line.startswith("{")]
    assert "store" in calls.read_text().splitlines()
    assert stored == [{"ServerURL": locked_registry.host, "Username": "tester", "Secret": "s3cret: word"}]
    assert "s3cret" not in json.dumps(saved(docker_config))
    assert not saved(docker_config)["auths"].get(locked_registry.host)


# MARK: - Tokens


@pytest.fixture
def service(tmp_path):
    with token_service(tmp_path) as running:
        yield running


def test_token(empty: Project, service: TokenService):
    """The token is checked by its service and kept by docker, which needs no engine for it."""
    env = {**service.environment, "SSL_CERT_FILE": str(service.certificate)}
    result = empty.cog("login", "--token-stdin", stdin="t0ken\n", env=env).ok()
    assert "You've successfully authenticated as somebody! You can now use the r8.im registry." in result.err
    assert [body for request, body in service.requests if request == "POST /cog/v1/verify-token"] == ["token=t0ken"]
    home = empty.directory.parent / "home"
    config = json.loads((home / ".docker" / "config.json").read_text())
    assert base64.b64decode(config["auths"]["r8.im"]["auth"]).decode() == "somebody:t0ken"
