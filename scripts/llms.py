"""Writes docs/llms.txt, the index of the documentation for language models, from docs/README.md; `--check` compares."""

import re
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
TARGET = DOCS / "llms.txt"


def text(index: str) -> str:
    """The index in the form of llmstxt.org: a title, a summary as a quotation, and sections with lists of links."""
    head, *sections = index.split("\n## ")
    summary = head.partition("\n\n")[2].strip().replace("\n", " ")
    parts = [f"# Cog in Swift\n\n> {summary}\n"]
    for section in sections:
        title, _, body = section.partition("\n")
        links = re.findall(r"^\* (\[.+?\]\(.+?\): .+)$", body, re.MULTILINE)
        parts.append(f"## {title}\n\n" + "".join(f"- {link}\n" for link in links))
    return "\n".join(parts)


def main() -> int:
    wanted = text((DOCS / "README.md").read_text(encoding="utf-8"))
    if sys.argv[1:] == ["--check"]:
        if TARGET.read_text(encoding="utf-8") == wanted:
            return 0
        print(f"{TARGET} doesn't match docs/README.md: run scripts/llms.py", file=sys.stderr)
        return 1
    TARGET.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
