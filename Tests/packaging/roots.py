"""Root file systems of other systems, with the wheels in /wheels and a model in /src."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serving import DIST, ROOT

MAY_MOUNT = subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0

# The mounts end with the process that made them. `exec` keeps its id, so that signals reach the server.
ENTER = 'mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"'
PATH = "/usr/local/bin:/usr/bin:/bin:/sbin"
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


@contextmanager
def unpacked(release: str, folder: Path, model: str) -> Iterator[Path]:
    """The tree of a release of Debian that docker/engine/rootfs.sh makes once and keeps; nothing of ours is installed in it."""
    made = subprocess.run([ROOT / "docker" / "engine" / "rootfs.sh", release], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    tree = folder / "root"
    tree.mkdir()
    # Device files are left out: /dev is the machine's own, and not everywhere may they be made.
    subprocess.run(["tar", "-C", tree, "--exclude=./dev/*", "-xf", made.stdout.strip()], check=True)
    (tree / "wheels").mkdir()
    for wheel in [*DIST.glob("cog-*.whl"), *DIST.glob("coglet-*.whl")]:
        shutil.copy(wheel, tree / "wheels")
    (tree / "src").mkdir()
    (tree / "src" / "predict.py").write_text(model)
    yield tree
    shutil.rmtree(tree)


def inside(tree: Path, *command: str) -> list[str | Path]:
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", ENTER, tree, *command]


def run(tree: Path, *command: str) -> str:
    done = subprocess.run(inside(tree, *command), capture_output=True, text=True, env={"PATH": PATH})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def server(tree: Path) -> list[str | Path]:
    """The command that serves the model."""
    return inside(tree, "sh", "-c", "cd /src && exec python3 -m cog.server.http --host 127.0.0.1")
