from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, words: list[str]) -> set[str]:
        return set(words)
