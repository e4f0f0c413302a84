"""A model that takes 2 s to set up and then holds 300 MiB, as one with weights does."""

import time

BUFFER_BYTES = 300 * 1024 * 1024


class Buffer:
    def setup(self) -> None:
        time.sleep(2)
        self.weights = bytes([1]) * BUFFER_BYTES

    def predict(self, s: str) -> str:
        return "hello " + s if self.weights[len(s)] else ""
