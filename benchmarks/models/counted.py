"""Models whose instructions and system calls are counted, beside those of predict.py."""


class Floats:
    """Gives back the numbers it gets."""

    def predict(self, numbers: list[float]) -> list[float]:
        return numbers


class Prints:
    """Prints as many lines as it is told to."""

    def predict(self, lines: int) -> str:
        for _ in range(lines):
            print("a line of the log")
        return "done"
