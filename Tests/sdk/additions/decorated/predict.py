import functools

from cog import BaseRunner, Input


def logged(function):
    @functools.wraps(function)
    def wrapper(self, *args, **kwargs):
        return "<" + function(self, *args, **kwargs) + ">"

    return wrapper


class Runner(BaseRunner):
    @logged
    def run(self, text: str = Input(default="x", max_length=2), n: int = Input(default=2)) -> str:
        return text * n
