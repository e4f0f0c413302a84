from cog import BaseRunner, ConcatenateIterator, Input, streaming


class Runner(BaseRunner):
    @streaming
    def run(self, text: str = Input(default="a b")) -> ConcatenateIterator:
        yield from text.split()
