"""The no-op model on mosec: one worker, no batching. Started with mosec's own flags."""

from typing import Any

from mosec import Server, Worker


class NoOp(Worker):
    def forward(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"output": "hello " + data["input"]["s"], "status": "succeeded"}


if __name__ == "__main__":
    server = Server()
    server.append_worker(NoOp, num=1, route="/predictions")
    server.run()
