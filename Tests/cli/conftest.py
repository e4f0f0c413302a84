"""Black-box tests of the build tool. What they start it with lives in terminal.py."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from terminal import Project  # noqa: E402


@pytest.fixture
def project(tmp_path):
    """A project that says hello, in a directory called `project`."""
    directory = tmp_path / "project"
    directory.mkdir()
    return Project(directory).with_model()


@pytest.fixture
def empty(tmp_path):
    """A directory without any file."""
    directory = tmp_path / "empty"
    directory.mkdir()
    return Project(directory)
