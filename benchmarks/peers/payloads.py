"""What models/payloads.py does, for servers that hand the request's JSON to the model as Python values."""

import base64
from collections.abc import Callable
from typing import Any

import numpy

SIDE = 224
IMAGE = numpy.arange(SIDE * SIDE * 3, dtype=numpy.uint8).reshape(SIDE, SIDE, 3)


def jpeg(image: str) -> str:
    data = base64.b64decode(image.partition(",")[2])
    return "data:image/jpeg;base64," + base64.b64encode(data).decode()


# By workload.
MODELS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "jpeg": lambda values: jpeg(values["image"]),
    "object": lambda values: values["data"],
    "floats": lambda values: values["values"],
    "pixels": lambda values: IMAGE.tolist(),
}
