"""Every code block of the pages below is run, top to bottom, unless its first line says what it needs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from blocks import ROOT, Block, blocks_of, unclear
from reader import Reader, compare
from support.environment import PYTHONS

DOCS = ROOT / "docs"
# Its examples are configurations, each read by Tests/cli/test_reference.py.
CONFIGURATIONS = {DOCS / "cog-yaml.md"}
# Pages about platforms that the tests don't have.
PLATFORMS = {
    DOCS / f"{name}.md"
    for name in (
        *("azure-ml", "cloud-run", "compose", "knative", "kserve", "kubernetes", "manifests", "platforms"),
        *("ray-serve", "runpod", "sagemaker", "tracing", "vertex-ai"),
    )
}
PAGES = [
    page
    for page in [ROOT / "README.md", *sorted(DOCS.glob("**/*.md")), *sorted(ROOT.glob("examples/*/README.md"))]
    if page not in CONFIGURATIONS | PLATFORMS and "\n```" in page.read_text(encoding="utf-8")
]
# What earlier runs of an example by hand have left there.
IGNORED = shutil.ignore_patterns(".cog", "__pycache__")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `--local` makes for a project without requirements."""
    reader = Reader(tmp_path_factory.mktemp("environment"), PYTHONS[0])
    project = [
        Block("python", "# run.py\ndef run() -> str:\n    return 'ready'\n", 1),
        Block("yaml", "# cog.yaml\nrun: run.py:run\n", 2),
        Block("sh", "cog predict --local\n", 3),
        Block("text", "ready\n", 4),
    ]
    try:
        reader.follow(project)
    finally:
        reader.close()
    return reader.folder / ".cog" / "venv"


@pytest.fixture
def reader(tmp_path: Path, environment: Path) -> Iterator[Reader]:
    reader = Reader(tmp_path, PYTHONS[0], environment)
    try:
        yield reader
    finally:
        reader.close()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_page(page: Path, reader: Reader) -> None:
    blocks = blocks_of(page)
    assert unclear(blocks) == []
    if page.parent.parent.name == "examples":
        shutil.copytree(page.parent, reader.folder / "examples" / page.parent.name, ignore=IGNORED)
    reader.follow(blocks)


# MARK: - The reader


def test_reader_keeps_its_place(reader: Reader) -> None:
    """The folder and the variables of one block are those of the next."""
    first = Block("sh", "mkdir below\ncd below\nexport WORD=kept\n", 1)
    file = Block("text", "# file.txt\n", 2)
    reader.follow([first, file, Block("sh", "cat file.txt\necho $WORD\n", 3), Block("text", "# file.txt kept\n", 4)])


@pytest.mark.parametrize("block", [Block("sh", "true\nfalse\ntrue\n", 7), Block("python", "raise SystemExit(3)\n", 7)])
def test_reader_stops_at_a_command_that_fails(reader: Reader, block: Block) -> None:
    with pytest.raises(AssertionError, match="line 7 failed"):
        reader.follow([block])


def test_reader_skips_what_the_machine_lacks(reader: Reader) -> None:
    reader.follow([Block("sh", "# needs a GPU\nexit 1\n", 1)])


@pytest.mark.parametrize(
    ("expected", "printed", "fits"),
    [
        ("a b\n", "a\n  b\n", True),
        ("{…}", '{"a": 1}', True),
        ('{…"b":1…}', '{"a":0,"b":1}', True),
        ("a b", "a c", False),
        ("a", "a b", False),
        ("… b", "a c", False),
    ],
)
def test_output_is_compared(expected: str, printed: str, fits: bool) -> None:
    if fits:
        compare(Block("text", expected, 1), printed)
    else:
        with pytest.raises(AssertionError, match="line 1"):
            compare(Block("text", expected, 1), printed)


def test_json_may_be_broken_into_lines() -> None:
    compare(Block("json", '{"a":"x y",\n "b":…}\n', 1), '{"a":"x y","b":2}')
    with pytest.raises(AssertionError, match="line 1"):
        compare(Block("json", '{"a":"x y"}\n', 1), '{"a":"x  y"}')


def test_blocks_that_say_nothing_are_found() -> None:
    blocks = [Block("yaml", "a: 1\n", 3), Block("yaml", "# cog.yaml\n", 5), Block("text", "x\n", 9)]
    assert [problem.partition(":")[0] for problem in unclear(blocks)] == ["line 3", "line 9"]
