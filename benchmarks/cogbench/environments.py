"""A virtual environment for each peer, made once, with the versions that are compared."""

import subprocess
import sys
import venv
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
BENCHMARKS = CHECKOUT / "benchmarks"

PACKAGES: dict[str, list[str]] = {
    "coglet": ["cog==0.23.1", "coglet==0.23.1"],
    "mosec": ["mosec==0.9.8"],
    "litserve": ["litserve==0.2.19"],
    "fastapi": ["fastapi==0.165.0", "uvicorn==0.54.0", "uvloop==0.23.0", "httptools==0.9.0"],
}


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
