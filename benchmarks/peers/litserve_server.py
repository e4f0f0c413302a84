"""The models on LitServe, one API process. BENCH_WORKLOAD names one. Arguments: HOST PORT."""

import os
import sys
import time
from typing import Any

import litserve
from payloads import MODELS


def answer(output: Any) -> dict[str, Any]:
    return {"output": output, "status": "succeeded"}


class NoOp(litserve.LitAPI):  # type: ignore[misc]
    def setup(self, device: str) -> None:
        pass

    def predict(self, request: dict[str, Any]) -> dict[str, Any]:
        return answer("hello " + request["input"]["s"])


class Payload(NoOp):
    def setup(self, device: str) -> None:
        self.model = MODELS[os.environ["BENCH_WORKLOAD"]]

    def predict(self, request: dict[str, Any]) -> dict[str, Any]:
        return answer(self.model(request["input"]))


class Cpu(NoOp):
    def predict(self, request: dict[str, Any]) -> dict[str, Any]:
        total = 0
        for number in range(request["input"]["n"]):
            total += number & 7
        return answer(total)


class Batched(NoOp):
    def predict(self, request: list[dict[str, Any]]) -> list[dict[str, Any]]:  # type: ignore[override]
        time.sleep(0.010 + 0.0005 * len(request))
        return [answer("hello " + item["input"]["s"]) for item in request]

    def batch(self, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return inputs

    def unbatch(self, output: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return output


if __name__ == "__main__":
    workload = os.environ["BENCH_WORKLOAD"]
    if workload == "batched":
        api = Batched(api_path="/predictions", max_batch_size=16, batch_timeout=0.005)
    else:
        kind = Payload if workload in MODELS else Cpu if workload == "cpu" else NoOp
        api = kind(api_path="/predictions")
    workers = 2 if workload == "cpu" else 1
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=workers)
    server.run(
        host=sys.argv[1], port=int(sys.argv[2]), num_api_servers=1, generate_client_file=False, log_level="error"
    )
