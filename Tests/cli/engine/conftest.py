"""One engine for all tests of a process; every test must leave it without containers."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from workshop import CERTIFICATES, Engine, EngineProject, started_registry, why_not

HELLO = """
    from cog import BasePredictor


    class Predictor(BasePredictor):
        def predict(self, s: str) -> str:
            return "hello " + s
"""


@pytest.fixture(scope="session")
def engine(tmp_path_factory):
    """A Docker engine with base images, stopped at the end; tests are skipped where none can be started."""
    if reason := why_not():
        pytest.skip(reason)
    engine = Engine(tmp_path_factory.mktemp("engine"))
    if engine.failure:
        pytest.skip(f"no container engine starts on this machine: {engine.failure}")
    try:
        engine.add_base_images()
        yield engine
    finally:
        engine.close()


@pytest.fixture(autouse=True)
def nothing_left(request):
    """No container and no scratch image outlives a command."""
    yield
    if "engine" in request.fixturenames:
        engine = request.getfixturevalue("engine")
        containers = engine.containers()
        images = [name for name in engine.images() if name.startswith(("cog-build-files", "cog-tmp"))]
        # The next test starts clean in any case.
        if containers:
            engine.docker("rm", "--force", *containers)
        if images:
            engine.docker("image", "rm", "--force", *images)
        assert (containers, images) == ([], [])


@pytest.fixture(scope="session")
def network() -> dict[str, str]:
    """Variables for builds that fetch packages: this machine's certificates are trusted inside."""
    return {"COG_CA_CERT": CERTIFICATES} if os.path.exists(CERTIFICATES) else {}


@pytest.fixture
def workspace(tmp_path, engine):
    """An empty directory called `project` whose commands find the engine."""
    return EngineProject(tmp_path / "project", engine)


@pytest.fixture(scope="session")
def hello(tmp_path_factory, engine):
    """A project that says hello; shared, so tests don't change it."""
    return EngineProject(tmp_path_factory.mktemp("shared") / "hello", engine).predictor(HELLO)


@pytest.fixture(scope="session")
def hello_image(hello):
    """The image of that project."""
    hello.cog("build", "-t", "hello-image").ok()
    return "hello-image"


@pytest.fixture(scope="session")
def registry(tmp_path_factory, engine):
    """A registry on a loopback port that lets everybody in."""
    with started_registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture(scope="session")
def locked_registry(tmp_path_factory, engine):
    """A registry that wants the name `tester` and the password `s3cret: word`."""
    with started_registry(tmp_path_factory.mktemp("locked-registry"), "tester", "s3cret: word") as registry:
        yield registry
