"""Links lead somewhere, every page is in the index, and the index for language models is up to date."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from blocks import FENCE, ROOT

DOCS = ROOT / "docs"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "Tests/README.md", "docs/llms.txt")),
    *sorted(path for pattern in ("docs/**/*.md", "examples/*/*.md", "benchmarks/*.md") for path in ROOT.glob(pattern)),
]
LINK = re.compile(r"\]\(<?([^)\s>]+)>?\)")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    """The page without its code."""
    return re.sub(r"`[^`\n]+`", "x", FENCE.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """The names that GitHub gives to a page's headings."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        number = next(each for each in range(100) if (f"{anchor}-{each}" if each else anchor) not in found)
        found.add(f"{anchor}-{number}" if number else anchor)
    return found


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


def test_every_page_is_in_the_index() -> None:
    index = {(DOCS / target.partition("#")[0]).resolve() for target in LINK.findall((DOCS / "README.md").read_text())}
    pages = set(DOCS.glob("**/*.md")) - {DOCS / "README.md"} - set(DOCS.glob("decisions/*.md"))
    assert sorted(name(page) for page in pages - index) == []


def test_index_for_language_models() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "llms.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
