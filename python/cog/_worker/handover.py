"""Makes sure that an output file keeps the content that it had when the model handed it over.

The server reads files later, while the model may continue. So a file that the model could still change is copied first.
The copy has no name, and shares its blocks with the file if the file system supports that. In the usual case, the file
is returned at the end by a model that then rests, and is sent without copying.
"""

from __future__ import annotations

import _thread
import io
import os
import stat
import sys
from collections.abc import Callable, Iterator
from errno import EDQUOT, EFBIG, ENOMEM, ENOSPC, ENXIO
from types import FrameType
from typing import BinaryIO

from cog._values.output_files import OpenedFile, rewound

# Also how much is copied before signals, such as a cancel, are handled.
_PIECE_BYTES = 32 << 20
_READ_BYTES = 1 << 20
# A copy is made in memory only if no disk has room for it, and only up to this size.
_MEMORY_LIMIT_BYTES = 64 << 20
_NO_ROOM = frozenset({ENOSPC, EDQUOT, EFBIG, ENOMEM})
_FICLONE = 0x40049409  # ioctl_ficlone(2)

# Exactly these are plain views of a system file; a subclass may read something else.
_RAW = (io.FileIO, OpenedFile)
_BUFFERED = (io.BufferedReader, io.BufferedRandom, io.BufferedWriter)

# Threads that never touch the model's files, by module and class name: tqdm's redraws progress bars.
_HARMLESS_THREADS = frozenset({("tqdm._monitor", "TMonitor")})


def system_file(file: BinaryIO) -> int | None:
    """Return the descriptor of the regular file that `file` is open on; None if `file` is anything else.

    Raises:
        Exception: whatever the file raises, for example because it is closed.
    """
    kind = type(file)
    if kind not in _RAW and not (kind in _BUFFERED and type(getattr(file, "raw", None)) in _RAW):
        return None
    if kind is not OpenedFile:
        if not file.readable():
            raise io.UnsupportedOperation("the file is not open for reading")
        file.flush()
    descriptor = file.fileno()
    return descriptor if stat.S_ISREG(os.fstat(descriptor).st_mode) else None


# MARK: - Whether a file may change


def is_model_resting() -> bool:
    """Whether a model whose method has returned runs nothing else that could change a file: no thread, no process."""
    threads = sys._current_frames()
    del threads[_thread.get_ident()]
    if any(not _is_harmless(thread, frame) for thread, frame in threads.items()):
        return False
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return True
    return False


def _is_harmless(thread: int, frame: FrameType) -> bool:
    if frame.f_code.co_name == "_serve" and frame.f_globals.get("__name__") == "cog._worker.health":
        return True  # It is waiting for a health check.
    import threading

    kinds = (type(known) for known in threading.enumerate() if known.ident == thread)
    return any((kind.__module__, kind.__name__) in _HARMLESS_THREADS for kind in kinds)


# MARK: - Copying


def copy_of_file(source: int) -> int:
    """Return a new descriptor of a copy of a regular file.

    Args:
        source: a descriptor of the file; its position is left unchanged.

    Raises:
        OSError: the file can't be read, or there is no room for the copy.
    """
    status = os.fstat(source)
    # Not the exception itself, which would keep alive the frames that led here, and with them the model's generator.
    failure = (ENOSPC, os.strerror(ENOSPC))
    for create in _places(source, status.st_size):
        try:
            copy = create()
        except OSError:
            continue
        try:
            _fill(copy, source, status)
            return copy
        except OSError as error:
            os.close(copy)
            if error.errno not in _NO_ROOM:
                raise
            failure = (error.errno, error.strerror or "")
        except BaseException:
            os.close(copy)
            raise
    raise OSError(failure[0], f"no room to keep a copy of the file ({status.st_size} bytes): {failure[1]}")


def copy_of_object(file: BinaryIO) -> int:
    """Return a new descriptor of a file in memory with the contents of `file`, or the rest if it can't be rewound.

    Raises:
        Exception: whatever reading the file raises.
    """
    with rewound(file):
        copy = os.memfd_create("output")
        try:
            while chunk := file.read(_READ_BYTES):
                _write(copy, chunk, None)
        except BaseException:
            os.close(copy)
            raise
    return copy


def _places(source: int, size: int) -> Iterator[Callable[[], int]]:
    try:
        # Next to the file, blocks can be shared, and there is usually space.
        folder = os.path.dirname(os.readlink(f"/proc/self/fd/{source}"))
    except OSError:
        pass
    else:
        yield lambda: _nameless(folder)
    temporary = os.environ.get("TMPDIR") or "/tmp"
    yield lambda: _nameless(temporary)
    yield lambda: _unlinked(temporary)
    if size <= _MEMORY_LIMIT_BYTES:
        yield lambda: os.memfd_create("output")


def _nameless(folder: str) -> int:
    return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)


def _unlinked(folder: str) -> int:
    """For file systems without files that have no name."""
    from tempfile import mkstemp

    descriptor, path = mkstemp(prefix="cog-output-", dir=folder)
    os.unlink(path)
    return descriptor


def _fill(copy: int, source: int, status: os.stat_result) -> None:
    if status.st_size == 0 or _clone(copy, source):
        return
    target = os.fstatvfs(copy)
    # A copy that can't succeed must not fill the disk first.
    if target.f_blocks > 0 and status.st_blocks * 512 > target.f_bavail * target.f_frsize:
        raise OSError(ENOSPC, os.strerror(ENOSPC))
    end = 0
    for start, stop in _extents(source, status):
        end = _copy_range(copy, source, start, stop)
        if end < stop:  # It has shrunk since.
            break
    else:
        end = status.st_size
    os.ftruncate(copy, end)


def _clone(copy: int, source: int) -> bool:
    from fcntl import ioctl

    try:
        ioctl(copy, _FICLONE, source)
    except OSError:
        return False
    return True


def _extents(source: int, status: os.stat_result) -> Iterator[tuple[int, int]]:
    """The parts of the file that contain data: the holes between them take no space, in the copy either."""
    size = status.st_size
    if status.st_blocks * 512 >= size:
        yield 0, size
        return
    position = os.lseek(source, 0, os.SEEK_CUR)
    try:
        stop = 0
        while stop < size:
            try:
                start = os.lseek(source, stop, os.SEEK_DATA)
                after = os.lseek(source, start, os.SEEK_HOLE)
            except OSError as error:
                if error.errno != ENXIO:  # ENXIO: only a hole is left. Otherwise the file system can't tell.
                    yield stop, size
                return
            stop = min(size, after)
            if start < stop:
                yield start, stop
    finally:
        os.lseek(source, position, os.SEEK_SET)


def _copy_range(copy: int, source: int, start: int, stop: int) -> int:
    """Copy the bytes from `start` to `stop`, and return where the copy ends, earlier if the file does."""
    while start < stop:
        try:
            count = os.copy_file_range(source, copy, min(_PIECE_BYTES, stop - start), start, start)
        except InterruptedError:
            continue
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise
            break  # Not supported between these two file systems.
        if count == 0:
            break
        start += count
    while start < stop:
        piece = os.pread(source, min(_READ_BYTES, stop - start), start)
        if not piece:
            break
        _write(copy, piece, start)
        start += len(piece)
    return start


def _write(copy: int, data: bytes, offset: int | None) -> None:
    view = memoryview(data)
    while view:
        if offset is None:
            count = os.write(copy, view)
        else:
            count = os.pwrite(copy, view, offset)
            offset += count
        view = view[count:]
