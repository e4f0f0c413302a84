"""The same commands with Podman as the engine (`COG_ENGINE=podman`)."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from memory_disk import MemoryDisk
from running import free_port, post, wait_status
from workshop import SCRIPTS, EngineProject

BASE = "docker.io/library/python:3.11-slim"
STORAGE = '[storage]\ndriver = "overlay"\ngraphroot = "{0}/images"\nrunroot = "{0}/run"\n'
# Podman would raise the limits of a container to what the machine allows at most, which a sandbox may refuse.
CONTAINERS = (
    '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n[engine]\nevents_logger = "none"\n'
)


class Podman:
    """Podman with images of its own."""

    def __init__(self, directory: Path):
        self.directory = directory
        storage, containers = directory / "storage.conf", directory / "containers.conf"
        storage.write_text(STORAGE.format(directory))
        containers.write_text(CONTAINERS)
        self.environment = {
            "COG_ENGINE": "podman",
            "CONTAINERS_STORAGE_CONF": str(storage),
            "CONTAINERS_CONF": str(containers),
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, **self.environment}
        return subprocess.run(["podman", *arguments], env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def podman(tmp_path_factory):
    """Podman with a base image; skipped where it is missing or can't run a container."""
    if os.geteuid() != 0 or not shutil.which("podman"):
        pytest.skip("podman is not installed, or this is not root")
    disk = MemoryDisk(tmp_path_factory.mktemp("podman"))
    podman = Podman(disk.directory)
    try:
        archive = subprocess.run([SCRIPTS / "rootfs.sh"], capture_output=True, text=True, check=True).stdout.strip()
        podman.run("import", "--change", 'CMD ["python3"]', archive, BASE).check_returncode()
        probe = podman.run("run", "--rm", BASE, "python", "-V")
        if probe.returncode != 0:
            pytest.skip(f"podman can't run a container on this machine: {probe.stderr.strip()}")
        yield podman
    finally:
        podman.run("system", "reset", "--force")
        disk.close()


@pytest.fixture(scope="module")
def project(tmp_path_factory, podman):
    project = EngineProject(tmp_path_factory.mktemp("with-podman") / "project", podman)
    project.with_model().build('python_version: "3.11"')
    result = project.cog("build", "-t", "podman-image").ok()
    assert result.out == ""
    assert "Image built as podman-image" in result.err
    return project


def test_labels(project, podman):
    inspected = json.loads(podman.run("image", "inspect", "podman-image").stdout)[0]["Config"]
    assert json.loads(inspected["Labels"]["run.cog.config"])["predict"] == "predict.py:Predictor"
    assert json.loads(inspected["Labels"]["run.cog.openapi_schema"])["openapi"] == "3.0.2"
    assert inspected["Cmd"] == ["python", "-m", "cog.server.http"]


def test_prediction_of_the_image(project, podman):
    assert project.predict("podman-image", "-i", "s=image").ok().out == "hello image\n"
    assert podman.run("ps", "--all", "--quiet").stdout == ""


def test_prediction_of_the_project(project, podman):
    assert project.predict("-i", "s=project").ok().out == "hello project\n"
    assert podman.run("ps", "--all", "--quiet").stdout == ""


def test_exec(project):
    assert project.cog("exec", "cat", stdin="abc").ok().out == "abc"
    project.cog("exec", "sh", "-c", "exit 3").fails("container exited with status 3", status=3)


def test_serve(project, podman):
    port = free_port()
    with project.started("serve", "-p", str(port)) as running:
        wait_status(port, "READY")
        assert post(f"http://127.0.0.1:{port}/predictions", {"input": {"s": "you"}})["output"] == "hello you"
        running.interrupt()
        assert running.wait(60) == 0
    assert podman.run("ps", "--all", "--quiet").stdout == ""


def test_scratch_images_are_gone(project, podman):
    names = podman.run("images", "--format", "{{.Repository}}").stdout.split()
    assert [name for name in names if "cog-build-files" in name or "cog-tmp" in name] == []
