"""Runs the real binary as at a terminal, in an environment of its own where no container engine answers."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import textwrap
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COG = Path(os.environ.get("COG_TEST_BIN", ROOT / ".build" / "release")).resolve() / "cog"
VERSION = (ROOT / "VERSION").read_text().strip()
TIMEOUT_SECONDS = 120

# Nothing listens there: a command that gets as far as the engine says that it can't reach it.
NO_ENGINE = "unix:///nonexistent/docker.sock"
ENGINE_ASKED = "error pinging docker daemon"

CONFIG = 'build:\n  python_version: "3.12"\npredict: predict.py:Predictor\n'
MODEL = """
from cog import BasePredictor


class Predictor(BasePredictor):
    def predict(self, s: str) -> str:
        return "hello " + s
"""


@dataclass
class Result:
    """How a command ended."""

    status: int
    out: str
    err: str

    def ok(self) -> "Result":
        assert self.status == 0, f"status {self.status}\n{self.out}\n{self.err}"
        return self

    def fails(self, *texts: str, status: int = 1) -> "Result":
        """A failure with nothing on standard output, and every one of the texts on standard error."""
        assert self.status == status, f"status {self.status}\n{self.out}\n{self.err}"
        assert self.out == ""
        for text in texts:
            assert text in self.err
        return self


class Project:
    """A directory to run commands in."""

    def __init__(self, directory: Path):
        self.directory = directory

    def write(self, path: str, text: str | bytes) -> Path:
        file = self.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            file.write_bytes(text)
        else:
            file.write_text(textwrap.dedent(text).lstrip("\n"))
        return file

    def read(self, path: str) -> str:
        return (self.directory / path).read_text()

    def config(self, text: str) -> "Project":
        self.write("cog.yaml", text)
        return self

    def build(self, *lines: str) -> "Project":
        """A configuration with these lines below `build:`."""
        return self.config("build:\n" + "".join(f"  {line}\n" for line in lines) + "predict: predict.py:Predictor\n")

    def with_model(self) -> "Project":
        self.write("predict.py", MODEL)
        return self.config(CONFIG)

    def cog(self, *arguments: str, cwd: str = ".", stdin: str = "", env: dict[str, str] | None = None) -> Result:
        done = subprocess.run(
            [COG, *arguments],
            cwd=self.directory / cwd,
            env=environment(self.directory, env),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def tools(self, **scripts: str) -> dict[str, str]:
        """Variables with which these shell scripts stand in the place of programs of the machine."""
        folder = self.directory.parent / f"tools-{uuid.uuid4().hex}"
        folder.mkdir()
        for name, script in scripts.items():
            program = folder / name.replace("_", "-")
            program.write_text("#!/bin/sh\n" + script + "\n")
            program.chmod(0o755)
        return {"PATH": f"{folder}:{os.environ['PATH']}"}

    def describe(self, predict: str = "predict.py:Predictor", train: str | None = None) -> Result:
        """What the SDK of this interpreter says of the model: the step of a build that makes the document."""
        entries = {"COG_PREDICT_TYPE_STUB": predict, **({"COG_TRAIN_TYPE_STUB": train} if train else {})}
        done = subprocess.run(
            [sys.executable, "-m", "cog.command.openapi_schema"],
            cwd=self.directory,
            env=environment(self.directory, entries),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def dockerfile(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        """What `cog debug` prints."""
        return self.cog("debug", *arguments, env=env).ok().out

    def context(self, *arguments: str, env: dict[str, str] | None = None) -> "Project":
        """What `cog debug --output` writes: the Dockerfile, and below `files` what the image is given."""
        directory = self.directory.parent / f"context-{uuid.uuid4().hex}"
        self.cog("debug", "--output", str(directory), *arguments, env=env).ok()
        return Project(directory)


def environment(directory: Path, changes: dict[str, str] | None = None) -> dict[str, str]:
    """Variables for a command: a home of its own, no settings of the machine that the tool would obey."""
    home = directory.parent / "home"
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "PYENV_ROOT") if name in os.environ}
    return {**kept, "HOME": str(home), "LANG": "C.UTF-8", "DOCKER_HOST": NO_ENGINE, **(changes or {})}


def screen(shown: str) -> list[str]:
    """The lines that a terminal ends up with: carriage returns and backspaces move in a line, colors are left out."""
    lines = []
    for written in re.sub("\x1b\\[[0-9;]*m", "", shown).split("\n"):
        line: list[str] = []
        column = 0
        for character in written:
            if character == "\r":
                column = 0
            elif character == "\b":
                column = max(0, column - 1)
            else:
                line[column : column + 1] = [character]
                column += 1
        lines.append("".join(line).rstrip())
    return lines if lines[-1] else lines[:-1]


def on_terminal(
    project: Project, *arguments: str, env: dict[str, str] | None = None, columns: int = 400
) -> tuple[int, str, str]:
    """Runs a command with a terminal as standard error; returns status, standard output and what the terminal got."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = {**environment(project.directory), "TERM": "xterm-256color", **(env or {})}
    process = subprocess.Popen(
        [COG, *arguments],
        cwd=project.directory,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=slave,
    )
    os.close(slave)
    shown = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        ready, _, _ = select.select([master], [], [], deadline - time.monotonic())
        try:
            chunk = os.read(master, 65536) if ready else b""
        except OSError:  # The other end is closed.
            chunk = b""
        if not chunk:
            break
        shown += chunk
    out, _ = process.communicate(timeout=60)
    os.close(master)
    return process.returncode, out.decode(), shown.decode().replace("\r\n", "\n")
