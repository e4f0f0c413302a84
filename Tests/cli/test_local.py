"""`cog predict --local` and `cog serve --local [--reload]`: the model in the project's own environment, no engine."""

import json
import os
import signal
import socket
import sys
import threading
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from running import free_port, get, post, started, wait_for, wait_status
from terminal import COG, Project, Result, environment

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
CONFIG = f'build:\n  python_version: "{VERSION}"\npredict: predict.py:Predictor\n'
PREPARING = "Preparing the Python environment in .cog/venv..."
# Settings that a machine may need to reach a package index.
NETWORK = ("PIP_", "UV_", "SSL_CERT", "HTTP", "http", "NO_PROXY", "no_proxy")
RELOADING = "A source file changed, restarting..."


class LocalProject(Project):
    """A project whose commands find this Python, and no uv unless they are given one."""

    def variables(self, *tools: Path) -> dict[str, str]:
        path = [*map(str, tools), str(Path(sys.base_prefix) / "bin"), "/usr/bin", "/bin"]
        kept = {name: value for name, value in os.environ.items() if name.startswith(NETWORK)}
        return environment(self.directory, {**kept, "PATH": os.pathsep.join(path)})

    def local(self, *arguments: str, **variables: str) -> Result:
        return self.cog("predict", "--local", *arguments, env={**self.variables(), **variables})

    def serving(self, port: int, *arguments: str):
        return started(self, "serve", "--local", "-p", str(port), *arguments, env=self.variables())

    def model(self, *body: str, signature: str = "s: str) -> str", setup: str = "pass") -> "LocalProject":
        lines = "".join(f"        {line}\n" for line in body)
        self.write(
            "predict.py",
            "import os, time\nfrom cog import BasePredictor, Path\n\n\nclass Predictor(BasePredictor):\n"
            f"    def setup(self) -> None:\n        {setup}\n\n    def predict(self, {signature}:\n{lines}",
        )
        return self


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A project whose environment is made once; tests change its sources, not its packages."""
    project = LocalProject(tmp_path_factory.mktemp("local") / "project")
    project.directory.mkdir()
    project.config(CONFIG)
    project.model("return 'hello ' + s")
    result = project.local("-i", "s=world", "--debug").ok()
    assert result.out == "hello world\n"
    assert PREPARING in result.err
    return project


@pytest.fixture
def local(shared):
    """That project as it was at first."""
    shared.config(CONFIG)
    shared.model("return 'hello ' + s")
    yield shared
    assert servers_of(shared) == []


def servers_of(project: Project) -> list[str]:
    """The command lines of processes that run in the project's environment."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # It ended meanwhile, or is no process.
            continue
        if str(project.directory / ".cog" / "venv") in command:
            found.append(command)
    return found


def predictions(port: int) -> str:
    return f"http://127.0.0.1:{port}/predictions"


# MARK: - Predictions


def test_environment_is_made_once(local):
    result = local.local("-i", "s=again").ok()
    assert (result.out, result.err) == ("hello again\n", "Running prediction...\n")
    assert PREPARING not in local.local("-i", "s=again", "--debug").ok().err


def test_what_it_runs_on(local):
    """The configured Python in the project's environment, with the project as its directory."""
    local.model("import sys", "return f'{sys.prefix} {os.getcwd()} {sys.version_info[0]}.{sys.version_info[1]}'")
    expected = f"{local.directory}/.cog/venv {local.directory} {VERSION}\n"
    assert local.local("-i", "s=").ok().out == expected


def test_variables(local):
    """Those of the configuration and of `-e`."""
    local.config(CONFIG + "environment: [ONE=first, TWO=second]\n")
    local.model("return os.environ['ONE'] + ' ' + os.environ['TWO']")
    assert local.local("-i", "s=", "-e", "TWO=two words").ok().out == "first two words\n"


@pytest.mark.parametrize("options", [[], ["-e", "COG_API_KEY=three"]])
def test_server_that_wants_a_key(local, options):
    """It is asked with the key that it was given, and hides it from the model."""
    local.config(CONFIG + "environment: ['COG_API_KEY=one, two']\n")
    local.model("return os.environ.get('COG_API_KEY', 'hidden')")
    assert local.local("-i", "s=", *options).ok().out == "hidden\n"


def test_wrong_input_starts_nothing(local):
    result = local.local("-i", "nope=1").fails('unknown input "nope"; valid inputs are: s')
    assert "Starting the model" not in result.err


def test_failures(local):
    local.model("raise ValueError('not today')").local("-i", "s=").fails("not today", "Traceback")
    local.model("return s", setup="raise RuntimeError('no weights')")
    local.local("-i", "s=").fails("Model setup failed", "RuntimeError: no weights")
    local.write("predict.py", "import surely_not_installed\n")
    local.local("-i", "s=").fails("No module named 'surely_not_installed'")


def test_file_output(local, tmp_path):
    local.model("path = Path('made.txt')", "path.write_text(s)", "return path", signature="s: str) -> Path")
    local.local("-i", "s=content", "-o", str(tmp_path / "out.txt")).ok()
    assert (tmp_path / "out.txt").read_text() == "content"


def test_interrupt_during_a_prediction(local):
    local.model("print('predict began', flush=True)", "time.sleep(100)", "return s")
    with started(local, "predict", "--local", "-i", "s=", env=local.variables()) as running:
        running.says("Running prediction...")
        running.interrupt()
        assert running.wait(15) == 130


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_is_heard_from_the_first_moment(local, number):
    """It comes as soon as it no longer ends the program by itself, over and over, as the moment to lose it is short."""
    local.model("time.sleep(100)", "return s")
    for _ in range(12):
        with started(local, "predict", "--local", "-i", "s=", env=local.variables()) as running:
            wait_for(lambda running=running: catches(running.process.pid, number), "a handler of the signal")
            os.killpg(running.process.pid, number)
            assert running.wait(15) == 130


def catches(pid: int, number: int) -> bool:
    """Whether the process has a handler of the signal."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return int(caught.split()[1], 16) >> (number - 1) & 1 == 1


def test_ignored_signal_stays_ignored(local):
    """As `nohup` leaves SIGHUP behind."""
    port = free_port()
    command = ("--ignore-signal=HUP", str(COG), "serve", "--local", "-p", str(port))
    with started(local, *command, env=local.variables(), program=Path("/usr/bin/env")) as running:
        wait_status(port, "READY")
        os.kill(running.process.pid, signal.SIGHUP)
        assert post(predictions(port), {"input": {"s": "you"}})["output"] == "hello you"
        assert running.process.poll() is None
        running.interrupt()
        assert running.wait(15) == 0


def test_images_are_not_local(local):
    local.local("some-image").fails("--local runs the project and takes no image")


# MARK: - Environments


@pytest.fixture
def own(tmp_path):
    """A project without an environment."""
    project = LocalProject(tmp_path / "project")
    project.directory.mkdir()
    project.config(CONFIG)
    return project.model("return 'hello ' + s")


def make_wheel(project: Project, version: str) -> str:
    """A wheel with one module, in the project; the line for its requirements."""
    name = f"greeting-{version}-py3-none-any.whl"
    info = f"greeting-{version}.dist-info"
    with zipfile.ZipFile(project.directory / name, "w") as wheel:
        wheel.writestr("greeting.py", f"WORD = 'salut {version}'\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: greeting\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return f"./{name}\n"


def test_changed_requirements_are_installed(own):
    """Into the same environment, which says so again."""
    own.config(CONFIG.replace("predict:", "  python_requirements: requirements.txt\npredict:"))
    own.model("import greeting", "return greeting.WORD")
    for version in ("1.0", "2.0"):
        own.write("requirements.txt", make_wheel(own, version))
        result = own.local("-i", "s=", "--debug").ok()
        assert result.out == f"salut {version}\n"
        assert PREPARING in result.err
    own.write("requirements.txt", "./missing-1.0-py3-none-any.whl\n")
    own.local("-i", "s=").fails('local Python package artifact "./missing-1.0-py3-none-any.whl" not found')


def test_requirement_that_cannot_be_installed(own):
    """The next command tries again."""
    own.config(CONFIG.replace("predict:", "  python_requirements: requirements.txt\npredict:"))
    own.write("requirements.txt", "--no-index\nsurely-not-there==1.0\n")
    for _ in range(2):
        own.local("-i", "s=", "--debug").fails(PREPARING, "can't install the project's Python packages")


def test_environment_made_with_uv(own, tmp_path):
    """uv is taken where it is found."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "uv").symlink_to(Path(sys.executable).parent / "uv")
    variables = own.variables(folder) | {"UV_PYTHON_DOWNLOADS": "never"}
    result = own.cog("predict", "--local", "-i", "s=uv", env=variables).ok()
    assert result.out == "hello uv\n"
    assert "uv = " in own.read(".cog/venv/pyvenv.cfg"), result.err


@contextmanager
def unreachable() -> Iterator[tuple[str, list[int]]]:
    """The address of a server that hangs up, and the list that grows by one with every call."""
    calls: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer() -> None:
            with suppress(OSError):  # The listener is closed at the end.
                while True:
                    listener.accept()[0].close()
                    calls.append(port)

        threading.Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{port}", calls
        listener.shutdown(socket.SHUT_RDWR)


def test_python_that_uv_cannot_get(own, tmp_path):
    """Without a network uv gives up soon, and a Python of the machine is taken."""
    own.config(CONFIG.replace(VERSION, "3.14"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uv").symlink_to(Path(sys.executable).parent / "uv")
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    with unreachable() as (address, calls):
        variables = own.variables(tmp_path / "bin") | {"UV_PYTHON_INSTALL_MIRROR": address}
        result = own.cog("predict", "--local", "-i", "s=you", env=variables).ok()
    assert result.out == "hello you\n"
    assert "uv can't make an environment with Python 3.14:\n" in result.err
    assert "The network or a server can't be reached." in result.err
    assert f"local Python is {VERSION} but cog.yaml specifies 3.14\n" in result.err
    assert 1 <= len(calls) <= 2


def test_packages_that_pip_cannot_get(own):
    """Without a network pip gives up soon, too, unless the user wants it to try more often."""
    own.config(CONFIG.replace("predict:", "  python_requirements: requirements.txt\npredict:"))
    own.write("requirements.txt", "surely-not-there==1.0\n")
    for settings, most in (({}, 3), ({"PIP_RETRIES": "0"}, 1)):
        with unreachable() as (address, calls):
            own.local("-i", "s=", PIP_INDEX_URL=address, PIP_EXTRA_INDEX_URL="", **settings).fails(
                "can't install the project's"
            )
        assert 1 <= len(calls) <= most


def test_no_python_at_all(own, tmp_path):
    (tmp_path / "bin").mkdir()
    own.local("-i", "s=", PATH=str(tmp_path / "bin")).fails(f"no Python found on PATH: install Python {VERSION} or uv")


# MARK: - Servers


def test_server(local):
    port = free_port()
    with local.serving(port) as running:
        running.says(f"Serving at http://localhost:{port}\n")
        wait_status(port, "READY")
        answer = post(predictions(port), {"input": {"s": "you"}})
        assert (answer["status"], answer["output"]) == ("succeeded", "hello you")
        assert running.out == ""
        running.interrupt()
        assert running.wait(15) == 0
    assert get(f"http://127.0.0.1:{port}/health-check") is None


def test_page_opens_when_the_model_is_ready(local):
    """With --open; with --playground it is the page of the playground that was started for this server."""
    opened = local.directory / "opened"
    browser = local.write("browser", '#!/bin/sh\nprintf %s "$1" > opened.new && mv opened.new opened\n')
    browser.chmod(0o755)
    env = {**local.variables(), "BROWSER": str(browser)}
    port, page = free_port(), free_port()
    serve = ("serve", "--local", "--open", "-p", str(port))
    with started(local, *serve, env=env) as running:
        wait_for(opened.exists, "the browser")
        assert opened.read_text() == f"http://localhost:{port}/docs"
        assert get(f"http://127.0.0.1:{port}/health-check")["status"] == "READY"
        running.interrupt()
        assert running.wait(15) == 0
    opened.unlink()
    with started(local, *serve, "--playground", "--playground-port", str(page), env=env) as running:
        running.says(f"Playground at http://localhost:{page}\n")
        running.says(f"Serving at http://localhost:{port}\n")
        wait_for(opened.exists, "the browser")
        assert opened.read_text() == f"http://localhost:{page}"
        config = get(f"http://127.0.0.1:{page}/config")
        assert (config["target"], config["webhookBase"]) == (f"http://localhost:{port}", f"http://127.0.0.1:{page}")
        running.interrupt()
        assert running.wait(15) == 0
    assert get(f"http://127.0.0.1:{page}/config") is None


def test_running_prediction_finishes_when_the_server_is_interrupted(local):
    """It takes longer than other programs may take to end."""
    local.model("open('reached', 'w').close(); time.sleep(11); return s")
    port = free_port()
    with local.serving(port) as running, ThreadPoolExecutor() as threads:
        wait_status(port, "READY")
        answer = threads.submit(post, predictions(port), {"input": {"s": "through"}})
        wait_for((local.directory / "reached").exists, "the prediction to begin")
        running.interrupt()
        assert answer.result()["output"] == "through"
        assert running.wait(30) == 0


def test_server_keeps_its_sources_without_reload(local):
    port = free_port()
    with local.serving(port) as running:
        wait_status(port, "READY")
        local.model("return 'changed'")
        assert post(predictions(port), {"input": {"s": "you"}})["output"] == "hello you"
        running.process.terminate()
        assert running.wait(15) == 0
    assert RELOADING not in running.err


def test_port_in_use(local):
    port = free_port()
    with local.serving(port) as running:
        wait_status(port, "READY")
        second = local.cog("serve", "--local", "-p", str(port), env=local.variables())
        assert second.status == 1
        assert str(port) in second.err
        running.interrupt()
        assert running.wait(15) == 0


def refusal(port: int) -> str | None:
    """What a port says that answers with status 503; None where it answers otherwise, or not."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/predictions", b"{}", timeout=10)
    except urllib.error.HTTPError as error:
        return json.load(error)["detail"] if error.code == 503 else None
    except OSError:
        return None
    return None


def test_edits_in_quick_succession(local):
    """Also those of one length within a second, which Python doesn't see if it has compiled the file in between."""
    port = free_port()

    def output() -> str | None:
        try:
            return post(predictions(port), {"input": {"s": ""}}).get("output")
        except OSError:  # Starting again.
            return None

    with local.serving(port, "--reload") as running:
        wait_status(port, "READY")
        for letter in "abcdefgh":
            local.model(f"return '{letter}'")
            wait_for(lambda letter=letter: output() == letter, f"the answer {letter}")
        running.interrupt()
        assert running.wait(15) == 0


def test_edited_sources_are_served(local):
    """With --reload: edits, new files, and mistakes, which are told and waited out."""
    port = free_port()

    def output() -> str | None:
        try:
            return post(predictions(port), {"input": {"s": "you"}}).get("output")
        except OSError:  # Starting again.
            return None

    with local.serving(port, "--reload") as running:
        wait_status(port, "READY")
        assert output() == "hello you"
        local.model("return 'edited ' + s")
        running.says(RELOADING)
        wait_for(lambda: output() == "edited you", "the edited model")
        local.write("predict.py", "from helper import word\n")
        running.says("No module named 'helper'")
        broken = wait_for(lambda: refusal(port), "the reason on the port")
        assert "No module named 'helper'" in broken
        assert 'predict.py", line 1' in broken
        local.write("helper.py", "word = 'helped '\n")
        local.model("from helper import word", "return word + s")
        wait_for(lambda: output() == "helped you", "the repaired model")
        local.model("return s", setup="raise RuntimeError('no weights')")
        assert "RuntimeError: no weights" in wait_for(lambda: refusal(port), "what setup() raised on the port")
        local.model("return s")
        wait_for(lambda: output() == "you", "the model whose setup() works")
        local.config("build: [\n")
        running.says("invalid YAML")
        local.config(CONFIG + "environment: [WORD=configured]\n")
        local.model("return os.environ['WORD']")
        wait_for(lambda: output() == "configured", "the repaired configuration")
        running.interrupt()
        assert running.wait(15) == 0
