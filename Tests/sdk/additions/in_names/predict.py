from typing import NewType

import cog
from cog import BaseRunner
from cog import Path as P

UserId = NewType("UserId", str)
Ids = list[UserId]


class Runner(BaseRunner):
    def run(self, user: UserId, ids: Ids = [], file: P = cog.Input(default=None), text: str = cog.Input(default="x"), /, *, z: int = 1) -> str:
        return repr((user, ids, file and file.name[-4:], text, z))
