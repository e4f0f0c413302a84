"""The code blocks of a page, and what the tests do with each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
# The mark of a block that isn't run. It is the block's first line, so readers see it too.
NEEDS = re.compile(r"(?:#|//|--) needs (.+)")
# The first line of a block that is a file.
FILE = re.compile(r"# ([\w./-]*[\w-]+\.\w+|\.\w+)")
RUN = ("sh", "python")
OUTPUT = ("text", "json")
SERVER = re.compile(r"^(?:\w+=\S+ )*(?:python -m cog\.server\.http|cog serve)\b", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and its line in the page."""

    language: str
    text: str
    line: int

    @property
    def first(self) -> str:
        return self.text.partition("\n")[0]

    @property
    def needs(self) -> str | None:
        """What the machine that runs the tests may not have."""
        found = NEEDS.fullmatch(self.first)
        return found[1] if found else None

    @property
    def file(self) -> str | None:
        """The file that readers save the block as."""
        found = FILE.fullmatch(self.first)
        return found[1] if found and self.language != "sh" else None

    @property
    def starts_server(self) -> bool:
        """Whether its last command keeps running, so that readers open another terminal."""
        return self.language == "sh" and bool(SERVER.search(self.text))


def blocks_of(page: Path) -> list[Block]:
    """Every block of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        indent = match[1]
        body = re.sub(rf"^{indent}", "", match[3], flags=re.MULTILINE) if indent else match[3]
        found.append(Block(match[2], body, text.count("\n", 0, match.start()) + 1))
    return found


def unclear(blocks: list[Block]) -> list[str]:
    """The blocks that the tests can't follow, with the reason."""
    problems = []
    shown = None  # the block before, if it prints something
    for block in blocks:
        # A block without a language is a figure.
        known = block.needs or block.file or block.language in RUN or not block.language
        if not known and not (block.language in OUTPUT and shown):
            problems.append(f"line {block.line}: name its file or what it needs in its first line")
        if block.language in RUN or (block.language in OUTPUT and shown):
            shown = block
        else:
            shown = None
    return problems
