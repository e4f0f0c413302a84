"""The programs on Debian 11, whose glibc is 2.31: predictions, a download, a webhook, and `cog` itself.

Debian 11 has Python 3.9, which the SDK doesn't support. It is the C library that matters here: a copy of the SDK is made
to run on that Python, and the programs are those of the wheel, unchanged.
"""

import json
import os
import shutil
import tarfile
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import older_python
import pytest
from receiver import receiving
from roots import MAY_MOUNT, PATH, inside, run, unpacked
from serving import DEADLINE, DIST, ROOT, predict, served

pytestmark = pytest.mark.skipif(not MAY_MOUNT, reason="a root file system of its own needs root that may mount")
VERSION = (ROOT / "VERSION").read_text().strip()
MODEL = """
import os, subprocess
from cog import BasePredictor, Path

class Predictor(BasePredictor):
    def setup(self) -> None:
        print("set up by", os.confstr("CS_GNU_LIBC_VERSION"))

    def predict(self, s: str, file: Path = None, ends: bool = False) -> str:
        if ends:
            os.kill(os.getpid(), 9)
        print("printed")
        subprocess.run(["echo", "by a child"])
        return "hello " + s + (open(str(file)).read() if file else "")
"""
PACKAGES = "/opt/packages"
SERVER = (
    f"cd /src && exec {PACKAGES}/coglet/bin/coglet --host 127.0.0.1 --port 0 --mode predict "
    "--reference predict.py:Predictor --python /usr/bin/python3 "
    "--libpython /usr/lib/x86_64-linux-gnu/libpython3.9.so.1.0"
)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with unpacked("bullseye", tmp_path_factory.mktemp("old"), MODEL) as tree:
        packages = tree / PACKAGES[1:]
        for wheel in (tree / "wheels").iterdir():
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(packages)
        for program in (packages / "coglet" / "bin").iterdir():
            program.chmod(0o755)
        older_python.rewrite(packages / "cog")
        (packages / "sitecustomize.py").write_text(older_python.NEWER_NAMES)
        yield tree


@pytest.fixture
def environment() -> dict[str, str]:
    return {"PATH": PATH, "PYTHONPATH": PACKAGES}


def command(old: Path) -> list[str | Path]:
    return inside(old, "sh", "-c", SERVER)


def health(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health-check", timeout=DEADLINE) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def test_predictions(old: Path, environment: dict[str, str], tmp_path: Path) -> None:
    with served(command(old), tmp_path, environment) as port:
        assert "set up by glibc 2.31" in health(port)["setup"]["logs"]
        answer = predict(port, s="old world")
        assert (answer["status"], answer["output"]) == ("succeeded", "hello old world")
        assert answer["logs"] == "printed\nby a child\n"
        # A worker that dies is reported and replaced.
        assert predict(port, s="", ends=True)["status"] == "failed"
        assert predict(port, s="again")["status"] == "succeeded"


def test_download_and_webhook_by_https(old: Path, environment: dict[str, str], tmp_path: Path) -> None:
    with receiving(tmp_path, b" over TLS") as (receiver, authority):
        shutil.copy(authority, old / "authority.pem")
        file = receiver.address + "/file.txt"
        with served(command(old), tmp_path, {**environment, "SSL_CERT_FILE": "/authority.pem"}) as port:
            body = {"input": {"s": "x", "file": file}, "webhook": receiver.address + "/hook"}
            body["webhook_events_filter"] = ["completed"]
            fields = {"Content-Type": "application/json", "Prefer": "respond-async"}
            request = urllib.request.Request(f"http://127.0.0.1:{port}/predictions", json.dumps(body).encode(), fields)
            with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
                assert answer.status == 202
            told = receiver.hooks.get(timeout=DEADLINE)
            assert (told["status"], told["output"]) == ("succeeded", "hello x over TLS")
        # Without the authority the same file is refused.
        with served(command(old), tmp_path, environment) as port:
            assert "certificate" in predict(port, s="x", file=file)["error"]


def test_the_build_tool(old: Path) -> None:
    with tarfile.open(DIST / f"cog-{VERSION}-linux-x86_64.tar.gz") as archive:
        archive.extractall(old / "opt", filter="data")
    program = f"/opt/cog-{VERSION}-linux-x86_64/bin/cog"
    assert os.access(old / program[1:], os.X_OK)
    assert run(old, program, "--version").startswith(f"cog version {VERSION}")
    (old / "project").mkdir()
    run(old, "sh", "-c", f"cd /project && {program} init")
    assert "FROM python:" in run(old, "sh", "-c", f"cd /project && {program} debug")
