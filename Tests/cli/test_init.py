"""`cog init`: the files it writes, and that they are a project which works as it is."""

import json
import os
import re
import stat
import subprocess
import sys

from terminal import CONFIG

FILES = [".dockerignore", ".github/workflows/push.yaml", "cog.yaml", "requirements.txt", "run.py"]


def files(project) -> list[str]:
    """All files but the tool's own."""
    found = [path.relative_to(project.directory) for path in project.directory.rglob("*") if path.is_file()]
    return sorted(str(path) for path in found if path.parts[0] != ".cog")


def test_an_empty_directory_becomes_a_project(empty):
    result = empty.cog("init").ok()
    assert files(empty) == FILES
    lines = result.err.splitlines()
    assert lines[:2] == ["Setting up the current directory for use with Cog...", ""]
    assert lines[2:7] == [f"Creating {path}" for path in FILES]
    assert lines[7] == ""
    assert lines[8].startswith("Done!")
    assert lines[8].endswith("cog predict -i name=Ada")
    assert lines[9] == "Without a container engine: cog predict -i name=Ada --local"
    assert result.out == ""


def test_what_is_there_is_left_alone(empty):
    empty.config(CONFIG).write("run.py", "# mine\n")
    result = empty.cog("init").ok()
    assert "Skipped existing cog.yaml\n" in result.err
    assert "Skipped existing run.py\n" in result.err
    assert "Creating requirements.txt\n" in result.err
    assert empty.read("cog.yaml") == CONFIG
    assert empty.read("run.py") == "# mine\n"
    again = empty.cog("init").ok()
    assert "Creating" not in again.err
    assert again.err.count("Skipped existing") == len(FILES)


def test_files_can_be_read_by_all_and_written_by_the_owner(empty):
    before = os.umask(0o022)
    try:
        empty.cog("init").ok()
    finally:
        os.umask(before)
    for path in FILES:
        assert stat.S_IMODE((empty.directory / path).stat().st_mode) == 0o644
    assert stat.S_IMODE((empty.directory / ".github").stat().st_mode) == 0o755


def test_a_directory_that_cannot_be_written_to(empty):
    empty.write(".github", "a file in the way\n")
    empty.cog("init").fails("can't write .github/workflows/push.yaml")


def test_the_result_is_a_project_without_anything_to_complain_about(empty):
    empty.cog("init").ok()
    result = empty.cog("debug").ok()
    assert "FROM python:3.13-slim" in result.out
    assert 'ENV COG_PREDICT_TYPE_STUB="run.py:Runner"' in result.out
    assert result.err == ""
    doctor = empty.cog("doctor", env={"COG_SKIP_DOCKER_CHECK": "1", **empty.tools(python3="echo 3.13")}).ok()
    assert "no issues found" in doctor.err


def test_it_starts_no_project_above(project):
    """It never looks for a configuration: a directory below a project becomes one of its own."""
    project.write("below/file", "")
    project.cog("init", cwd="below").ok()
    assert "Runner" in project.read("below/cog.yaml")
    assert project.read("cog.yaml") == CONFIG


def test_the_model_answers_without_any_input(empty):
    empty.cog("init").ok()
    result = empty.describe("run.py:Runner").ok()
    assert "required" not in json.loads(result.out)["components"]["schemas"]["Input"]
    assert result.err == ""
    answer = "import run; model = run.Runner(); model.setup(); print(model.run(name='Ada', times=2))"
    done = subprocess.run(
        [sys.executable, "-c", answer], cwd=empty.directory, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "Hello, Ada! Hello, Ada!\n"


def test_names_and_links_lead_somewhere(empty):
    """The newer names alone, nothing of other projects, and secrets and history stay out of images."""
    empty.cog("init").ok()
    text = "".join(empty.read(path) for path in FILES)
    assert re.findall(r"[Pp]redictor|replicate|docs/|https?://", text) == []
    assert re.findall(r"uses: (\S+)", text) == ["actions/checkout@v4"]
    assert {".env", ".git"} <= set(empty.read(".dockerignore").splitlines())
