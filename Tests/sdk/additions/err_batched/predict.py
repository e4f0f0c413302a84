from cog import BaseRunner, batched


class Runner(BaseRunner):
    @batched
    def run(self, text: str) -> list[str]:
        return [text]
