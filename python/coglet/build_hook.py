"""Puts the binaries into the wheel and sets the platform they run on."""

import os
import platform
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The server, the worker, and libcurl with everything it needs (scripts/libcurl.sh).
BINARIES = ("coglet", "coglet-worker", "libcoglet-curl.so")


class BinariesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Takes the binaries from the folder that COGLET_BINARIES names; scripts/wheels.sh fills it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        folder = os.environ.get("COGLET_BINARIES", "")
        for name in BINARIES:
            path = os.path.join(folder, name)
            if not os.access(path, os.X_OK):
                raise FileNotFoundError(f"no {path}: build this wheel with `make build`, which sets COGLET_BINARIES")
            build_data["force_include"][path] = f"coglet/bin/{name}"
        # The licenses of the libraries in libcoglet-curl.so, and the list of them.
        build_data["force_include"][os.path.join(folder, "licenses")] = "coglet/licenses"
        # One wheel for every Python; `auditwheel repair` turns the platform into the manylinux one.
        build_data["tag"] = f"py3-none-linux_{platform.machine()}"
        build_data["pure_python"] = False
