"""Ray and Ray Serve for a program that doesn't import them: a command in JSON on each line, and an answer on each.

It is run by an interpreter that has Ray, the SDK, and the server: `driver.py CPUS GPUS`.
"""

import json
import os
import runpy
import socket
import sys
from typing import Any, TextIO

import ray
from ray import serve

import cog.ray

OBJECT_STORE_BYTES = 80 * 1024 * 1024


@serve.deployment(name="plain")
class Plain:
    """What a deployment without a server is: the least that a replica can do."""

    async def __call__(self, request: Any) -> dict[str, Any]:
        body = await request.json()
        return {"status": "succeeded", "output": [body["input"]["number"], os.getpid()]}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def deploy(name: str, **arguments: Any) -> None:
    """Deploy a model as an application, whose prefix is its name."""
    serve.run(cog.ray.deployment(**arguments), name=name, route_prefix=f"/{name}")


def deploy_plain(name: str, **options: Any) -> None:
    serve.run(Plain.options(**options).bind(), name=name, route_prefix=f"/{name}")


def status(name: str) -> dict[str, Any]:
    """How an application and its deployment are, and what Ray says about it."""
    found = serve.status().applications[name]
    deployments = found.deployments.values()
    return {
        "status": found.status.value,
        "running": sum(each.replica_states.get("RUNNING", 0) for each in deployments),
        "replicas": sum(count for each in deployments for count in each.replica_states.values()),
        "message": " ".join([found.message, *(each.message for each in deployments)]),
    }


def call(name: str, input: dict[str, Any]) -> Any:
    """A prediction by the application's handle, as another deployment asks for it."""
    return serve.get_app_handle(name).predict.remote(input).result()


def describe(arguments: dict[str, Any] | None = None, file: str = "") -> dict[str, Any]:
    """The options of an application: that of `cog.ray:app` with arguments, or `app` of a file. Nothing is deployed."""
    application = runpy.run_path(file)["app"] if file else cog.ray.app(arguments or {})
    found = application._bound_deployment
    scaling = found._deployment_config.autoscaling_config
    return {
        "max_ongoing_requests": found.max_ongoing_requests,
        "replicas": found.num_replicas,
        "scaling": scaling and [scaling.min_replicas, scaling.max_replicas, scaling.target_ongoing_requests],
    }


COMMANDS = {
    "call": call,
    "delete": serve.delete,
    "deploy": deploy,
    "deploy_plain": deploy_plain,
    "describe": describe,
    "status": status,
}


def answer_commands(port: int, output: TextIO) -> None:
    print(json.dumps({"port": port, "address": ray.get_runtime_context().gcs_address}), file=output, flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = {"done": COMMANDS[command.pop("do")](**command)}
        except Exception as error:  # It is the caller's to judge.
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=output, flush=True)


def main() -> None:
    # Ray and its children write to the standard output; the answers have a descriptor of their own.
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    ray.init(
        num_cpus=int(sys.argv[1]),
        num_gpus=int(sys.argv[2]),
        object_store_memory=OBJECT_STORE_BYTES,
        include_dashboard=False,
        log_to_driver=False,
    )
    port = free_port()
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    answer_commands(port, output)
    serve.shutdown()
    ray.shutdown()


if __name__ == "__main__":
    main()
