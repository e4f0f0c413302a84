"""What is shown about a deployment: each scene gives a line for people, and raises if something is lost."""

import os
import signal
import time
from typing import Any

from cluster import Cluster, RayError, alive, wait_for
from load import Load, Tally, burst

MODEL = "predict.py:Predictor"
NAME = "model"
PLAIN = "plain"
PATH = f"/{NAME}/predictions"
CRASH = "Worker crashed"


def deploy(cluster: Cluster, directory: str, replicas: int, **options: Any) -> None:
    """The acceptance's model with so many replicas."""
    arguments = {"num_replicas": replicas, "ray_actor_options": {"num_cpus": 0.1}, **options}
    cluster.do("deploy", name=NAME, model=MODEL, directory=directory, **arguments)
    cluster.wait_running(NAME, replicas)


def requests(cluster: Cluster, replicas: int, count: int) -> str:
    """Predictions one after the other, and the same number at once; none may be bad."""
    serial = burst(cluster.port, PATH, count, 1)
    concurrent = burst(cluster.port, PATH, count, count)
    for tally in (serial, concurrent):
        _none_bad(tally, count)
    if len(concurrent.pids) != replicas:
        raise RayError(f"{len(concurrent.pids)} of {replicas} replicas took part")
    return f"{replicas} replicas: {serial.good} serial and {concurrent.good} concurrent predictions, 0 bad"


def _none_bad(tally: Tally, count: int) -> None:
    if tally.bad or tally.good != count:
        raise RayError(f"{len(tally.bad)} bad of {count}: {tally.bad[:3]}")


def worker_kill(cluster: Cluster, clients: int, kills: int) -> str:
    """A worker is killed under load: at most the one prediction that it ran is lost, and fails as a prediction does."""
    load = Load(cluster.port, PATH, clients, seconds=0.02)
    try:
        for _ in range(kills):
            _progress(load, clients)
            workers = cluster.workers(NAME)
            os.kill(workers[0], signal.SIGKILL)
            wait_for(lambda before=workers: set(cluster.workers(NAME)) - set(before), "another worker")
        _progress(load, clients)
    finally:
        tally = load.stop()
    strangers = [problem for problem in tally.bad if CRASH not in problem]
    if strangers or len(tally.bad) > kills:
        raise RayError(f"{kills} workers were killed and {len(tally.bad)} predictions lost: {tally.bad[:3]}")
    return f"{kills} workers killed under load: {len(tally.bad)} predictions lost, {tally.good} good"


def replica_kill(cluster: Cluster, clients: int) -> str:
    """A replica is killed under load, and one of a plain deployment: both are made whole again by Ray."""
    plain = _recovery(cluster, PLAIN, "plain", f"/{PLAIN}", clients)
    ours = _recovery(cluster, NAME, "cog", PATH, clients)
    text = f"replica killed: whole again after {ours:.1f} s, a plain deployment after {plain:.1f} s"
    if ours > 2 * plain:
        raise RayError(text)
    return text


def _recovery(cluster: Cluster, name: str, deployment: str, path: str, clients: int) -> float:
    """The time from the death of a replica until there are as many as before, and the new one has answered."""
    before = cluster.replicas(name, deployment)
    servers = cluster.servers(name) if deployment == "cog" else []
    load = Load(cluster.port, path, clients)
    try:
        _progress(load, clients)
        begun = time.monotonic()
        os.kill(before[0], signal.SIGKILL)
        wait_for(lambda: cluster.settled(name, len(before)) and not alive(before[0]), f"{name} to be whole again")
        known = set(load.tally.pids)
        wait_for(lambda: load.tally.pids - known or len(known) > len(before), "an answer of the new replica")
        taken = time.monotonic() - begun
        left = [pid for pid in servers if pid not in cluster.servers(name)]
        wait_for(lambda: not any(map(alive, left)), "the end of the killed replica's server")
    finally:
        tally = load.stop()
    # What was on its way to the replica is lost with it, as in any deployment.
    if len(tally.bad) > 2 * clients:
        raise RayError(f"{len(tally.bad)} predictions lost: {tally.bad[:3]}")
    return taken


def rolling_update(cluster: Cluster, directory: str, replicas: int, clients: int) -> str:
    """Every replica is replaced under load, and no prediction is lost."""
    before = cluster.servers(NAME)
    load = Load(cluster.port, PATH, clients, seconds=0.01)
    try:
        _progress(load, clients)
        deploy(cluster, directory, replicas, env={"COG_LOG_LEVEL": "warning"})
        wait_for(lambda: not any(map(alive, before)), "the end of the replaced servers")
        _progress(load, clients)
    finally:
        tally = load.stop()
    if tally.bad:
        raise RayError(f"{len(tally.bad)} predictions lost: {tally.bad[:3]}")
    return f"rolling update of {replicas} replicas under load: 0 lost of {tally.good}"


def _progress(load: Load, clients: int) -> None:
    """Wait until every client has had some answers."""
    goal = load.tally.good + 3 * clients
    wait_for(lambda: load.tally.good >= goal, "answers under load")
