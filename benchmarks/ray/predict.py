"""The model of the acceptance: gives its number back, and says which process has run it."""

import os
import time


class Predictor:
    def predict(self, number: int, seconds: float = 0.0) -> list[int]:
        time.sleep(seconds)
        return [number, os.getpid()]
