"""What `GET /metrics` says."""

import re
from typing import Any

from .server import Server

TYPES = {"counter", "gauge", "histogram", "summary"}


def figures(server: Server, headers: dict[str, str] | None = None) -> dict[str, float]:
    """The samples by their name and labels; each must have been introduced by its help and type."""
    answer = server.request("GET", "/metrics", headers=headers)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found: dict[str, float] = {}
    helped, introduced = set(), set()
    for line in answer.text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name in helped
            assert kind in TYPES
            introduced.add(name)
        elif line.startswith("# HELP "):
            helped.add(line.split()[2])
        else:
            name, value = line.rsplit(" ", 1)
            family = name.split("{")[0]
            assert family in introduced or re.sub("_(bucket|sum|count)$", "", family) in introduced
            assert name not in found
            found[name] = float(value)
    return found


def labeled(found: dict[str, float], name: str) -> dict[str, float]:
    """The samples of a metric with one label, by its value."""
    return {key.split('"')[1]: value for key, value in found.items() if key.startswith(name + "{")}


def count(found: dict[str, float], name: str, **labels: Any) -> float:
    """The number of values in a histogram; 0 if the histogram doesn't exist."""
    pairs = ",".join(f'{label}="{value}"' for label, value in labels.items())
    return found.get(f"{name}_count{{{pairs}}}" if pairs else f"{name}_count", 0)
