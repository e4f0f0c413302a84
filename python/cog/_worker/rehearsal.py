"""Looks for reasons not to fork workers from this process, before the first one is forked.

A fork copies memory but not threads, and shares what descriptors refer to. So a lock that another thread holds stays
locked for good, and two workers that read one connection take each other's bytes.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections import Counter
from typing import Any

import _coglet

from . import loops, streams

_PLAIN_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/pts/")
_STACK_BYTES = 8192
_NAMED_LIMIT = 3

# Descriptors that were open before the model was loaded, and what they referred to.
_own: dict[int, str] = {}


def prepare() -> None:
    """Record what is open before the model is loaded."""
    _own.update(_open())


def objection(loop: Any) -> str | None:
    """Return why workers can't be forked from this process, as a clause for the log; None if they can.

    Args:
        loop: the event loop of setup(), or None. It is closed, unless it is the reason.
    """
    if loop is not None:
        reason = loops.close(loop)
        if reason is not None:
            return reason
    return _threads() or _children() or _signals() or _descriptors() or _fork()


def _threads() -> str | None:
    others = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    return f"the model has running threads: {_some(others)}" if others else None


def _children() -> str | None:
    children: list[str] = []
    for task in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{task}/children") as file:
                children += file.read().split()
        except OSError:
            # The thread has ended, or the kernel doesn't show it.
            continue
    return (
        f"the model has started processes, which would not be children of any worker: {_some(children)}"
        if children
        else None
    )


def _signals() -> str | None:
    wakeup = signal.set_wakeup_fd(-1)
    if wakeup != -1:
        signal.set_wakeup_fd(wakeup)
        return "signal.set_wakeup_fd() is in use, which belongs to an event loop"
    timers = {
        "ITIMER_REAL": signal.ITIMER_REAL,
        "ITIMER_VIRTUAL": signal.ITIMER_VIRTUAL,
        "ITIMER_PROF": signal.ITIMER_PROF,
    }
    for name, timer in timers.items():
        if signal.getitimer(timer)[0] > 0:
            return f"a timer of signal.setitimer() runs ({name}), which forked processes don't have"
    return None


def _descriptors() -> str | None:
    files = []
    for descriptor, target in sorted(_open().items()):
        if _own.get(descriptor) == target:
            continue
        if target.startswith("anon_inode:"):
            what = target.removeprefix("anon_inode:").strip("[]")
            meaning = {"eventpoll": "an event loop is open", "io_uring": "an io_uring is open"}.get(
                what, f"a descriptor of type {what} is open"
            )
            return f"{meaning} (descriptor {descriptor}), which all workers would share"
        if target.startswith("socket:"):
            return f"a connection is open (descriptor {descriptor}), which all workers would share"
        if target.startswith("pipe:"):
            return f"a pipe is open (descriptor {descriptor}), which all workers would share"
        if target.startswith("/dev/nvidia"):
            return f"CUDA is initialized ({target} is open), which doesn't work in a forked process"
        if target.startswith("/dev/") and not target.startswith((*_PLAIN_DEVICES, "/dev/shm/")):
            return f"the device {target} is open"
        if (
            target.startswith("/")
            and not target.startswith(("/memfd:", "/dev/", "/proc/"))
            and not os.path.isdir(target)
        ):
            files.append(target)
    if files:
        print(f"Forked workers share the positions of open files: {_some(files)}", file=sys.stderr)
    return None


def _fork() -> str | None:
    streams.is_template = True
    try:
        outcome = _coglet.rehearse()
    finally:
        streams.is_template = False
    if not outcome:
        return None
    kind, _, number = outcome.partition(" ")
    if kind == "threads":
        return f"libraries of the model have running threads: {_owners()}"
    if kind == "silent":
        return "a trial fork didn't answer"
    return f"can't fork a process: {os.strerror(int(number))}"


def _open() -> dict[int, str]:
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[int(name)] = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            # The descriptor that listed the folder.
            continue
    return found


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED_LIMIT
    return ", ".join(names[:_NAMED_LIMIT]) + (f" and {more} more" if more > 0 else "")


# MARK: - The owners of threads


def _owners() -> str:
    """Name the libraries whose code the threads run, except our own."""
    ours = {os.getpid(), threading.get_native_id()}
    libraries = _executable_mappings()
    counts = Counter(_owner(int(task), libraries) for task in os.listdir("/proc/self/task") if int(task) not in ours)
    return _some([f"{count} of {name}" for name, count in counts.most_common()]) or "they have ended since"


def _owner(task: int, libraries: list[tuple[int, int, str]]) -> str:
    try:
        with open(f"/proc/self/task/{task}/syscall") as file:
            stack = int(file.read().split()[-2], 16)
        with open("/proc/self/mem", "rb", buffering=0) as memory:
            memory.seek(stack)
            words = memory.read(_STACK_BYTES)
    except (OSError, ValueError, IndexError):
        # It is running, has ended, or the kernel doesn't show it.
        return "an unknown library"
    for start in range(0, len(words) - 7, 8):
        word = int.from_bytes(words[start : start + 8], "little")
        for low, high, name in libraries:
            if low <= word < high:
                return name
    return "an unknown library"


def _executable_mappings() -> list[tuple[int, int, str]]:
    mappings = []
    with open("/proc/self/maps") as file:
        for line in file:
            match = re.match(r"([0-9a-f]+)-([0-9a-f]+) ..x. .* (/.*)", line)
            if match is None:
                continue
            name = os.path.basename(match[3])
            if not re.match(r"(libc|libpthread|libstdc\+\+|ld-linux[^.]*)\b", name):
                mappings.append((int(match[1], 16), int(match[2], 16), name))
    return mappings
