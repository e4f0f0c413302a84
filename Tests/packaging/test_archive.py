"""The distribution: one archive that runs wherever it is unpacked, and finds its own wheels there."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DIST = Path(os.environ.get("COG_TEST_DIST", ROOT / "dist"))
VERSION = (ROOT / "VERSION").read_text().strip()
NAME = f"cog-{VERSION}-linux-x86_64"
ARCHIVE = DIST / f"{NAME}.tar.gz"


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    assert folder.name == NAME
    return folder


def cog(program: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The program without access to other programs or settings of this machine."""
    variables = {"PATH": "/nonexistent", "HOME": str(cwd)}
    done = subprocess.run(
        [program, *arguments], cwd=cwd, env=variables, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


def test_what_is_in_it(unpacked: Path) -> None:
    files = sorted(str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file())
    pages, files = [each for each in files if "/man/" in each], [each for each in files if "/man/" not in each]
    assert {"share/man/man1/cog.1", "share/man/man1/cog-predict.1"} < set(pages)
    (server,) = DIST.glob("coglet-*.whl")
    wheels = [f"share/cog/cog-{VERSION}-py3-none-any.whl", f"share/cog/{server.name}"]
    assert files == ["LICENSE", "bin/cog", *wheels, "share/cog/tini", "share/cog/tini.copyright"]
    for wheel in wheels:
        assert (unpacked / wheel).read_bytes() == (DIST / Path(wheel).name).read_bytes()
    with tarfile.open(ARCHIVE) as archive:
        assert {(entry.uid, entry.gid) for entry in archive} == {(0, 0)}
        assert {entry.mode for entry in archive if entry.isfile()} == {0o644, 0o755}


def test_the_program_needs_no_library(unpacked: Path) -> None:
    """Neither a loader nor shared libraries, so it runs on systems with any C library."""
    for program in ("bin/cog", "share/cog/tini"):
        headers = subprocess.run(
            ["readelf", "--wide", "--program-headers", "--dynamic", unpacked / program],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert "LOAD" in headers
        assert "INTERP" not in headers
        assert "NEEDED" not in headers


def test_from_an_empty_directory_to_a_dockerfile(unpacked: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    program = unpacked / "bin" / "cog"
    assert cog(program, "--version", cwd=project).stdout.startswith(f"cog version {VERSION} (built 20")
    cog(program, "init", cwd=project)
    dockerfile = cog(program, "debug", "--output", "context", cwd=project).stdout
    assert "FROM python:3.13-slim" in dockerfile
    staged = project / "context" / "files"
    assert sorted(path.name for path in staged.iterdir()) == sorted(
        path.name for path in (unpacked / "share" / "cog").iterdir() if path.name != "tini.copyright"
    )
    for path in staged.iterdir():
        assert path.read_bytes() == (unpacked / "share" / "cog" / path.name).read_bytes()


def test_every_command_has_a_manual_page(unpacked: Path, tmp_path: Path) -> None:
    pages = unpacked / "share/man/man1"
    names = {page.name for page in pages.iterdir()}
    listed = cog(unpacked / "bin/cog", "--help", cwd=tmp_path).stdout.partition("SUBCOMMANDS:")[2]
    commands = {line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2] != " "}
    commands = {name for name in commands if name.replace("-", "").isalpha()} - {"help", "See"}
    assert commands >= {"build", "predict", "serve"}
    assert names == {"cog.1", *(f"cog-{name}.1" for name in commands)}
    for name in commands:
        text = (pages / f"cog-{name}.1").read_text()
        help_text = cog(unpacked / "bin/cog", name, "--help", cwd=tmp_path).stdout
        options = {
            word.strip(",") for word in help_text.split() if word.startswith("--") and word.strip(",-").isalpha()
        }
        for option in options & {"--file", "--input", "--port", "--progress", "--debug"}:
            assert option.replace("-", "\\-") in text
        escaped = name.replace("-", "\\-")
        assert f"\\fBcog\\-{escaped}\\fR(1)" in (pages / "cog.1").read_text()


@pytest.mark.skipif(not shutil.which("man"), reason="man isn't installed")
def test_man_reads_the_pages_without_a_warning(unpacked: Path) -> None:
    for page in (unpacked / "share/man/man1").iterdir():
        done = subprocess.run(
            ["man", "--warnings", "--encoding=utf8", "--local-file", page],
            env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr == ""
        assert "SYNOPSIS" in done.stdout


def test_it_can_be_moved_and_linked_to(unpacked: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    moved = tmp_path / "opt" / "the program"
    moved.parent.mkdir()
    shutil.move(unpacked, moved)
    link = tmp_path / "cog"
    link.symlink_to(moved / "bin" / "cog")
    cog(link, "init", cwd=project)
    done = cog(link, "debug", "--debug", cwd=project)
    assert f"SDK: {moved}/share/cog/cog-{VERSION}-py3-none-any.whl\n" in done.stderr
    assert "apt-get" not in done.stdout  # the init is brought along too


def test_a_wheel_brings_the_program(tmp_path: Path) -> None:
    """As uvx and pipx install it, with the wheels and the init that it puts into images."""
    (wheel,) = DIST.glob("cog_cli-*.whl")
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv/bin/python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, wheel], check=True)
    program = tmp_path / "venv/bin/cog"
    project = tmp_path / "project"
    project.mkdir()
    assert cog(program, "--version", cwd=project).stdout.startswith(f"cog version {VERSION} (built ")
    cog(program, "init", cwd=project)
    dockerfile = cog(program, "debug", "--output", "context", cwd=project).stdout
    assert "COPY --from=cog_build tini /sbin/tini" in dockerfile
    assert len(list((project / "context/files").glob("*.whl"))) == 2


def test_the_digests_are_those_of_the_files() -> None:
    lines = (DIST / "SHA256SUMS").read_text().splitlines()
    found = {name: digest for digest, name in (line.split() for line in lines)}
    files = [ARCHIVE, *DIST.glob("*.whl")]
    assert found == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
