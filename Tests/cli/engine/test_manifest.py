"""The Compose file of `cog manifest` on a real engine: it starts, becomes healthy, answers, and drains."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from models import model
from running import free_port, get, post, wait_for
from workshop import Engine, EngineProject


class Composed:
    """A project's Compose file, and the service that it describes."""

    def __init__(self, project: EngineProject, engine: Engine, port: int):
        self.engine = engine
        self.port = port
        self.file = project.directory / "compose.yaml"
        text = project.cog("manifest", "compose", "composed-image", "--name", "composed").ok().out
        # The port of the file may be taken on this machine.
        assert '"127.0.0.1:5000:5000"' in text
        self.file.write_text(text.replace("127.0.0.1:5000:5000", f"127.0.0.1:{port}:5000"))

    def compose(self, *arguments: str) -> str:
        done = subprocess.run(
            ["docker", "compose", "--file", self.file, *arguments],
            env={**os.environ, **self.engine.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def inspect(self, form: str) -> str:
        return self.engine.docker("inspect", "--format", form, "composed-model-1").stdout.strip()


@pytest.fixture(scope="module")
def composed(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    if engine.docker("compose", "version", check=False).returncode:
        pytest.skip("this docker client has no plugin compose (scripts/setup.sh --tests)")
    project = EngineProject(tmp_path_factory.mktemp("composed") / "project", engine)
    body = "import os, tempfile; tempfile.NamedTemporaryFile().write(b'x'); return f'{s} {os.getuid()} {os.path.expanduser(\"~\")}'"
    project.predictor(model("s: str) -> str", body))
    project.cog("build", "-t", "composed-image").ok()
    yield Composed(project, engine, free_port())


def test_it_runs(composed: Composed) -> None:
    composed.compose("up", "--detach", "--wait")
    try:
        assert composed.inspect("{{.State.Health.Status}}") == "healthy"
        # Not as root, with a home that can be written to, and a place for temporary files.
        answer = post(f"http://127.0.0.1:{composed.port}/predictions", {"input": {"s": "hello"}})
        assert (answer["status"], answer["output"]) == ("succeeded", "hello 1000 /tmp")
        assert composed.inspect("{{.HostConfig.CapDrop}} {{.Config.StopTimeout}}") == "[ALL] 30"
        # A load balancer sees that the server is about to end while it still answers.
        composed.engine.docker("kill", "--signal", str(signal.SIGTERM.value), "composed-model-1")
        wait_for(lambda: get(f"http://127.0.0.1:{composed.port}/livez"), "an answer while it drains")
        composed.compose("stop")
        assert composed.inspect("{{.State.ExitCode}}") == "0"
    finally:
        composed.compose("down", "--timeout", "30")
    assert composed.engine.containers() == []


def test_the_image_itself_needs_no_root(composed: Composed, tmp_path: Path) -> None:
    told = composed.engine.docker("run", "--rm", "--user", "1000:1000", "composed-image", "python", "-c", "import cog")
    assert told.stderr == ""
