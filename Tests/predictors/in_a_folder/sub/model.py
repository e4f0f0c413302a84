"""Reports what it sees of its module and its surroundings; there is a `helper` beside it and another one above."""

import os
import sys
from typing import Any

ALREADY = __name__ in sys.modules

import helper  # noqa: E402 - after the question whether this module is known

from cog import BaseRunner  # noqa: E402


class Runner(BaseRunner):
    def run(self) -> Any:
        return {
            "absolute": os.path.isabs(__file__),
            "already": ALREADY,
            "argv": sys.argv,
            "first": sys.path[0],
            "helper": helper.WHERE,
            "name": __name__,
        }
