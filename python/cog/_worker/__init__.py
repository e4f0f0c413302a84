"""The worker's Python side: loads the model and runs its predictions.

It lives in the process `coglet-worker`, which starts the interpreter and offers the built-in module `_coglet`.
"""

from __future__ import annotations


def main(path: list[str], known: set[str]) -> None:
    """Run the worker until the server ends it. Called by `coglet-worker`, never by users.

    Args:
        path: the whole import path. The working directory has been left out until now: nothing was imported from it.
        known: the names of the modules that were loaded when the interpreter had started.
    """
    import sys

    from cog._model import shadows

    from . import forked, last_words

    last_words.install()
    try:
        from .startup import run

        shadows.put_back(path, known)
        try:
            run()
        finally:
            # Only loaded if tracing is on.
            if "cog._worker.tracing" in sys.modules:
                sys.modules["cog._worker.tracing"].shut_down()
    except BaseException as error:
        last_words.tell_exception(error)
        forked.end(error)
        raise
    last_words.tell_channel_closed()
    forked.end()
