"""install.sh: what it installs from a release, and that it installs nothing with a wrong digest."""

import functools
import hashlib
import io
import os
import subprocess
import tarfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "install.sh"
VERSION = "9.8.7"
ARCHIVE = f"cog-{VERSION}-linux-x86_64.tar.gz"


@pytest.fixture
def release(tmp_path):
    """A folder with an archive and its digests, and the address at which it is served."""
    folder = tmp_path / "release"
    folder.mkdir()
    program = b"#!/bin/sh\necho this is cog\n"
    with tarfile.open(folder / ARCHIVE, "w:gz") as archive:
        entry = tarfile.TarInfo(f"cog-{VERSION}-linux-x86_64/bin/cog")
        entry.size, entry.mode = len(program), 0o755
        archive.addfile(entry, io.BytesIO(program))
        page = tarfile.TarInfo(f"cog-{VERSION}-linux-x86_64/share/man/man1/cog.1")
        page.size = 4
        archive.addfile(page, io.BytesIO(b"page"))
    digest = hashlib.sha256((folder / ARCHIVE).read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  other.whl\n{digest}  {ARCHIVE}\n")
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def install(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "no_proxy": "127.0.0.1"}
    return subprocess.run([SCRIPT, *arguments], env=variables, capture_output=True, text=True, timeout=60, check=False)


def test_installs(release, tmp_path):
    """A second time too, which replaces the first."""
    _, url = release
    for _ in range(2):
        done = install(tmp_path, "--from", url)
        assert done.returncode == 0, done.stderr
        program = tmp_path / ".local/bin/cog"
        assert subprocess.run([program], capture_output=True, text=True, check=True).stdout == "this is cog\n"
    assert f"installed: {program}\n" in done.stdout
    assert (tmp_path / ".local/share/man/man1/cog.1").read_text() == "page"


def test_a_digest_that_was_written_down_elsewhere(release, tmp_path):
    folder, url = release
    digest = hashlib.sha256((folder / ARCHIVE).read_bytes()).hexdigest()
    assert install(tmp_path, "--from", url, "--sha256", digest, "--prefix", str(tmp_path / "opt")).returncode == 0
    assert (tmp_path / "opt/bin/cog").exists()


def wrong_digest(folder: Path) -> None:
    (folder / "SHA256SUMS").write_text(f"{'a' * 64}  {ARCHIVE}\n")


def changed_archive(folder: Path) -> None:
    with (folder / ARCHIVE).open("ab") as file:
        file.write(b"more")


def no_archive(folder: Path) -> None:
    (folder / ARCHIVE).unlink()


def no_digests(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()


def two_archives(folder: Path) -> None:
    with (folder / "SHA256SUMS").open("a") as file:
        file.write(f"{'b' * 64}  cog-1.2.3-linux-x86_64.tar.gz\n")


@pytest.mark.parametrize(
    ("change", "options", "reason"),
    [
        (wrong_digest, [], f"and should have {'a' * 64}: nothing is installed"),
        (changed_archive, [], "nothing is installed"),
        (no_archive, [], "can't download"),
        (no_digests, [], "can't download"),
        (two_archives, [], "choose one with --version"),
        (two_archives, ["--version", "1.0"], "names no archive of version 1.0"),
        (two_archives, ["--sha256", "c" * 64, "--version", VERSION], "nothing is installed"),
        (two_archives, ["--colour"], "unknown option --colour"),
    ],
)
def test_installs_nothing(release, tmp_path, change, options, reason):
    folder, url = release
    change(folder)
    done = install(tmp_path, "--from", url, *options)
    assert done.returncode == 1
    assert reason in done.stderr
    assert not list(tmp_path.glob(".local/**/cog*"))
