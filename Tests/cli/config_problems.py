"""What the program says about a cog.yaml."""

import re

PYTHON = 'build:\n  python_version: "3.12"\n'


def problems(project, text: str) -> list[str]:
    """The messages for a configuration; all of them, in their order, without columns and the lines they show."""
    lines = project.config(text).cog("debug").fails().err.splitlines()
    return [re.sub(r"^(cog\.yaml:\d+):\d+:", r"\1:", line) for line in lines if not line.startswith("  ")]
