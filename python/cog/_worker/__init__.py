"""The worker's Python side: loads the model and runs its predictions.

It lives in the process `coglet-worker`, which starts the interpreter and offers the built-in module `_coglet`.
"""

from __future__ import annotations


def main() -> None:
    """Run the worker until the server ends it. Called by `coglet-worker`, never by users."""
    from .startup import run

    run()
