"""The no-op model as an asynchronous FastAPI route, validated by pydantic: what one writes without a model server."""

from fastapi import FastAPI
from pydantic import BaseModel


class Input(BaseModel):
    s: str


class Request(BaseModel):
    input: Input


class Answer(BaseModel):
    output: str
    status: str


app = FastAPI()


@app.post("/predictions")
async def predict(request: Request) -> Answer:
    return Answer(output="hello " + request.input.s, status="succeeded")


@app.get("/health-check")
async def health() -> dict[str, str]:
    return {"status": "READY"}
