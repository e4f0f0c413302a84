"""Ties the cog wheel to the coglet wheel of its own version."""

import os
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class DependencyHook(MetadataHookInterface):
    """Adds the one dependency: the binaries built from the same sources."""

    def update(self, metadata: dict[str, Any]) -> None:
        with open(os.path.join(self.root, "..", "VERSION"), encoding="utf-8") as file:
            metadata["dependencies"] = [f"coglet=={file.read().strip()}"]
