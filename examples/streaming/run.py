"""Text that arrives piece by piece: each `yield` reaches the client at once."""

import re
import time

from cog import BaseRunner, ConcatenateIterator, Input, streaming

SAYINGS = [
    "Less haste, more speed.",
    "## A list\n\n1. **one**\n2. *two*\n3. `three`\n\n| and | a table |\n| --- | --- |\n| 1 | 2 |\n",
]


class Runner(BaseRunner):
    """
    # Streaming text

    Says a text word by word. Markdown is shown as such while it arrives.
    """

    @streaming
    def run(
        self,
        text: str = Input(
            description="What to say", default="The quick brown fox jumps over the lazy dog.", examples=SAYINGS
        ),
        words_per_second: float = Input(description="How fast to say it", default=10.0, ge=0.5, le=1000.0),
    ) -> ConcatenateIterator[str]:
        for word in re.findall(r"\S+\s*", text + " "):
            yield word
            time.sleep(1 / words_per_second)
