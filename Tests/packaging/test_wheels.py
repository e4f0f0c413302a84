"""The wheels: one file for every Python, nothing newer than glibc 2.28, no symbols of ours in the model's process."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from serving import DIST, MODEL, ROOT, predict, served, variables

BINARIES = Path(os.environ.get("COG_TEST_BIN", ROOT / ".build" / "release"))
PYTHONS = os.environ.get("COG_TEST_PYTHONS", sys.executable).split(":")
TOOLS = ROOT / ".envs" / "tools" / "bin" / "python"
LIBRARIES = ["uv_", "json_", "array_list_", "lh_table_", "SSL_", "EVP_", "OPENSSL_", "curl_", "pcre2_"]


def coglet_wheel() -> Path:
    (wheel,) = DIST.glob("coglet-*.whl")
    return wheel


def test_one_wheel_each():
    version = (ROOT / "VERSION").read_text().strip()
    assert [wheel.name for wheel in DIST.glob("cog-*.whl")] == [f"cog-{version}-py3-none-any.whl"]
    glibc = int(coglet_wheel().name.split("manylinux_2_")[1].split("_")[0])
    assert glibc == 28


def test_auditwheel_confirms_the_tag():
    """According to the symbols that the binaries need, whatever the file name says."""
    shown = subprocess.run([TOOLS, "-m", "auditwheel", "show", coglet_wheel()], capture_output=True, text=True)
    assert shown.returncode == 0, shown.stderr
    found = re.search(
        r'consistent\s+with\s+the\s+following\s+platform\s+tag:\s+"manylinux_2_(\d+)_x86_64"', shown.stdout
    )
    assert found, shown.stdout
    assert int(found[1]) <= 28


# The newest versions that RHEL 8 has: glibc 2.28, and the libraries of GCC 8.
NEWEST = {"GLIBC": (2, 28), "GLIBCXX": (3, 4, 25), "CXXABI": (1, 3, 11), "GCC": (8, 0, 0)}


@pytest.mark.parametrize("name", ["coglet", "coglet-worker", "libcoglet-curl.so"])
def test_symbol_versions(name: str, tmp_path: Path) -> None:
    """No program asks for a newer version of a symbol than the oldest system has."""
    with zipfile.ZipFile(coglet_wheel()) as wheel:
        program = wheel.extract(f"coglet/bin/{name}", tmp_path)
    table = subprocess.run(["objdump", "-T", program], capture_output=True, text=True, check=True).stdout
    undefined = [line for line in table.splitlines() if "*UND*" in line]
    found = re.findall(r"\b(GLIBC|GLIBCXX|CXXABI|GCC)_([0-9.]+)", "\n".join(undefined))
    assert found
    too_new = {(kind, text) for kind, text in found if tuple(map(int, text.split("."))) > NEWEST[kind]}
    assert not too_new, [line for line in undefined if any(f"{kind}_{text})" in line for kind, text in too_new)]


def test_what_is_inside_is_named() -> None:
    """The libraries that were linked into the one with libcurl, with their licenses."""
    with zipfile.ZipFile(coglet_wheel()) as wheel:
        names = set(wheel.namelist())
        parts = json.loads(wheel.read("coglet/licenses/sbom.cdx.json"))["components"]
    assert {part["name"] for part in parts} == {"curl", "nghttp2", "openssl", "zlib"}
    for part in parts:
        assert part["version"]
        assert f"coglet/licenses/{part['name']}.txt" in names


@pytest.mark.parametrize("prefix", LIBRARIES)
def test_worker_exports_no_library(prefix):
    symbols = subprocess.run(
        ["nm", "-D", "--defined-only", BINARIES / "coglet-worker"], capture_output=True, text=True, check=True
    ).stdout
    names = [line.split()[-1] for line in symbols.splitlines() if line]
    assert [name for name in names if name.startswith(prefix)] == []


@pytest.mark.parametrize("python", PYTHONS)
def test_installed_wheels_serve_a_prediction(python, tmp_path):
    (tmp_path / "predict.py").write_text(MODEL)
    command = [python, "-m", "cog.server.http", "--host", "127.0.0.1"]
    with served(command, tmp_path, variables()) as port:
        assert predict(port, s="world")["output"] == "hello world"


def test_every_environment_holds_the_same_file():
    """One build for all of them: nothing was compiled at installation."""
    found = set()
    for python in PYTHONS:
        code = "import coglet, pathlib; print(pathlib.Path(coglet.__file__).parent / 'bin')"
        folder = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        found.add(tuple((Path(folder) / name).read_bytes() for name in ("coglet", "coglet-worker")))
    assert len(found) == 1
