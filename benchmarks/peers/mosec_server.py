"""The models on mosec. BENCH_WORKLOAD names one; started with mosec's own flags."""

import os
import time
from typing import Any

from mosec import Server, Worker
from payloads import MODELS


def answer(output: Any) -> dict[str, Any]:
    return {"output": output, "status": "succeeded"}


class NoOp(Worker):
    def forward(self, data: dict[str, Any]) -> dict[str, Any]:
        return answer("hello " + data["input"]["s"])


class Payload(Worker):
    def __init__(self) -> None:
        self.model = MODELS[os.environ["BENCH_WORKLOAD"]]

    def forward(self, data: dict[str, Any]) -> dict[str, Any]:
        return answer(self.model(data["input"]))


class Cpu(Worker):
    def forward(self, data: dict[str, Any]) -> dict[str, Any]:
        total = 0
        for number in range(data["input"]["n"]):
            total += number & 7
        return answer(total)


class Batched(Worker):
    def forward(self, data: list[dict[str, Any]]) -> list[dict[str, Any]]:
        time.sleep(0.010 + 0.0005 * len(data))
        return [answer("hello " + item["input"]["s"]) for item in data]


if __name__ == "__main__":
    server = Server()
    workload = os.environ["BENCH_WORKLOAD"]
    if workload == "cpu":
        server.append_worker(Cpu, num=2, route="/predictions")
    elif workload == "batched":
        server.append_worker(Batched, num=1, max_batch_size=16, max_wait_time=5, route="/predictions")
    elif workload in MODELS:
        server.append_worker(Payload, num=1, route="/predictions")
    else:
        server.append_worker(NoOp, num=1, route="/predictions")
    server.run()
