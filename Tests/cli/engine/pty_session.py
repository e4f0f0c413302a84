"""A command at a terminal: what a person would type and see."""

import errno
import os
import pty
import re
import select
import subprocess
import termios
import time

from running import DEADLINE_SECONDS
from terminal import COG
from workshop import EngineProject


class Terminal:
    """Runs `cog` on a pseudo terminal."""

    def __init__(self, project: EngineProject, *arguments: str, env: dict[str, str] | None = None):
        self._ours, theirs = pty.openpty()
        self._theirs = theirs
        self.seen = ""
        self.process = subprocess.Popen(
            [COG, *arguments],
            cwd=project.directory,
            env=project.environment({"TERM": "xterm", **(env or {})}),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: _control(theirs),
        )

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def read_until(self, pattern: str, seconds: float = DEADLINE_SECONDS) -> re.Match[str]:
        """Waits for a pattern in what was shown and takes everything up to its end."""
        end = time.monotonic() + seconds
        while True:
            if match := re.search(pattern, self.seen):
                self.seen = self.seen[match.end() :]
                return match
            assert time.monotonic() < end, f"not within {seconds:.0f} s: {pattern!r}, but {self.seen!r}"
            assert self._more(0.1), f"ended before {pattern!r}: {self.seen!r}"

    def wait(self, seconds: float = DEADLINE_SECONDS) -> int:
        """The exit status; what is shown until then is read."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, f"still runs: {self.seen!r}"
            self._more(0.1)
        while select.select([self._ours], [], [], 0)[0] and self._more(0):
            pass
        return self.process.returncode

    def settings(self) -> list:
        return termios.tcgetattr(self._theirs)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)

    def _more(self, seconds: float) -> bool:
        if not select.select([self._ours], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._ours, 65536)
        except OSError as error:
            if error.errno == errno.EIO:
                return False
            raise
        self.seen += data.decode(errors="replace")
        return bool(data)


def _control(terminal: int) -> None:
    """Makes the pseudo terminal the controlling one of the new session, so that Ctrl-C is a signal."""
    import fcntl

    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
