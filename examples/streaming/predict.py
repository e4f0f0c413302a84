"""Text that arrives piece by piece: each `yield` reaches the client at once."""

import time

from cog import BasePredictor, ConcatenateIterator, Input, streaming


class Predictor(BasePredictor):
    @streaming
    def predict(
        self,
        text: str = Input(description="What to say", default="The quick brown fox jumps over the lazy dog."),
        words_per_second: float = Input(description="How fast to say it", default=10.0, ge=0.5, le=1000.0),
    ) -> ConcatenateIterator[str]:
        for word in text.split():
            yield word + " "
            time.sleep(1 / words_per_second)
