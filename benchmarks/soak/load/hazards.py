"""What clients of a pool under fire do: they ask for all that can go wrong, in every way of asking."""

import base64
import json
import random
import select
import threading
import time
import uuid
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

from .ledger import TERMINAL, Asked, Ledger
from .operations import Target, UnexpectedAnswer, ask, send

BUSY = (409, 429, 503)
END_SECONDS = 60.0
"""In which every accepted prediction must end; restarts, the queue's limit and the predictions' own take a few."""

FILE_URL = "data:application/octet-stream;base64," + base64.b64encode(b"burning").decode()
LONGEST_SLEEP_MS = 300
PATIENCE_SECONDS = 0.1

Input = dict[str, Any]


class Hazards:
    """The requests to one server."""

    def __init__(self, kinds: dict[str, float], *, pieces: int) -> None:
        """Asks for these kinds of predictions, so often; each gives so many pieces, 0 for a text as a whole."""
        self.ledger = Ledger()
        self._kinds = kinds
        self._pieces = pieces
        self._ways = [self._answered, self._answered, self._asynchronous, self._left, self._canceled, self._twins]
        if pieces:
            self._ways.append(self._streamed)

    def anything(self, target: Target) -> None:
        """Asks for something in some way."""
        (kind,) = random.choices(list(self._kinds), list(self._kinds.values()))
        n = random.randrange(1 << 30)
        output = [f"{n}.{piece}" for piece in range(self._pieces)] if self._pieces else f"{n}"
        values: Input = {"kind": kind, "n": n, "milliseconds": random.randrange(LONGEST_SLEEP_MS)}
        if kind == "file":
            values["file"] = FILE_URL
        random.choice(self._ways)(target, Asked(uuid.uuid4().hex, kind, output), values)

    # MARK: - Ways of asking

    def _answered(self, target: Target, asked: Asked, values: Input) -> None:
        with closing(target.connect()) as connection:
            if random.random() < 0.5:
                send(connection, "POST", "/predictions", {"id": asked.id, "input": values, **self._webhook(target)})
            else:
                send(connection, "PUT", f"/predictions/{asked.id}", {"input": values, **self._webhook(target)})
            self._answer(target, asked, connection)

    def _streamed(self, target: Target, asked: Asked, values: Input) -> None:
        with closing(target.connect()) as connection:
            body = {"id": asked.id, "input": values, **self._webhook(target)}
            send(connection, "POST", "/predictions", body, Accept="text/event-stream")
            self._answer(target, asked, connection)

    def _asynchronous(self, target: Target, asked: Asked, values: Input) -> None:
        if self._is_accepted(target, asked, values):
            self._ended(target, asked)

    def _canceled(self, target: Target, asked: Asked, values: Input) -> None:
        asked.may_be_canceled = True
        if self._is_accepted(target, asked, values):
            time.sleep(random.uniform(0, PATIENCE_SECONDS))
            for _ in range(random.randrange(1, 3)):  # Twice does no harm.
                status, text = ask(target, "POST", f"/predictions/{asked.id}/cancel")
                if status != 200:
                    raise UnexpectedAnswer(f"cancel of an accepted prediction: {status} {text[:200]!r}")
            self._ended(target, asked)

    def _left(self, target: Target, asked: Asked, values: Input) -> None:
        """The client goes away once its prediction is known: that cancels it, wherever it is."""
        asked.may_be_canceled = True
        streams = self._pieces and random.random() < 0.5
        with closing(target.connect()) as connection:
            body = {"id": asked.id, "input": values, **self._webhook(target)}
            send(connection, "POST", "/predictions", body, Accept="text/event-stream" if streams else "*/*")
            while ask(target, "GET", f"/predictions/{asked.id}")[0] == 404:
                if select.select([connection.sock], [], [], 0.005)[0]:
                    return self._answer(target, asked, connection)
            time.sleep(random.uniform(0, PATIENCE_SECONDS))
        return self._ended(target, asked)

    def _twins(self, target: Target, asked: Asked, values: Input) -> None:
        """Two clients ask for the same id at once: they share one prediction, or the second comes after its end."""
        answers: list[tuple[int, bytes]] = []
        threads = [
            threading.Thread(
                target=lambda: answers.append(ask(target, "PUT", f"/predictions/{asked.id}", {"input": values}))
            )
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if len(answers) < 2:
            raise UnexpectedAnswer(f"twins: {len(answers)} answers")
        states = [json.loads(text) for status, text in answers if status == 200]
        if any(status not in (200, *BUSY) for status, _ in answers):
            raise UnexpectedAnswer(f"twins: {answers}")
        last = self._find(target, asked)
        if last is not None:
            states.append(last)
        for begun in {state["created_at"] for state in states}:
            self.ledger.ended(asked, *[state for state in states if state["created_at"] == begun])

    # MARK: - What becomes of it

    def _webhook(self, target: Target) -> dict[str, Any]:
        return {"webhook": f"{target.receiver.url}/hook", "webhook_events_filter": ["completed"]}

    def _is_accepted(self, target: Target, asked: Asked, values: Input) -> bool:
        with closing(target.connect()) as connection:
            body = {"id": asked.id, "input": values, **self._webhook(target)}
            send(connection, "POST", "/predictions", body, Prefer="respond-async")
            answer = connection.getresponse()
            text = answer.read()
            if answer.status == 202:
                return True
            self._refused(target, asked, answer.status, answer.getheader("Retry-After"), text)
            return False

    def _answer(self, target: Target, asked: Asked, connection: HTTPConnection) -> None:
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            return self._refused(target, asked, answer.status, answer.getheader("Retry-After"), text)
        if (answer.getheader("Content-Type") or "").startswith("text/event-stream"):
            _, *ends = text.split(b"event: completed\ndata: ")
            if len(ends) != 1:
                raise UnexpectedAnswer(f"stream of {asked.kind}: {len(ends)} ends in {text[-300:]!r}")
            text = ends[0]
        return self._ended(target, asked, json.loads(text))

    def _refused(self, target: Target, asked: Asked, status: int, advice: str | None, text: bytes) -> None:
        if status not in BUSY or advice is None:
            raise UnexpectedAnswer(f"{asked.kind} is refused: {status} {text[:200]!r}, Retry-After {advice}")
        state = self._find(target, asked)
        if state is None:
            self.ledger.turned_away()
        elif state["status"] == "failed" and str(state["error"]).startswith("At capacity"):
            # It was accepted, and has waited in vain: its client is told what it would have been told without a queue.
            self._closed(target, asked, state)
        else:
            raise UnexpectedAnswer(f"{asked.id} is refused with {status}, and {state}")

    def _ended(self, target: Target, asked: Asked, *states: dict[str, Any]) -> None:
        """An accepted prediction has ended, or will; it was told so in `states`."""
        deadline = time.monotonic() + END_SECONDS
        while True:
            state = self._find(target, asked)
            if state is None:
                raise UnexpectedAnswer(f"{asked.id} ({asked.kind}) was accepted, and nobody knows it")
            if state["status"] in TERMINAL:
                return self._closed(target, asked, *states, state)
            if states:
                raise UnexpectedAnswer(f"{asked.id} has ended as {states}, and goes on as {state}")
            if time.monotonic() > deadline:
                raise UnexpectedAnswer(f"{asked.id} ({asked.kind}) doesn't end: {state}")
            time.sleep(0.02)

    def _closed(self, target: Target, asked: Asked, *states: dict[str, Any]) -> None:
        with target.lock:
            target.webhooks.add(asked.id)
        self.ledger.ended(asked, *states)

    def _find(self, target: Target, asked: Asked) -> dict[str, Any] | None:
        status, text = ask(target, "GET", f"/predictions/{asked.id}")
        if status == 404:
            return None
        if status != 200:
            raise UnexpectedAnswer(f"GET of {asked.id}: {status} {text[:200]!r}")
        found: dict[str, Any] = json.loads(text)
        return found
