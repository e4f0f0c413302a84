"""Server processes: started in a session of their own, looked at through /proc, ended with all their children."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class BenchmarkError(Exception):
    """Something that keeps a figure from being taken; its text says what and where."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _parents() -> dict[int, int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # The command name may hold spaces and brackets; the fields after the last bracket do not.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended meanwhile
            parents[int(entry.name)] = int(fields[1])
    return parents


def tree(root: int) -> list[int]:
    """The process `root` and all its living descendants."""
    parents = _parents()
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def children(root: int) -> list[int]:
    """The living processes, and the zombies, whose parent is `root`."""
    return [pid for pid, parent in _parents().items() if parent == root]


def proportional_bytes_of(pid: int) -> int:
    """Proportional set size of one process, in bytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0  # a zombie has no memory


def proportional_bytes(root: int) -> int:
    """The same of `root` and its descendants together."""
    return sum(proportional_bytes_of(pid) for pid in tree(root))


def processor_seconds(root: int) -> float:
    """What `root` and its living descendants have used so far, user and system time of all threads."""
    ticks = 0
    for pid in tree(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def forget_peaks(root: int) -> None:
    """Makes ``peak_bytes`` begin anew for `root` and its descendants."""
    for pid in tree(root):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def resident_bytes_of(pid: int, which: str = "VmRSS") -> int:
    """The memory of one process in bytes: now, or with `VmHWM` the most it had."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(which + ":"):
            return int(line.split()[1]) * 1024
    return 0  # a zombie has no memory


def peak_bytes(root: int) -> int:
    """The most that `root` and its living descendants had since ``forget_peaks``, each at its own moment."""
    return sum(resident_bytes_of(pid, "VmHWM") for pid in tree(root))


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()


@dataclass
class Running:
    """A server that was started for measuring."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    command: list[str]
    started: float
    ready_body: str = ""
    """A request's body that the model answers at once."""

    @property
    def pid(self) -> int:
        return self.process.pid

    def check_alive(self) -> None:
        if self.process.poll() is not None:
            tail = self.log.read_text(errors="replace")[-2000:]
            raise BenchmarkError(f"{' '.join(self.command)} ended with {self.process.returncode}:\n{tail}")

    def stop(self, patience: float = 5.0) -> None:
        """Asks it to end, then ends what is left of it."""
        left = tree(self.pid)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for pid in left[1:]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def start(command: list[str], port: int, directory: Path, variables: dict[str, str], ready_body: str = "") -> Running:
    log = directory / "server.log"
    with log.open("wb") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Running(process, port, log, command, started, ready_body)


def poll(interval: float, limit: float, what: str) -> Iterator[None]:
    """Yields again and again, `interval` seconds apart, until the caller stops; fails after `limit` seconds."""
    deadline = time.perf_counter() + limit
    while time.perf_counter() < deadline:
        yield
        time.sleep(interval)
    raise BenchmarkError(f"{what}: not within {limit:g} s")
