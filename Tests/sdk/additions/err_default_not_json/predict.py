from cog import BaseRunner, Input, streaming  # noqa: F401


class Runner(BaseRunner):
    def run(
        self,
        data: str = object(),
    ) -> str:
        return ""
