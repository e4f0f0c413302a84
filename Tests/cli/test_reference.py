"""The pages docs/cog-yaml.md and docs/cli.md: complete, and as the program has it."""

import os
import re
import shlex
import subprocess
import sys

import pytest
from terminal import COG, ROOT

YAML_PAGE = (ROOT / "docs" / "cog-yaml.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", YAML_PAGE, re.DOTALL)
SECTIONS = re.findall(r"^### `(\S+)`$", YAML_PAGE, re.MULTILINE)
TABLE = re.findall(r"^\| `(\S+)` \|", YAML_PAGE, re.MULTILINE)


def test_sections_are_about_keys_that_there_are():
    assert len(TABLE) > 40
    assert [key for key in SECTIONS if key not in TABLE] == []


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples(project, number):
    project.write("requirements.txt", "six\n")
    result = project.config(EXAMPLES[number]).cog("debug").ok()
    assert "unknown key" not in result.err


def test_the_message_that_is_shown(project):
    (message,) = re.findall(r"`(cog\.yaml:\d+:\d+: [^`]+)`", YAML_PAGE)
    project.build('python_version: "3.12"', 'cuda: "10.2"').cog("debug").fails(message)


def test_commands_options_and_keys_are_those_of_the_program():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "cli_docs.py", "--check"],
        env={**os.environ, "COG_TEST_BIN": str(COG.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"run scripts/docs.sh\n{done.stdout}{done.stderr}"


def test_getting_started_runs_commands_that_there_are(empty):
    """Every line of the page that calls the program is one that it understands."""
    page = (ROOT / "docs" / "getting-started.md").read_text()
    calls = re.findall(r"^(cog (?!--)[^\n#|]+)", page, re.MULTILINE) + re.findall(r"`(cog [^`]+)`", page)
    assert len(calls) >= 8
    empty.cog("init").ok()
    empty.write("photo.png", b"")
    for call in calls:
        # The engine is as far as any gets; a mistake in the line would be told with the usage.
        assert "sage: cog" not in empty.cog(*shlex.split(call)[1:], stdin="", env={"PATH": "/nonexistent"}).err, call
