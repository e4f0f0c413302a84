"""Triton's own client: `triton_client.py HOST:PORT NUMBERS_HOST:PORT FILES_HOST:PORT` prints its results as JSON.

The servers have a model of texts, one of lists of numbers, and one of files.
"""

import json
import sys

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

TEXTS, NUMBERS, FILES = sys.argv[1:]


def tensor(name, datatype, array, binary):
    found = triton.InferInput(name, list(array.shape), datatype)
    found.set_data_from_numpy(array, binary_data=binary)
    return found


def texts(*values):
    return np.array([value.encode() for value in values], dtype=np.object_)


def about_texts(results):
    client = triton.InferenceServerClient(TEXTS)
    results["server"] = [client.is_server_live(), client.is_server_ready(), client.get_server_metadata()]
    results["model"] = [client.is_model_ready("model"), client.is_model_ready("model", "1"), client.is_model_ready("x")]
    results["metadata"] = client.get_model_metadata("model")
    for binary in (False, True):
        kind = "binary" if binary else "json"
        answer = client.infer(
            "model",
            [tensor("text", "BYTES", texts("é"), binary), tensor("times", "INT64", np.array([2]), binary)],
            model_version="1",
            request_id="mine",
            outputs=[triton.InferRequestedOutput("output", binary_data=binary)],
        )
        shown = [text.decode() if binary else text for text in answer.as_numpy("output").tolist()]
        results[f"text {kind}"] = [answer.get_response()["id"], shown]
    # Without outputs the client asks for binary ones; compressed either way.
    answer = client.infer(
        "model", [tensor("text", "BYTES", texts("x", "y", "z"), True)], request_compression_algorithm="gzip"
    )
    results["batch"] = [answer.get_output("output")["shape"], [text.decode() for text in answer.as_numpy("output")]]
    results["errors"] = {}
    for name, inputs, model in [
        ("unknown model", [], "other"),
        ("unknown input", [tensor("no", "INT64", np.array([1]), True)], "model"),
        ("wrong type", [tensor("text", "FP32", np.array([1], dtype=np.float32), True)], "model"),
        ("missing", [tensor("times", "INT64", np.array([1]), True)], "model"),
        ("failure", [tensor("text", "BYTES", texts("fail"), True)], "model"),
    ]:
        try:
            client.infer(model, inputs)
        except InferenceServerException as error:
            results["errors"][name] = [error.status(), error.message()]
    client.close()


def about_numbers(results):
    client = triton.InferenceServerClient(NUMBERS)
    for datatype, dtype in [("FP16", np.float16), ("FP32", np.float32), ("FP64", np.float64), ("INT8", np.int8)]:
        values = np.array([1, -2, 4], dtype=dtype)
        answer = client.infer("numbers", [tensor("values", datatype, values, True)])
        found = answer.as_numpy("output")
        results[f"numbers {datatype}"] = [str(found.dtype), found.tolist()]
    answer = client.infer("numbers", [tensor("values", "FP32", np.array([[1, 2], [3, 4]], dtype=np.float32), True)])
    results["numbers batch"] = answer.as_numpy("output").tolist()
    client.close()


def about_files(results):
    client = triton.InferenceServerClient(FILES)
    contents = bytes(range(256)) * 1024
    answer = client.infer("model", [tensor("file", "BYTES", np.array([contents], dtype=np.object_), True)])
    results["file"] = answer.as_numpy("output")[0] == contents[::-1]
    client.close()


results = {}
about_texts(results)
about_numbers(results)
about_files(results)
print(json.dumps(results))
