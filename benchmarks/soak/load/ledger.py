"""What has become of every prediction of a server: each that was accepted has one end, told the same everywhere."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .operations import UnexpectedAnswer

TERMINAL = ("succeeded", "failed", "canceled")

# How predictions end whatever they were to do, because fire is everywhere: by the beginning of the error.
ANY_TIME = {"Worker crashed": "crashed", "timed out after": "timed out", "At capacity": "waited too long"}
RAISED = "asked to raise"
# What else a model is asked for can lead to.
ENDS = {
    "raise": {"raised"},
    "item": {"raised"},
    "exit": set[str](),
    "orphan": set[str](),
    "segfault": set[str](),
    "hang": set[str](),
    "stubborn": set[str](),
}
SUCCEEDS = {"succeeded"}


@dataclass
class Asked:
    """A prediction that a client asks for, or has asked for."""

    id: str
    kind: str
    output: Any
    """What it gives if nothing happens to it."""
    may_be_canceled: bool = False


def outcome(state: dict[str, Any]) -> str:
    """How a prediction has ended, in a word or two; the error itself if it is none that is expected."""
    if state["status"] != "failed":
        return str(state["status"])
    error = str(state["error"])
    if RAISED in error:
        return "raised"
    return next((name for start, name in ANY_TIME.items() if error.startswith(start)), error)


def told(state: dict[str, Any]) -> tuple[Any, ...]:
    """What must be the same wherever the end of a prediction is told."""
    return tuple(state.get(name) for name in ("id", "status", "error", "output"))


@dataclass
class Ledger:
    """May be used from any thread."""

    accepted: int = 0
    refused: int = 0
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often a prediction of a kind has ended in a way."""
    states: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def turned_away(self) -> None:
        with self._lock:
            self.refused += 1

    def ended(self, asked: Asked, *states: dict[str, Any]) -> None:
        """An accepted prediction has ended; `states` are what was told of that.

        Raises:
            UnexpectedAnswer: two of them say different things, or it must not end like that.
        """
        first = told(states[0])
        with self._lock:
            self.accepted += 1
            self.ends[asked.kind, outcome(states[0])] += 1
            self.states[asked.id] = first
        for state in states[1:]:
            if told(state) != first:
                raise UnexpectedAnswer(f"{asked.id} ({asked.kind}) has ended as {first} and as {told(state)}")
        name = outcome(states[0])
        allowed = {*ENDS.get(asked.kind, SUCCEEDS), *ANY_TIME.values()}
        if name not in allowed and not (name == "canceled" and asked.may_be_canceled):
            raise UnexpectedAnswer(f"{asked.id} ({asked.kind}) has ended as {first}")
        if name == "succeeded" and states[0]["output"] != asked.output:
            raise UnexpectedAnswer(f"{asked.id} ({asked.kind}) has the output of another: {first}")

    def differing(self, webhooks: dict[str, dict[str, Any]]) -> list[str]:
        """The predictions whose terminal webhook has told something else."""
        with self._lock:
            return [
                f"the webhook of {identifier} says {told(state)}, everybody else {self.states.get(identifier)}"
                for identifier, state in webhooks.items()
                if self.states.get(identifier) not in (None, told(state))
            ]

    def lines(self) -> list[str]:
        """How predictions have ended, a line for each kind."""
        with self._lock:
            kinds = sorted({kind for kind, _ in self.ends})
            ends = {kind: {end: n for (each, end), n in self.ends.items() if each == kind} for kind in kinds}
        return [
            f"  {kind:9}" + ", ".join(f"{count} {end}" for end, count in sorted(found.items()))
            for kind, found in ends.items()
        ]
