from cog import BaseRunner


class Runner(BaseRunner):
    def run(self) -> None:
        return None
