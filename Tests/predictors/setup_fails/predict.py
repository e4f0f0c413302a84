from cog import BaseRunner


class Runner(BaseRunner):
    def setup(self) -> None:
        print("before the failure")
        raise RuntimeError("setup boom")

    def run(self) -> str:
        return "never"
