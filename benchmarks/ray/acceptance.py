"""A model on Ray Serve under load, and what is lost when its processes are killed or replaced.

    python3 benchmarks/ray/acceptance.py [--requests 600] [--replicas 2,4] [--python .envs/ray/bin/python]

The interpreter that is named has Ray, the SDK, and the server; `benchmarks/ray/run.sh` makes it. This program itself
needs the standard library only.
"""

import argparse
import sys
import time
from pathlib import Path

import scenes
from cluster import HERE, Cluster, RayError

ROOT = HERE.parents[1]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=600, help="so many serial ones, and so many at once")
    parser.add_argument("--replicas", default="2,4", help="how many replicas, between commas")
    parser.add_argument("--clients", type=int, default=8, help="of the scenes in which something is killed")
    parser.add_argument("--kills", type=int, default=3, help="of workers")
    parser.add_argument("--python", default=str(ROOT / ".envs" / "ray" / "bin" / "python"))
    return parser.parse_args()


def play(cluster: Cluster, options: argparse.Namespace, replicas: int) -> None:
    """Every scene with so many replicas."""
    directory = str(HERE)
    begun = time.monotonic()
    scenes.deploy(cluster, directory, replicas)
    tell(f"{replicas} replicas: ready after {time.monotonic() - begun:.1f} s")
    tell(scenes.requests(cluster, replicas, options.requests))
    tell(scenes.worker_kill(cluster, options.clients, options.kills))
    cluster.do("deploy_plain", name=scenes.PLAIN, num_replicas=replicas, ray_actor_options={"num_cpus": 0.1})
    tell(scenes.replica_kill(cluster, options.clients))
    cluster.do("delete", name=scenes.PLAIN)
    tell(scenes.rolling_update(cluster, directory, replicas, options.clients))


def tell(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    options = arguments()
    if not Path(options.python).exists():
        print(f"There is no {options.python}: run benchmarks/ray/run.sh", file=sys.stderr)
        return 2
    cluster = Cluster(options.python)
    try:
        for replicas in map(int, options.replicas.split(",")):
            play(cluster, options, replicas)
    except RayError as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    finally:
        cluster.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
