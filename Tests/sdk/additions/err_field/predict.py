from dataclasses import dataclass

from cog import BaseRunner


@dataclass
class Box:
    data: bytes


class Runner(BaseRunner):
    def run(
        self,
        box: Box,
    ) -> str:
        return ""
