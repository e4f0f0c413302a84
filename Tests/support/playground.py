"""`cog playground` under test, and the original's server, which it has to get along with."""

import os
import signal
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from .environment import DEADLINE, TESTS
from .server import Server
from .waiting import wait_for

ROOT = TESTS.parent
COG = Path(os.environ.get("COG_TEST_BIN", ROOT / ".build" / "release")).resolve() / "cog"
ORIGINAL = ROOT / ".envs" / "original" / "bin" / "python"


class Playground:
    """`cog playground` for a server, on a port of 127.0.0.1."""

    def __init__(self, target: str) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port: int = listener.getsockname()[1]
        self.said = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            [COG, "playground", "--no-open", "-p", str(self.port), "--target", target, "--webhook-host", "127.0.0.1"],
            stdin=subprocess.DEVNULL,
            stdout=self.said,
            stderr=self.said,
            start_new_session=True,
        )
        wait_for(self._answers, "the playground")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            self.said.seek(0)
            raise AssertionError(f"cog playground ended with {self.process.returncode}: {self.said.read().decode()}")
        try:
            with urllib.request.urlopen(f"{self.url}/config", timeout=DEADLINE):
                return True
        except urllib.error.HTTPError:
            raise
        except OSError:
            return False

    def stop(self) -> None:
        """Ctrl-C."""
        os.killpg(self.process.pid, signal.SIGINT)
        assert self.process.wait(DEADLINE) == 0
        self.said.close()


def original_server(source: str) -> Server:
    """The original, from PyPI, serving a model; not started yet. It makes its own document."""
    server = Server(
        str(ORIGINAL),
        source=source,
        env={
            "PATH": f"{ORIGINAL.parent}:/usr/bin:/bin",
            **dict.fromkeys(("COGLET_BINARY", "PYTHONPATH", "LD_LIBRARY_PATH")),
        },
        schema=False,
    )
    document = server.cwd / ".cog" / "openapi_schema.json"
    script = TESTS / "support" / "peer_schema.py"
    done = subprocess.run(
        [ORIGINAL, script, "predict.py", "Runner", document, "predict"],
        cwd=server.cwd, env=server.env, capture_output=True, text=True, check=False, timeout=DEADLINE,
    )  # fmt: skip
    assert document.exists(), done.stderr
    return server
