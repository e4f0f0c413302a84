"""A model whose cost lies mostly in the call, as on a GPU: 10 ms, and half a millisecond for each item."""

import time

import cog

CALL_SECONDS = 0.010
ITEM_SECONDS = 0.0005


class Batched:
    """Answers up to 16 predictions with one call."""

    @cog.batched(max_size=16, max_wait=0.005)
    def predict(self, s: list[str]) -> list[str]:
        time.sleep(CALL_SECONDS + ITEM_SECONDS * len(s))
        return ["hello " + item for item in s]
