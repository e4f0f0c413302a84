from typing import Union

from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, number: bool) -> Union[int, str, None]:
        return 1 if number else "one"
