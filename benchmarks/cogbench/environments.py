"""A virtual environment for each peer, and the packages of models, made once, with the versions that are compared."""

import shutil
import subprocess
import sys
import venv
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
BENCHMARKS = CHECKOUT / "benchmarks"

NUMPY = "numpy==2.2.6"
ORJSON = "orjson==3.13.0"
PACKAGES: dict[str, list[str]] = {
    "coglet": ["cog==0.23.1", "coglet==0.23.1", NUMPY],
    "mosec": ["mosec==0.9.8", NUMPY],
    "litserve": ["litserve==0.2.19", NUMPY],
    "ray": ["ray[serve]==2.60.0"],
    "fastapi": ["fastapi==0.165.0", "uvicorn==0.54.0", "uvloop==0.23.0", "httptools==0.9.0"],
    "fastapi-orjson": ["fastapi==0.165.0", "uvicorn==0.54.0", "uvloop==0.23.0", "httptools==0.9.0", ORJSON, NUMPY],
    "granian": ["granian[uvloop]==2.8.9", "fastapi==0.165.0", ORJSON, NUMPY],
}
MODEL_PACKAGES = {"numpy": NUMPY, "orjson": ORJSON}
"""What models may import, for the servers that run in the environment of the model."""


def environment(name: str) -> Path:
    """Makes `.envs/bench-<name>` if it is missing or holds other versions; returns its `bin` directory."""
    directory = CHECKOUT / ".envs" / f"bench-{name}"
    stamp = directory / "installed"
    wanted = " ".join(PACKAGES[name])
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"installing {wanted} into {directory.relative_to(CHECKOUT)}", file=sys.stderr)
        venv.create(directory, with_pip=True, clear=True)
        python = directory / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES[name]], check=True)
        stamp.write_text(wanted)
    return directory / "bin"


@cache
def model_package(python: Path, name: str) -> Path:
    """Makes a directory with one package for the interpreter `python` if it is missing or holds another version."""
    done = subprocess.run(
        [python, "-c", "import sys; print(sys.implementation.cache_tag)"], capture_output=True, check=True
    )
    directory = CHECKOUT / ".envs" / f"bench-model-{name}-{done.stdout.decode().strip()}"
    stamp = directory / "installed"
    wanted = MODEL_PACKAGES[name]
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"installing {wanted} into {directory.relative_to(CHECKOUT)}", file=sys.stderr)
        shutil.rmtree(directory, ignore_errors=True)
        command = [python, "-m", "pip", "install", "--quiet", "--target", directory, wanted]
        subprocess.run(command, check=True)
        stamp.write_text(wanted)
    return directory
