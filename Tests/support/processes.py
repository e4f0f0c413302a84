"""What /proc says about processes."""

import os
import signal
import threading
from pathlib import Path


def _stat(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the name in parentheses and may hold spaces.
    opening, closing = text.index("("), text.rindex(")")
    return [text[: opening - 1], text[opening + 1 : closing], *text[closing + 2 :].split()]


def _all() -> list[list[str]]:
    found = [_stat(int(name)) for name in os.listdir("/proc") if name.isdigit()]
    return [stat for stat in found if stat]


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    stat = _stat(pid)
    return stat is not None and stat[2] not in "ZX"


def stopped(pid: int) -> bool:
    """Whether a signal has stopped the process."""
    stat = _stat(pid)
    return stat is not None and stat[2] == "T"


def descendants(pid: int) -> list[int]:
    """Every process below `pid`, zombies included."""
    stats = _all()
    found, parents = [], {pid}
    while parents:
        level = {int(s[0]) for s in stats if int(s[3]) in parents}
        found += level
        parents = level
    return found


def children(pid: int) -> list[int]:
    return [int(s[0]) for s in _all() if int(s[3]) == pid]


def zombies(pid: int) -> list[int]:
    """Dead children that `pid` has not reaped."""
    return [int(s[0]) for s in _all() if int(s[3]) == pid and s[2] == "Z"]


def in_session(session: int) -> list[int]:
    """The running processes of a session, no matter which process is their parent now."""
    return [int(s[0]) for s in _all() if int(s[5]) == session and s[2] not in "ZX"]


def name(pid: int) -> str:
    stat = _stat(pid)
    return stat[1] if stat else ""


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def threads(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/task"))


def pss_kb(pid: int) -> int:
    """Proportional set size in kB: memory shared with others counts in parts."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def rss_kb(pid: int) -> int:
    """Resident set size in kB."""
    return _status_kb(pid, "VmRSS:")


def peak_rss_kb(pid: int) -> int:
    """The largest resident set size so far, in kB."""
    return _status_kb(pid, "VmHWM:")


class OwnPeak:
    """Watches how large a process gets without its files and the memory it shares; `kb` is the most that was seen."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.kb = self.start_kb = _status_kb(pid, "RssAnon:")
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    @property
    def grown_kb(self) -> int:
        return self.kb - self.start_kb

    def _watch(self) -> None:
        while not self._ends.wait(0.005):
            self.kb = max(self.kb, _status_kb(self.pid, "RssAnon:"))

    def __enter__(self) -> "OwnPeak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()


def virtual_kb(pid: int) -> int:
    """The size of the address space in kB."""
    return _status_kb(pid, "VmSize:")


def _status_kb(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return 0


def listening_port(pid: int) -> int | None:
    """The TCP port `pid` listens on, or None."""
    try:
        links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
        tables = [Path(f"/proc/{pid}/net/{table}").read_text() for table in ("tcp", "tcp6")]
    except OSError:
        return None  # The process has just ended.
    inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
    for table in tables:
        for line in table.splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                return int(fields[1].rsplit(":", 1)[1], 16)
    return None


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
