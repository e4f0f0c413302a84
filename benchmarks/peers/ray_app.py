"""The batched model on Ray Serve: one replica. Argument: PORT."""

import signal
import sys
import time
from typing import Any

import ray
from ray import serve
from starlette.requests import Request


@serve.deployment(num_replicas=1, max_ongoing_requests=64)
class Batched:
    @serve.batch(max_batch_size=16, batch_wait_timeout_s=0.005)
    async def predict(self, items: list[str]) -> list[dict[str, Any]]:
        time.sleep(0.010 + 0.0005 * len(items))
        return [{"output": "hello " + item, "status": "succeeded"} for item in items]

    async def __call__(self, request: Request) -> dict[str, Any]:
        answer: dict[str, Any] = await self.predict((await request.json())["input"]["s"])
        return answer


if __name__ == "__main__":
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    serve.start(http_options={"host": "127.0.0.1", "port": int(sys.argv[1])})
    serve.run(Batched.bind(), route_prefix="/predictions")
    signal.sigwait([signal.SIGTERM, signal.SIGINT])
    serve.shutdown()
    ray.shutdown()
