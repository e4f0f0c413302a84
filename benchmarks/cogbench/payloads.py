"""What clients send to the models of the payload workloads, and how a good answer is known."""

import base64
import json
import random

from . import wrk

JPEG_BYTES = 200_000
OBJECT_BYTES = 4096
FLOATS_BYTES = 1 << 20
PIXELS_LEAST_BYTES = 224 * 224 * 3 * 3
"""Each number has at least one digit and a comma, nearly all have more."""


def _load(input_json: str, expected: str, least_bytes: int) -> wrk.Load:
    return wrk.Load("POST", "/predictions", f'{{"input":{input_json}}}', expected, least_bytes, real_clients=True)


def floats_text(size: int) -> str:
    """A JSON array of random numbers between 0 and 1, about `size` characters long."""
    source = random.Random(10)
    return json.dumps([source.random() for _ in range(size // 20)], separators=(",", ":"))


def jpeg() -> wrk.Load:
    """An image with the first and last bytes of a JPEG. Nobody looks at what is in between."""
    content = b"\xff\xd8\xff\xe0" + random.Random(10).randbytes(JPEG_BYTES - 6) + b"\xff\xd9"
    data = base64.b64encode(content).decode()
    return _load(json.dumps({"image": "data:image/jpeg;base64," + data}), data[-64:], len(data))


def structured() -> wrk.Load:
    """An object as a request to a language model is one: texts, numbers, lists, one level in another."""
    source = random.Random(10)
    messages: list[dict[str, object]] = []
    data = {"model": "large", "temperature": 0.7, "stop": None, "stream": False, "messages": messages, "end": "the end"}
    while len(json.dumps(data, separators=(",", ":"))) < OBJECT_BYTES:
        words = " ".join("".join(source.choices("aeioustrn", k=6)) for _ in range(8))
        scores = [round(source.random(), 6) for _ in range(4)]
        messages.append({"role": "user", "content": words, "tokens": source.randrange(1000), "scores": scores})
    return _load(json.dumps({"data": data}, separators=(",", ":")), "the end", OBJECT_BYTES)


def floats() -> wrk.Load:
    text = floats_text(FLOATS_BYTES)
    return _load(f'{{"values":{text}}}', text.rpartition(",")[2].rstrip("]"), len(text))


def pixels() -> wrk.Load:
    return _load('{"s":"world"}', "255", PIXELS_LEAST_BYTES)
