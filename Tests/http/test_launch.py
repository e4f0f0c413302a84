"""The command line, the environment, and what ends a server before it serves (1.1-1.3; D1, D3)."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from support.environment import DEADLINE, PEER
from support.server import Server
from support.waiting import wait_for

NOT_SET = "ERROR: {} environment variable is not set."


@pytest.fixture
def launch(python):
    """Runs the program to its end: exit status, stdout, stderr."""
    made = []

    def run(*flags, **env):
        server = Server(python, "noop", env={"COG_PREDICT_TYPE_STUB": "predict.py:Runner", **env}, schema=False)
        made.append(server)
        ended = subprocess.run(
            [python, "-m", "cog.server.http", *flags],
            cwd=server.cwd,
            env=server.env,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=DEADLINE,
            check=False,
        )
        return ended.returncode, ended.stdout, ended.stderr

    yield run
    for server in made:
        server.discard()


# MARK: - Command line


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help(launch, flag):
    status, out, err = launch(flag)
    assert (status, err) == (0, "")
    assert out.startswith("usage: http.py")
    for text in ("Cog HTTP server", "--version", "--host", "--await-explicit-shutdown", "--x-mode", "--upload-url"):
        assert text in out


@pytest.mark.parametrize("flag", ["-v", "--version"])
def test_version(launch, shared, flag):
    status, out, err = launch(flag)
    assert (status, err) == (0, "")
    assert out.startswith("coglet ")
    assert out.endswith(f" {shared('noop').health()['version']['coglet']}\n")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--nope"], "http.py: error: unrecognized arguments: --nope"),
        (["stray"], "http.py: error: unrecognized arguments: stray"),
        (["--x-mode", "foo"], "http.py: error: argument --x-mode: invalid Mode value: 'foo'"),
        (["--x-mode=foo"], "http.py: error: argument --x-mode: invalid Mode value: 'foo'"),
        (["--threads", "x"], "http.py: error: argument --threads: invalid int value: 'x'"),
        (["--await-explicit-shutdown"], "http.py: error: argument --await-explicit-shutdown: expected one argument"),
        (["--host"], "http.py: error: argument --host: expected one argument"),
        (["--upload-url"], "http.py: error: argument --upload-url: expected one argument"),
    ],
    ids=" ".join,
)
def test_usage_error_is_exit_2(launch, flags, message):
    status, out, err = launch(*flags)
    assert (status, out) == (2, "")
    assert err.startswith("usage: http.py")
    assert err.rstrip().endswith(message)


@pytest.mark.ours
def test_d01_value_that_is_no_boolean_is_refused(launch):
    status, _, err = launch("--await-explicit-shutdown", "maybe")
    assert status == 2
    assert "argument --await-explicit-shutdown: invalid boolean value: 'maybe'" in err


@pytest.mark.ours
@pytest.mark.parametrize(
    "url", ["notaurl", "http://", "ftp://us3r:s3cr3t@h/", "https://us3r:s3cr3t/x@h", "/up", "h:80/up"]
)
def test_upload_url_that_cannot_work_ends_the_start(launch, url):
    status, out, err = launch("--upload-url", url)
    assert (status, out) == (2, "")
    assert err.startswith("coglet: --upload-url: the URL can't be used: ")
    assert "s3cr3t" not in err


@pytest.mark.parametrize("flags", [("--threads", "3"), ("--threads=3",), ("--upload-url", "")])
def test_flag_without_effect_on_the_start(fresh, flags):
    assert fresh("noop", flags=flags).predict().json["output"] == "ok"


# MARK: - Address and port


def answers_at(server, host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as connection:
        connection.settimeout(DEADLINE)
        if connection.connect_ex((host, server.port)):
            return False
        connection.sendall(b"GET /health-check HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        return connection.recv(64).startswith(b"HTTP/1.1 200")


def stop_by_signal(server):
    """For servers that don't answer at 127.0.0.1."""
    assert server.stop() == 0


def test_host_limits_where_it_listens(fresh):
    server = fresh("noop")
    assert answers_at(server, "127.0.0.1")
    assert not answers_at(server, "127.0.0.2")


def test_default_host_is_every_address(fresh):
    server = fresh("noop", flags=("--host", "0.0.0.0"))
    assert answers_at(server, "127.0.0.2")


def test_ipv6_in_brackets(fresh):
    server = fresh("noop", flags=("--host", "[::1]"), until=None)
    assert answers_at(server, "::1")
    assert not answers_at(server, "127.0.0.1")
    stop_by_signal(server)


@pytest.mark.ours
def test_better_ipv6_without_brackets(fresh):
    server = fresh("noop", flags=("--host", "::1"), until=None)
    assert answers_at(server, "::1")
    stop_by_signal(server)


@pytest.mark.ours
def test_better_name_of_a_host(fresh):
    assert answers_at(fresh("noop", flags=("--host", "localhost")), "127.0.0.1")


def test_address_that_cannot_be_used(launch):
    # A name that is never resolved (RFC 6761), and an address of another machine (RFC 5737).
    for host in ("nowhere.invalid", "192.0.2.1"):
        status, out, err = launch("--host", host)
        assert (status, out) == (1, "")
        assert err


@pytest.mark.ours
def test_better_unknown_host_is_named(launch):
    assert "ERROR: --host nowhere.invalid: no such address" in launch("--host", "nowhere.invalid")[2]


@pytest.mark.parametrize(
    ("port", "message"),
    [
        ("abc", "ValueError: invalid literal for int() with base 10: 'abc'"),
        ("", "ValueError: invalid literal for int() with base 10: ''"),
        ("1.5", "ValueError: invalid literal for int() with base 10: '1.5'"),
        ("65536", "OverflowError: "),
        ("-1", "OverflowError: "),
    ],
)
def test_bad_port_is_exit_1(launch, port, message):
    status, out, err = launch(PORT=port)
    assert (status, out) == (1, "")
    assert err.splitlines()[-1].startswith(message)


def test_taken_port_is_exit_1(launch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        status, out, err = launch("--host", "127.0.0.1", PORT=str(taken.getsockname()[1]))
    assert (status, out) == (1, "")
    assert "RuntimeError: " in err
    assert "address already in use" in err.lower()


def test_port_that_the_kernel_picks_is_named_in_the_log(fresh):
    server = fresh("noop")
    line = f"Starting coglet server on 127.0.0.1:{server.port}"
    wait_for(lambda: line in [entry["fields"]["message"] for entry in server.log_entries()], "the line with the port")


def test_port_of_the_environment(fresh):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert fresh("noop", env={"PORT": str(port)}).port == port


# MARK: - The model's reference


@pytest.mark.parametrize("value", [None, ""], ids=["unset", "empty"])
def test_reference_is_required(launch, value):
    status, out, err = launch(COG_PREDICT_TYPE_STUB=value)
    assert (status, out) == (1, "")
    assert err.splitlines()[0] == NOT_SET.format("COG_PREDICT_TYPE_STUB")
    assert "COG_PREDICT_TYPE_STUB=predict.py:" in err


def test_train_mode_has_a_reference_of_its_own(launch):
    status, _, err = launch("--x-mode", "train", COG_PREDICT_TYPE_STUB="predict.py:Runner")
    assert status == 1
    assert err.splitlines()[0] == NOT_SET.format("COG_TRAIN_TYPE_STUB")


# MARK: - Worker's interpreter


@pytest.mark.ours
def test_d03_worker_runs_the_interpreter_of_the_server(fresh, tmp_path):
    """Another `python` comes first in PATH."""
    other = tmp_path / "python"
    other.write_text("#!/bin/sh\nexit 9\n")
    other.chmod(0o755)
    assert shutil.which("python", path=str(tmp_path))
    server = fresh("script", env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    code = "import sys; return [sys.executable, sys.prefix]"
    executable, prefix = server.predict({"code": code}).json["output"]
    assert Path(executable) == Path(server.python).absolute()
    assert Path(executable).is_relative_to(prefix)


def test_worker_has_the_environment_and_folder_of_the_server(fresh):
    server = fresh("script", env={"SOMETHING_ELSE": "é x"})
    code = "import os; return [os.environ['SOMETHING_ELSE'], os.getcwd()]"
    assert server.predict({"code": code}).json["output"] == ["é x", os.path.realpath(server.cwd)]


# MARK: - Log


def test_log_is_json_on_stderr_and_stdout_is_empty(fresh):
    server = fresh("script")
    server.predict({"code": "print(' said ')"}, id="here")

    def line():
        return [e for e in server.log_entries() if e["fields"].get("message") == "said"]

    entry = wait_for(line, "what the model says in the log")[0]
    assert entry["level"] == "INFO"
    assert entry["target"] == "coglet::prediction"
    assert entry["fields"]["prediction_id"] == "here"
    assert entry["fields"]["source"] == "Stdout"
    assert entry["timestamp"].startswith("20")
    assert entry["timestamp"].endswith("Z")
    assert server.stop() == 0
    assert len(server.log_entries()) == len(server.log_text().splitlines())
    assert server.stdout.read_text() == ""


@pytest.mark.parametrize(("value", "is_console"), [("console", True), ("Console", False), ("text", False)])
def test_log_format(fresh, value, is_console):
    server = fresh("noop", env={"LOG_FORMAT": value})
    wait_for(lambda: "Starting coglet server on" in server.log_text(), "the first lines")
    assert server.stop() == 0
    assert (server.log_entries() == []) == is_console
    line = next(line for line in server.log_text().splitlines() if "Starting coglet server on" in line)
    assert ("\x1b[" in line) == is_console
    assert "INFO" in line


LEVELS = """
from cog import BaseRunner
class Runner(BaseRunner):
    def setup(self):
        print("in setup")
    def run(self) -> str:
        print("in run")
        return "ok"
"""


def messages(server):
    return [entry["fields"]["message"] for entry in server.log_entries()]


@pytest.mark.parametrize("level", ["debug", "info", "warn", "warning", "error", "nonsense"])
def test_log_level(fresh, level):
    server = fresh(source=LEVELS, env={"COG_LOG_LEVEL": level})
    logs = server.health()["setup"].get("logs", "")
    answer = server.predict().json
    assert answer["logs"] == "in run\n"
    assert server.stop() == 0
    is_quiet = level in ("warn", "warning", "error")
    assert "in setup" in messages(server)
    assert ("in run" in messages(server)) == (not is_quiet)
    assert ("Spawning worker subprocess" in logs) == (not is_quiet)
    if is_quiet:
        assert not [e for e in server.log_entries() if e["target"] not in ("coglet::setup", "coglet::user")]
    if not PEER:  # which loses lines of the setup (D41) and says little at level debug
        assert "in setup" in logs
        assert ("DEBUG" in [e["level"] for e in server.log_entries()]) == (level == "debug")


SILENT = "from cog import BaseRunner\nclass Runner(BaseRunner):\n    def run(self) -> str: return 'ok'\n"


def test_silent_setup_at_level_error_has_no_logs(fresh):
    server = fresh(source=SILENT, env={"COG_LOG_LEVEL": "error"})
    assert "logs" not in server.health()["setup"]
    assert server.stop() == 0
    assert server.log_text() == ""
