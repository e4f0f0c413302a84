"""How the start of the server fails."""

from __future__ import annotations

import sys

# `typing` is not imported for this, because `python -m` looks for it in the model's folder first.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import NoReturn


def fail(*lines: str) -> NoReturn:
    """Print the reason on standard error and exit.

    Args:
        lines: the reason, and what to do about it.

    Raises:
        SystemExit: always, with status 1.
    """
    print(*lines, sep="\n", file=sys.stderr)
    raise SystemExit(1)
