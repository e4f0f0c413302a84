"""KServe's own client: `kserve_client.py URL` does what its users do, and prints the results as JSON."""

import asyncio
import json
import sys

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

URL = sys.argv[1]
TEXTS = np.array(["a", "é"], dtype=np.object_)


def tensor(name, datatype, values, binary):
    array = np.array(values, dtype=np.object_ if datatype == "BYTES" else np.int32)
    found = InferInput(name=name, shape=list(array.shape), datatype=datatype)
    found.set_data_from_numpy(array, binary_data=binary)
    return found


async def first_protocol():
    async with InferenceRESTClient(RESTConfig(protocol="v1", retries=1)) as client:
        yield "v1 ready", await client.is_model_ready(URL, "model")
        yield (
            "v1 predict",
            await client.infer(URL, {"instances": [{"text": "a", "times": 2}, {"text": "b"}]}, model_name="model"),
        )
        try:
            await client.infer(URL, {"instances": [{}]}, model_name="model")
        except httpx.HTTPStatusError as error:
            yield "v1 error", [error.response.status_code, str(error)]
        try:
            await client.is_model_ready(URL, "other")
        except httpx.HTTPStatusError as error:
            yield "v1 other", error.response.status_code


async def second_protocol():
    async with InferenceRESTClient(RESTConfig(protocol="v2", retries=1)) as client:
        yield "v2 live", await client.is_server_live(URL)
        yield "v2 ready", await client.is_server_ready(URL)
        yield "v2 model ready", await client.is_model_ready(URL, "model")
        yield "v2 other ready", await client.is_model_ready(URL, "other")
        for binary in (False, True):
            kind = "binary" if binary else "json"
            request = InferRequest(
                model_name="model",
                request_id="mine",
                infer_inputs=[tensor("text", "BYTES", ["é"], binary), tensor("times", "INT32", [3], binary)],
                parameters={"binary_data_output": binary},
            )
            answer = await client.infer(URL, request, model_name="model")
            yield f"v2 {kind}", [answer.id, answer.model_name, texts(answer)]
            batch = InferRequest(
                model_name="model",
                infer_inputs=[tensor("text", "BYTES", ["a", "b"], binary)],
                parameters={"binary_data_output": binary},
            )
            answer = await client.infer(URL, batch, model_name="model")
            yield f"v2 {kind} batch", [answer.outputs[0].shape, texts(answer)]


def texts(answer):
    values = answer.outputs[0].as_numpy().ravel().tolist()
    return [value.decode() if isinstance(value, bytes) else value for value in values]


async def main():
    results = {}
    for protocol in (first_protocol(), second_protocol()):
        async for name, result in protocol:
            results[name] = result
    print(json.dumps(results))


asyncio.run(main())
