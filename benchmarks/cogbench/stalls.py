"""How long others wait while a large body arrives."""

import threading
import time
from functools import cache

from .client import Client
from .measures import Sample, Settings
from .payloads import floats_text
from .processes import BenchmarkError, Running
from .servers import Server

ARRAY_BYTES = 40_000_000
ASK_SECONDS = 0.002
ANSWER_LIMIT_SECONDS = 120.0


@cache
def _body() -> bytes:
    return f'{{"input":{{"values":{floats_text(ARRAY_BYTES)}}}}}'.encode()


def worst_health_check(server: Server, running: Running, settings: Settings) -> Sample:
    """The longest wait for a health check in milliseconds, from the array's first byte to the end of its answer."""
    body = _body()  # made before any time is taken
    sender = Client(running.port, ANSWER_LIMIT_SECONDS)
    asker = Client(running.port, ANSWER_LIMIT_SECONDS, buffer_bytes=1 << 16)
    answers: list[int] = []

    def send() -> None:
        answers.append(sender.request("POST", "/predictions", body).status)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    worst = 0.0
    try:
        while thread.is_alive():
            worst = max(worst, asker.request("GET", "/health-check").seconds)
            time.sleep(ASK_SECONDS)
    finally:
        thread.join(ANSWER_LIMIT_SECONDS)
        sender.close()
        asker.close()
    if answers != [200]:
        raise BenchmarkError(f"{server.title}: the array was answered with {answers or 'nothing'}")
    return Sample(worst * 1000)
