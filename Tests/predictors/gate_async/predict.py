"""Announces itself in the file "reached-<name>" and returns when the file `name` appears; asynchronously."""

import asyncio
import os
from pathlib import Path

from cog import BaseRunner


class Runner(BaseRunner):
    async def run(self, name: str = "go") -> str:
        print(f"begin {name}", flush=True)
        Path(f"reached-{name}").touch()
        while not os.path.exists(name):
            await asyncio.sleep(0.01)
        print(f"end {name}", flush=True)
        return name
