"""The models as one writes them by hand to be fast, in one process: pydantic reads the body's bytes, orjson writes the
answer. BENCH_WORKLOAD names one."""

import os
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import orjson
from fastapi import FastAPI, Request, Response
from payloads import IMAGE, jpeg
from pydantic import BaseModel


class Text(BaseModel):
    s: str


class Image(BaseModel):
    image: str


class Data(BaseModel):
    data: dict[str, Any]


class Values(BaseModel):
    values: list[float]


Input = TypeVar("Input", bound=BaseModel)


class Body(BaseModel, Generic[Input]):
    input: Input


MODELS: dict[str, tuple[type[BaseModel], Callable[[Any], Any]]] = {
    "jpeg": (Image, lambda given: jpeg(given.image)),
    "object": (Data, lambda given: given.data),
    "floats": (Values, lambda given: given.values),
    "pixels": (Text, lambda given: IMAGE),
}
HELLO = (Text, lambda given: "hello " + given.s)

kind, model = MODELS.get(os.environ["BENCH_WORKLOAD"], HELLO)
body_type = Body[kind]  # type: ignore[valid-type]
app = FastAPI()


@app.post("/predictions")
async def predict(request: Request) -> Response:
    body = body_type.model_validate_json(await request.body())
    answer = {"output": model(body.input), "status": "succeeded"}
    return Response(orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json")


@app.get("/health-check")
async def health() -> dict[str, str]:
    return {"status": "READY"}
