"""Shells at a terminal that have read the script of `cog completion`."""

import fcntl
import os
import pty
import select
import shlex
import shutil
import subprocess
import termios
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from terminal import COG, Project, environment

DEADLINE_SECONDS = 60.0
PROMPT = "READY> "

# Each shell reads its settings from a file: one key inserts everything that could stand at the cursor, and another
# writes the line that there is now into the file SEEN.
SETTINGS = {
    "bash": """
        PS1='READY> '
        bind 'set bell-style none'
        bind 'set enable-bracketed-paste off'
        source <(cog completion bash)
        seen() { printf %s "$READLINE_LINE" >SEEN.new; mv SEEN.new SEEN; }
        bind '"\\C-xa": insert-completions'
        bind -x '"\\C-xs": seen'
        """,
    "zsh": """
        PS1='READY> '
        setopt no_beep
        unsetopt zle_bracketed_paste
        autoload -U compinit
        compinit -u -d DUMP
        source <(cog completion zsh)
        all() { _main_complete; compstate[insert]=all }
        zle -C all complete-word all
        seen() { print -rn -- "$BUFFER" >SEEN.new; command mv SEEN.new SEEN }
        zle -N seen
        bindkey '^Xa' all
        bindkey '^Xs' seen
        """,
    "fish": """
        function fish_prompt; echo -n 'READY> '; end
        cog completion fish | source
        function all
            set -l found (complete -C (commandline -b) | string split -f 1 \\t)
            commandline -r -- "$found"
        end
        function seen; commandline -b | string collect >SEEN.new; command mv SEEN.new SEEN; end
        bind \\cxa all
        bind \\cxs seen
        """,
}


def arguments(shell: str, settings: Path) -> list[str]:
    if shell == "bash":
        return ["bash", "--noprofile", "--rcfile", str(settings), "-i"]
    if shell == "zsh":
        return ["zsh", "-d", "-i"]  # reads .zshrc in ZDOTDIR
    return ["fish", "--no-config", "--init-command", f"source {settings}"]


class Shell:
    """A shell in a project's directory, with a person at it."""

    def __init__(self, name: str, project: Project, env: dict[str, str] | None = None):
        folder = project.directory.parent / f"{name}-{uuid.uuid4().hex}"
        folder.mkdir()
        self._seen = folder / "seen"
        settings = folder / ".zshrc"
        text = SETTINGS[name].replace("SEEN", shlex.quote(str(self._seen)))
        settings.write_text(text.replace("DUMP", shlex.quote(str(folder / "dump"))))
        self._ours, theirs = pty.openpty()
        variables = environment(project.directory, env)
        variables |= {"PATH": f"{COG.parent}:{variables['PATH']}", "TERM": "vt100", "ZDOTDIR": str(folder)}
        self.process = subprocess.Popen(
            arguments(name, settings),
            cwd=project.directory,
            env=variables,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0),  # the shell's own terminal
        )
        os.close(theirs)
        self._shown = ""
        self._wait(lambda: PROMPT in self._shown)

    def after_tab(self, typed: str) -> str:
        """What the line is after a Tab."""
        return self._line(typed + "\t")

    def offers(self, typed: str) -> list[str]:
        """All words that could stand in the place of the last one, as they are written there."""
        before = typed[: typed.rfind(" ") + 1]
        line = self._line(typed + "\x18a")
        return line.removeprefix(before).split() if line != typed else []

    def _line(self, keys: str) -> str:
        self._seen.unlink(missing_ok=True)
        # Ctrl-U empties the line, which the last question has left.
        os.write(self._ours, b"\x15" + keys.encode() + b"\x18s")
        self._wait(self._seen.exists)
        return self._seen.read_text().rstrip("\n")

    def _wait(self, probe) -> None:
        end = time.monotonic() + DEADLINE_SECONDS
        while not probe():
            assert time.monotonic() < end, f"not within {DEADLINE_SECONDS:.0f} s; shown: {self._shown!r}"
            if select.select([self._ours], [], [], 0.05)[0]:
                try:
                    self._shown += os.read(self._ours, 65536).decode(errors="replace")
                except OSError:  # The shell has ended.
                    pytest.fail(f"the shell ended: {self._shown!r}")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


@contextmanager
def shell(name: str, project: Project, env: dict[str, str] | None = None) -> Iterator[Shell]:
    """The shell, ended afterwards; the test is skipped where it isn't installed."""
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed (scripts/setup.sh --tests)")
    started = Shell(name, project, env)
    try:
        yield started
    finally:
        started.close()
