"""Starts the prediction server so that it ends with the process that started it.

`python -m cog._bound_server PID FLAGS...`: when the process PID ends, for whatever reason, the kernel sends SIGTERM to
the server, which finishes its predictions and ends. The flags are those of `cog.server.http`. This process becomes the
server.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def main(arguments: list[str]) -> None:
    """Become the server.

    Args:
        arguments: the process to end with, and the server's flags.

    Raises:
        OSError: the kernel refuses.
        SystemExit: as `cog.server.http.main`; 0 if that process has already ended.
    """
    parent = int(arguments[0])
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    # It may have ended before the kernel was asked; the signal would never come then.
    if os.getppid() != parent:
        raise SystemExit(0)
    from cog.server import http

    http.main(arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
