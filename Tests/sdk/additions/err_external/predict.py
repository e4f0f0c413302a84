from fractions import Fraction

from cog import BaseRunner


class Runner(BaseRunner):
    def run(
        self,
        share: Fraction,
    ) -> str:
        return ""
