from typing import List, Optional, TypedDict

from cog import BaseRunner, Path


class Named(TypedDict):
    name: str


class Message(Named, total=False):
    score: float
    image: Path
    replies: List[Named]


class Runner(BaseRunner):
    def run(self, message: Message, extra: Optional[Named] = None) -> str:
        shown = {key: value.read_text() if key == "image" else value for key, value in message.items()}
        return repr((shown, extra))
