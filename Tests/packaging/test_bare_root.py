"""Both wheels in a root file system that holds Debian's Python and nothing else, not even a network to install from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from roots import INSTALL, MAY_MOUNT, PATH, run, server, unpacked
from serving import MODEL, predict, served

pytestmark = pytest.mark.skipif(not MAY_MOUNT, reason="a root file system of its own needs root that may mount")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with unpacked("bookworm", tmp_path_factory.mktemp("bare"), MODEL) as tree:
        yield tree


def packages(tree: Path) -> set[str]:
    return {line.split("==")[0] for line in run(tree, "python3", "-m", "pip", "list", "--format=freeze").splitlines()}


def test_installed_from_the_two_files_it_serves_a_prediction(bare: Path, tmp_path: Path) -> None:
    before = packages(bare)
    assert not before & {"cog", "coglet"}
    run(bare, *INSTALL)
    assert packages(bare) - before == {"cog", "coglet"}

    environment = {"PATH": PATH, "PORT": "0", "COG_PREDICT_TYPE_STUB": "predict.py:Predictor"}
    with served(server(bare), tmp_path, environment) as port:
        answer = predict(port, s="bare world")
    assert (answer["status"], answer["output"]) == ("succeeded", "hello bare world")
