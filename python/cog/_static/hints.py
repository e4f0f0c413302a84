"""Suggestions for wrong names."""

from __future__ import annotations

from collections.abc import Iterable

# The names that other libraries use for the arguments of Input.
ARGUMENTS = {
    "min": "ge",
    "minimum": "ge",
    "gt": "ge",
    "max": "le",
    "maximum": "le",
    "lt": "le",
    "options": "choices",
    "enum": "choices",
    "help": "description",
    "desc": "description",
    "pattern": "regex",
    "max_len": "max_length",
    "min_len": "min_length",
}

# Types that people mistake for valid inputs and outputs, by library.
_FOREIGN = {
    "numpy": "cog.Path for a file, or list[float] for numbers",
    "torch": "cog.Path for a file, or list[float] for numbers",
    "tensorflow": "cog.Path for a file, or list[float] for numbers",
    "jax": "cog.Path for a file, or list[float] for numbers",
    "PIL": "cog.Path",
    "cv2": "cog.Path",
    "pandas": "cog.Path",
    "soundfile": "cog.Path",
}


def undefined(name: str, known: Iterable[str]) -> str:
    """Say that a name is not defined, and how to define it.

    Args:
        name: the name.
        known: the existing names.
    """
    import cog

    text = f'the name "{name}" is not defined'
    if name in cog.__all__:
        return f"{text}: add `from cog import {name}`"
    import typing

    if name in typing.__all__:
        return f"{text}: add `from typing import {name}`"
    return f"{text}{near(name, known) or ': import or define it above'}"


def near(name: str, known: Iterable[str]) -> str:
    """Suggest a similar name; nothing if there is none."""
    import difflib

    matches = difflib.get_close_matches(name, list(known), n=1)
    return f' (did you mean "{matches[0]}"?)' if matches else ""


def foreign_input(written: str, origin: str) -> str | None:
    """Say what to write instead of a library's type as an input; None if it isn't a known mistake."""
    known = _FOREIGN.get(origin.partition(".")[0])
    return known and f"{written} can't be an input: clients send JSON and files. Take {known}, and convert it."


def foreign_output(written: str, origin: str) -> str | None:
    """The same for an output."""
    known = _FOREIGN.get(origin.partition(".")[0])
    return known and f"{written} can't be an output: clients get JSON and files. Convert it, and return {known}."
