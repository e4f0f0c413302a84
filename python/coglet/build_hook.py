"""Puts the two binaries into the wheel and names the platform they run on."""

import os
import platform
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BINARIES = ("coglet", "coglet-worker")


class BinariesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Takes the binaries from the folder that COGLET_BINARIES names, by default the release build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        checkout = os.path.dirname(os.path.dirname(self.root))
        folder = os.environ.get("COGLET_BINARIES", os.path.join(checkout, ".build", "release"))
        for name in BINARIES:
            path = os.path.join(folder, name)
            if not os.access(path, os.X_OK):
                raise FileNotFoundError(f"{path} is missing: run `make build`, or set COGLET_BINARIES")
            build_data["force_include"][path] = f"coglet/bin/{name}"
        # One wheel for every Python; `auditwheel repair` turns the platform into the manylinux one.
        build_data["tag"] = f"py3-none-linux_{platform.machine()}"
        build_data["pure_python"] = False
