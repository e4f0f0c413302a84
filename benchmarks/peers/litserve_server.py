"""The no-op model on LitServe: one worker, one API process. Arguments: HOST PORT."""

import sys
from typing import Any

import litserve


class NoOp(litserve.LitAPI):  # type: ignore[misc]
    def setup(self, device: str) -> None:
        pass

    def predict(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"output": "hello " + request["input"]["s"], "status": "succeeded"}


if __name__ == "__main__":
    server = litserve.LitServer(NoOp(api_path="/predictions"), accelerator="cpu", workers_per_device=1)
    server.run(
        host=sys.argv[1], port=int(sys.argv[2]), num_api_servers=1, generate_client_file=False, log_level="error"
    )
