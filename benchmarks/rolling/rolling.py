"""Restarts three servers behind HAProxy, one after another, under load; fails if a prediction or a webhook is lost.

    python3 benchmarks/rolling/rolling.py [--predictions 1000] [--webhooks 1000] [--python .venv/bin/python]

Needs HAProxy, Python's standard library, and the product installed for the interpreter that is named.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from balancer import Balancer
from fleet import DEADLINE_SECONDS, RollingError, Server
from load import Load, Receiver

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("COG_TEST_CACHE", Path.home() / ".cache" / "cog-tests")) / "tools"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--predictions", type=int, default=1000, help="synchronous predictions, at least")
    parser.add_argument("--webhooks", type=int, default=1000, help="predictions with webhooks, at least")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--drain", type=float, default=5.0, help="COG_DRAIN_DELAY of the servers")
    parser.add_argument("--interval", default="1s", help="how often HAProxy probes; it gives up after two failures")
    parser.add_argument("--python", default=str(ROOT / ".venv/bin/python"))
    return parser.parse_args()


def haproxy() -> tuple[str, str | None]:
    """The program and a folder of its libraries: an installed one, or that of `scripts/setup.sh --tests`."""
    installed = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin")
    if installed:
        return installed, None
    unpacked = CACHE / "usr/sbin/haproxy"
    if unpacked.exists():
        return str(unpacked), str(CACHE / "usr/lib/x86_64-linux-gnu")
    raise RollingError("no haproxy: install it, or run scripts/setup.sh --tests as root")


def roll(servers: list[Server], balancer: Balancer) -> None:
    """Restart every server once. The next one has its turn when HAProxy uses the last one again."""
    for server in servers:
        server.stop()
        server.start()
        end = time.monotonic() + DEADLINE_SECONDS
        while not balancer.is_up(server):
            if time.monotonic() > end:
                raise RollingError(f"HAProxy doesn't use {server.name} again")
            time.sleep(0.02)


def run(options: argparse.Namespace, folder: Path) -> list[str]:
    """Gives what was lost."""
    program, libraries = haproxy()
    servers = [Server(f"server{number}", options.python, folder, options.drain) for number in range(3)]
    receiver = Receiver()
    balancer = None
    try:
        for server in servers:
            server.start()
        balancer = Balancer(program, libraries, folder, servers, options.interval)
        load = Load(balancer.port, receiver, options.clients)
        rolls = 0
        while rolls == 0 or load.answered < options.predictions or len(load.begun) < options.webhooks:
            roll(servers, balancer)
            rolls += 1
        lost = load.stop()
        for server in servers:
            server.stop()
        print(f"{3 * rolls} restarts; {load.answered} synchronous predictions and {len(load.begun)} webhooks")
        return lost
    finally:
        if balancer:
            balancer.stop()
        for server in servers:
            server.kill()
        receiver.stop()


def main() -> int:
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        try:
            lost = run(options, Path(folder))
        except RollingError as error:
            print(error, file=sys.stderr)
            return 2
    print(f"{len(lost)} lost")
    for what in lost[:20]:
        print(f"  {what}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
