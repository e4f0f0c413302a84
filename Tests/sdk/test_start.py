"""The start-up command, with another program in the server's place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cases import PYTHONS, short

every_python = pytest.mark.parametrize("python", PYTHONS, ids=short)


def start(*flags: str, python: str = sys.executable, **env: str) -> subprocess.CompletedProcess[str]:
    base = {name: value for name, value in os.environ.items() if name != "PORT" and not name.startswith("COG_")}
    base |= {"COG_PREDICT_TYPE_STUB": "predict.py:Runner", "COGLET_BINARY": "/bin/echo"}
    return subprocess.run(
        [python, "-m", "cog.server.http", *flags],
        env={name: value for name, value in (base | env).items() if value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def flags_of(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    assert done.returncode == 0, done.stderr
    parts = done.stdout.split()
    found = {}
    while parts:
        name = parts.pop(0)
        found[name] = parts.pop(0) if parts and not parts[0].startswith("--") else ""
    return found


@every_python
def test_what_the_server_is_told(python: str) -> None:
    flags = flags_of(start(python=python, PORT="0"))
    code = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
    version = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    library = flags.pop("--libpython")
    assert "libpython" + version.rpartition(".")[0] in library
    assert os.path.isfile(library)
    assert flags.pop("--sdk-version")
    assert flags == {
        "--host": "0.0.0.0",
        "--port": "0",
        "--mode": "predict",
        "--reference": "predict.py:Runner",
        "--python": python,
        "--python-version": version,
    }


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--host", "127.0.0.1"], {"--host": "127.0.0.1"}),
        (["--host=[::1]"], {"--host": "::1"}),
        (["--host", "localhost"], {"--host": "127.0.0.1"}),
        (["--upload-url", "http://u/x"], {"--upload-url": "http://u/x"}),
        (["--threads", "4"], {}),
        (["--await-explicit-shutdown", "True"], {"--await-explicit-shutdown": ""}),
        (["--await-explicit-shutdown=1"], {"--await-explicit-shutdown": ""}),
        (["--await", "yes"], {"--await-explicit-shutdown": ""}),
        (["serve"], {"--sagemaker": "", "--port": "8080"}),
        (["--host", "127.0.0.1", "serve"], {"--sagemaker": "", "--host": "127.0.0.1"}),
        (["serve", "--await", "yes"], {"--sagemaker": "", "--await-explicit-shutdown": ""}),
        ([], {"--port": "5000"}),
    ],
)
def test_flags(given: list[str], told: dict[str, str]) -> None:
    assert told.items() <= flags_of(start(*given)).items()


@pytest.mark.parametrize(
    ("flags", "env", "port"),
    [
        ([], {"AIP_HTTP_PORT": "8081", "PORT": "1"}, "8081"),
        ([], {"AIP_HTTP_PORT": "", "PORT": "1"}, "1"),
        (["serve"], {"PORT": "1"}, "8080"),
        (["serve"], {"SAGEMAKER_BIND_TO_PORT": "9000", "AIP_HTTP_PORT": "1"}, "9000"),
    ],
)
def test_port_of_a_platform(flags: list[str], env: dict[str, str], port: str) -> None:
    assert flags_of(start(*flags, **env))["--port"] == port


@pytest.mark.parametrize("value", ["False", "0", "no", "off"])
def test_false_is_false(value: str) -> None:
    """The original takes any text for true."""
    assert "--await-explicit-shutdown" not in flags_of(start("--await-explicit-shutdown", value))
    assert "--await-explicit-shutdown" not in flags_of(start("--await-explicit-shutdown="))


def test_training() -> None:
    flags = flags_of(start("--x-mode", "train", COG_TRAIN_TYPE_STUB="train.py:train"))
    assert (flags["--mode"], flags["--reference"]) == ("train", "train.py:train")


def test_help_and_version() -> None:
    assert "Cog HTTP server" in start("--help").stdout
    done = start("-v")
    assert done.returncode == 0
    assert done.stdout.startswith("coglet ")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--nope"], "http.py: error: unrecognized arguments: --nope"),
        (["--x-mode", "foo"], "http.py: error: argument --x-mode: invalid Mode value: 'foo'"),
        (["--await-explicit-shutdown"], "http.py: error: argument --await-explicit-shutdown: expected one argument"),
        (["--await-explicit-shutdown", "maybe"], "invalid boolean value: 'maybe'"),
        (["--threads", "x"], "http.py: error: argument --threads: invalid int value: 'x'"),
        (["train"], "http.py: error: unrecognized arguments: train"),
    ],
)
def test_usage_errors(flags: list[str], message: str) -> None:
    done = start(*flags)
    assert done.returncode == 2
    assert "usage: http.py" in done.stderr
    assert message in done.stderr


@pytest.mark.parametrize(
    ("env", "flags", "message"),
    [
        ({"COG_PREDICT_TYPE_STUB": ""}, [], "ERROR: COG_PREDICT_TYPE_STUB environment variable is not set."),
        ({}, ["--x-mode", "train"], "(e.g. COG_TRAIN_TYPE_STUB=train.py:train)"),
        ({"PORT": "abc"}, [], "ValueError: invalid literal for int() with base 10: 'abc'"),
        ({"PORT": "65536"}, [], "OverflowError: "),
        ({"AIP_HTTP_PORT": "x"}, [], "ERROR: the environment variable AIP_HTTP_PORT must be a number"),
        ({"SAGEMAKER_BIND_TO_PORT": "-1"}, ["serve"], "OverflowError: SAGEMAKER_BIND_TO_PORT is -1"),
        ({}, ["--host", "no.such.host.invalid"], "ERROR: --host no.such.host.invalid: no such address"),
        (
            {"COGLET_BINARY": "/nothing/coglet"},
            [],
            "ERROR: /nothing/coglet can't be started: No such file or directory.",
        ),
    ],
)
def test_wrong_environment(env: dict[str, str], flags: list[str], message: str) -> None:
    done = start(*flags, **env)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_no_library(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a shared library of Python the message names the package that has it."""
    from cog.server import libpython

    monkeypatch.setattr(libpython, "_candidates", lambda: iter(["/nothing/libpython.so"]))
    with pytest.raises(SystemExit):
        libpython.find_libpython()
    series = "{}.{}".format(*sys.version_info)
    assert f"apt-get install libpython{series}\n" in capsys.readouterr().err


# MARK: - Certificates


def bundle_of(monkeypatch: pytest.MonkeyPatch, system: list[str], path: list[str]) -> str:
    from cog import _server_tables
    from cog.server import http

    monkeypatch.setattr(_server_tables, "SYSTEM_BUNDLES", tuple(system))
    monkeypatch.setattr(sys, "path", path)
    return http._certifi_bundle()


def test_certifi_counts_only_without_certificates_of_the_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "site" / "certifi"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    bundle = package / "cacert.pem"
    bundle.write_text("certificates")
    system, empty = tmp_path / "system.pem", tmp_path / "empty.pem"
    system.write_text("certificates")
    empty.touch()
    path = [str(tmp_path / "zip.zip"), str(tmp_path / "site")]

    assert bundle_of(monkeypatch, [str(system)], path) == ""
    assert bundle_of(monkeypatch, [str(tmp_path / "none"), str(empty)], path) == str(bundle)
    assert bundle_of(monkeypatch, [], [str(tmp_path)]) == ""
    bundle.unlink()  # as in Debian's package, which uses the system's certificates
    assert bundle_of(monkeypatch, [], path) == ""


def test_document_command(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("model")
    noisy = "import atexit, os\nprint('noise', flush=True)\nos.system('echo more')\natexit.register(print, 'end')\n"
    (folder / "predict.py").write_text(noisy + "def predict(x: int) -> str: return ''\n")

    def command(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cog.command.openapi_schema", *arguments],
            cwd=folder,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    for done in (command("--predict", "predict.py:predict"), command(COG_PREDICT_TYPE_STUB="predict.py:predict")):
        assert done.returncode == 0
        assert done.stdout.startswith('{\n  "openapi": "3.0.2"')
        assert json.loads(done.stdout)["openapi"] == "3.0.2"
        assert done.stderr == "noise\nmore\nend\n"
    assert command().returncode == 2
    (folder / "predict.py").write_text("def predict(x: bytes) -> str: return ''\n")
    refused = command("--predict", "predict.py:predict")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("ERROR: predict.py, line 1: parameter 'x' of predict(): bytes is not supported.")
