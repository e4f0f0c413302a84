"""Puts an unpacked distribution of the program into the wheel."""

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DistributionHook(BuildHookInterface):  # type: ignore[type-arg]
    """Takes the folder that COG_DISTRIBUTION names: `bin/cog` and, beside it, `share/cog`; scripts/dist.sh has one."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        folder = Path(os.environ.get("COG_DISTRIBUTION", "/nonexistent"))
        if not (folder / "bin" / "cog").is_file():
            raise FileNotFoundError(
                f"no {folder}/bin/cog: make this wheel with `make dist`, which sets COG_DISTRIBUTION"
            )
        build_data["shared_scripts"] = {str(folder / "bin" / "cog"): "cog"}
        # One by one: of a folder, what git ignores would be left out, and it ignores wheels.
        files = sorted((folder / "share" / "cog").iterdir())
        build_data["shared_data"] = {str(path): f"share/cog/{path.name}" for path in files}
        for path in sorted((folder / "share" / "man" / "man1").iterdir()):
            build_data["shared_data"][str(path)] = f"share/man/man1/{path.name}"
        # The program is static: it asks nothing of the system's C library, whichever that is.
        build_data["tag"] = "py3-none-manylinux_2_17_x86_64.musllinux_1_1_x86_64"
        build_data["pure_python"] = False
