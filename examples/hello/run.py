"""The smallest model: one input, one output."""

from cog import BaseRunner, Input


class Runner(BaseRunner):
    def setup(self) -> None:
        """Runs once, before the first prediction: load weights here."""
        self.greeting = "Hello"

    def run(self, name: str = Input(description="Who to greet", min_length=1, default="world")) -> str:
        return f"{self.greeting}, {name}!"
