"""Follows a page to the letter: saves its files, runs its commands, and compares what they print."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from blocks import OUTPUT, ROOT, Block
from support.environment import DEADLINE
from support.waiting import wait_for

BIN = Path(os.environ.get("COG_TEST_BIN", ROOT / ".build" / "release")).resolve()
# The packages that pages install, fetched by scripts/test.sh.
WHEELS = Path(os.environ.get("COG_TEST_WHEELS", ROOT / ".envs" / "pages-wheels"))
# What a developer sets to run an uninstalled build.
KEPT = ("COGLET_BINARY", "PYTHONPATH", "COG_SDK_WHEEL", "COGLET_WHEEL", "TMPDIR")
# The ports that pages name, and that the tests replace by a free one.
PORTS = re.compile(r"\b(localhost|127\.0\.0\.1):(5000|8393)\b")
STOP_SECONDS = 40.0
# Installing packages and loading a model take long on a busy machine.
PATIENCE_SECONDS = 10 * DEADLINE


class Reader:
    """A terminal in a folder, and at most one server in another one.

    Args:
        folder: where the page's files go.
        python: the interpreter that `python` is.
        environment: what `--local` makes for a project without requirements. Making it takes long, so such projects
            of all pages share one.
    """

    def __init__(self, folder: Path, python: str, environment: Path | None = None) -> None:
        self.environment = environment
        self.folder = folder / "reader"
        self.notes = folder / "notes"  # scripts and what they print
        self.folder.mkdir()
        self.notes.mkdir()
        self.port = free_port()
        self.count = 0
        self.printed = ""
        self.server: int | None = None
        self.shell = subprocess.Popen(
            ["bash"],
            cwd=self.folder,
            env=self._variables(folder, python),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def _variables(self, folder: Path, python: str) -> dict[str, str]:
        home = folder / "home"
        home.mkdir()
        kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
        # Only the interpreter of its environment, which also has tools that would change what `cog` does.
        programs = folder / "bin"
        programs.mkdir()
        for name in ("python", "python3", *(f"python3.{minor}" for minor in range(10, 15))):
            (programs / name).write_text(f'#!/bin/sh\nexec {python} "$@"\n')
            (programs / name).chmod(0o755)
        return {
            **kept,
            "PATH": os.pathsep.join([str(programs), str(BIN), "/usr/bin", "/bin"]),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PORT": str(self.port),
            # No engine and no download: what needs either is marked.
            "DOCKER_HOST": "unix:///nonexistent/docker.sock",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(WHEELS),
            "PIP_NO_COMPILE": "1",
        }

    def follow(self, blocks: list[Block]) -> None:
        """Every block in order. A block with output is compared with what the one before it printed."""
        before: Block | None = None
        for block in blocks:
            if block.needs or not block.language:
                before = None
            elif block.file:
                self.save(block)
                before = None
            elif block.starts_server:
                self.serve(block)
                before = None
            elif block.language in OUTPUT:
                if before:
                    compare(block, self.printed)
            else:
                self.run(block)
                before = block

    def save(self, block: Block) -> None:
        """Where the terminal is."""
        path = Path(self._cwd()) / str(block.file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")

    def run(self, block: Block) -> None:
        """In the terminal, which stops at the first command that fails."""
        self._lend_environment(block)
        script = self._script(block)
        command, text = (f". {script}", "/dev/null") if block.language == "sh" else ("python -", str(script))
        status, out, err = (script.with_suffix(f".{name}") for name in ("status", "out", "err"))
        self._type(f"set -eo pipefail; {command} >{out} 2>{err} <{text}; set +e; echo done >{status}")
        wait_for(lambda: status.exists() or self.shell.poll() is not None, f"line {block.line} ends", PATIENCE_SECONDS)
        self.printed = out.read_text(encoding="utf-8")
        assert status.exists(), (
            f"line {block.line} failed:\n{block.text}\n{self.printed}\n{err.read_text()}\n{self._log()}"
        )

    def serve(self, block: Block) -> None:
        """In another terminal, instead of the server before, until it is ready."""
        self.stop()
        self._lend_environment(block)
        script = self._script(block)
        number, self.log = script.with_suffix(".pid"), script.with_suffix(".err")
        self._type(f"setsid bash -c 'echo $$ >{number}; . {script}' >{self.log} 2>&1 </dev/null &")
        self.server = int(wait_for(lambda: number.exists() and number.read_text().strip(), "the server's number"))
        wait_for(lambda: self._status() == "READY", f"line {block.line}: the model is ready", PATIENCE_SECONDS)

    def stop(self) -> None:
        """Ctrl-C to the server, if there is one."""
        if self.server is None:
            return
        group, self.server = self.server, None
        if signal_group(group, signal.SIGTERM):
            wait_for(lambda: not signal_group(group, 0), "the server has ended", STOP_SECONDS)

    def close(self) -> None:
        """The end of the page; nothing keeps running."""
        try:
            self.stop()
        finally:
            signal_group(self.shell.pid, signal.SIGKILL)
            self.shell.wait()
            if self.shell.stdin:
                self.shell.stdin.close()

    def _lend_environment(self, block: Block) -> None:
        project = Path(self._cwd())
        own = project / ".cog" / "venv"
        if self.environment and "--local" in block.text and not (project / "requirements.txt").exists():
            own.parent.mkdir(exist_ok=True)
            if not own.exists():
                own.symlink_to(self.environment)

    def _script(self, block: Block) -> Path:
        self.count += 1
        text = PORTS.sub(rf"\1:{self.port}", block.text)
        text = re.sub(r"\bcog serve\b", f"cog serve -p {self.port}", text)
        script = self.notes / f"{self.count}.script"
        script.write_text(text, encoding="utf-8")
        return script

    def _type(self, line: str) -> None:
        assert self.shell.stdin
        self.shell.stdin.write(line + "\n")
        self.shell.stdin.flush()

    def _cwd(self) -> str:
        return os.readlink(f"/proc/{self.shell.pid}/cwd")

    def _log(self) -> str:
        return f"the server's log:\n{self.log.read_text()[-4000:]}" if self.server else ""

    def _status(self) -> str:
        assert self.server and signal_group(self.server, 0), f"the server has ended\n{self._log()}"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health-check", timeout=10) as answer:
                status = str(json.load(answer)["status"])
        except (OSError, ValueError):  # It doesn't listen yet.
            return ""
        assert status not in ("SETUP_FAILED", "DEFUNCT"), self._log()
        return status


def compare(block: Block, printed: str) -> None:
    """`…` stands for anything. JSON may be split into lines; in other text, all whitespace is equivalent."""
    if block.language == "json":
        expected, found = "".join(line.strip() for line in block.text.splitlines()), printed.strip()
    else:
        expected, found = (" ".join(text.split()) for text in (block.text, printed))
    pattern = r"\s*.*?\s*".join(re.escape(part.strip()) for part in expected.split("…"))
    assert re.fullmatch(pattern, found), f"line {block.line}: expected\n{block.text}\nbut this was printed:\n{printed}"


def signal_group(group: int, number: int) -> bool:
    """Whether a process of the group is left to get it."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
