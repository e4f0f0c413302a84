"""Both wheels in a root file system that holds Debian's Python and nothing else, not even a network to install from."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import DIST, MODEL, ROOT, predict, served

MAY_MOUNT = subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0
pytestmark = pytest.mark.skipif(not MAY_MOUNT, reason="a root file system of its own needs root that may mount")

# The mounts end with the process that made them. `exec` keeps its id, so that signals reach the server.
ENTER = 'mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"'
INSTALL = [
    "python3",
    "-m",
    "pip",
    "install",
    "--no-index",
    "--find-links",
    "/wheels",
    "--root-user-action=ignore",
    "cog",
]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The tree, with the wheels in /wheels and nothing of ours installed. It is made once and kept in a cache."""
    made = subprocess.run([ROOT / "docker" / "engine" / "rootfs.sh"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    tree = tmp_path_factory.mktemp("bare") / "root"
    tree.mkdir()
    # Device files are left out: /dev is the machine's own, and not everywhere may they be made.
    subprocess.run(["tar", "-C", tree, "--exclude=./dev/*", "-xf", made.stdout.strip()], check=True)
    (tree / "wheels").mkdir()
    for wheel in [*DIST.glob("cog-*.whl"), *DIST.glob("coglet-*.whl")]:
        shutil.copy(wheel, tree / "wheels")
    (tree / "src").mkdir()
    (tree / "src" / "predict.py").write_text(MODEL)
    yield tree
    shutil.rmtree(tree)


def inside(tree: Path, *command: str) -> list[str | Path]:
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", ENTER, tree, *command]


def run(tree: Path, *command: str) -> str:
    done = subprocess.run(inside(tree, *command), capture_output=True, text=True, env={"PATH": "/usr/bin:/bin:/sbin"})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def packages(tree: Path) -> set[str]:
    return {line.split("==")[0] for line in run(tree, "python3", "-m", "pip", "list", "--format=freeze").splitlines()}


def test_installed_from_the_two_files_it_serves_a_prediction(bare: Path, tmp_path: Path) -> None:
    before = packages(bare)
    assert not before & {"cog", "coglet"}
    run(bare, *INSTALL)
    assert packages(bare) - before == {"cog", "coglet"}

    environment = {"PATH": "/usr/bin:/bin:/sbin", "PORT": "0", "COG_PREDICT_TYPE_STUB": "predict.py:Predictor"}
    command = inside(bare, "sh", "-c", "cd /src && exec python3 -m cog.server.http --host 127.0.0.1")
    with served(command, tmp_path, environment) as port:
        answer = predict(port, s="bare world")
    assert (answer["status"], answer["output"]) == ("succeeded", "hello bare world")
