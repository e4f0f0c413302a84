"""Files, directories, and outputs that are not what a command expects: it says so and does no harm."""

import os
import subprocess

import pytest
from terminal import COG, ENGINE_ASKED, Project, environment


def shell(project: Project, script: str) -> subprocess.CompletedProcess[str]:
    """Runs a line of the shell in which `$COG` is the program."""
    return subprocess.run(
        ["bash", "-c", script],
        cwd=project.directory,
        env=environment(project.directory, {"COG": str(COG)}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# MARK: - Where a file should be


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.mkdir(), "is a directory"),
        (lambda path: path.symlink_to(path.name), "is a link that leads nowhere"),
        (lambda path: path.symlink_to("missing"), "is a link that leads nowhere"),
        (lambda path: path.symlink_to("."), "is a link to a directory"),
        (os.mkfifo, "is not a regular file"),
    ],
)
@pytest.mark.parametrize("name", ["cog.yaml", "predict.py"])
def test_something_else_is_in_its_place(project, name, make, says):
    """Nothing waits for a pipe that nobody writes to."""
    path = project.directory / name
    path.unlink()
    make(path)
    told = project.cog("build").fails(f"{name} {says}").err
    assert ("cog.yaml not found in" in told) == (name == "cog.yaml")
    assert "did you mean" not in told


def test_absolute_path_of_something_else(project):
    project.cog("build", "-f", "/dev/null").fails("/dev/null is not a regular file")
    project.cog("build", "-f", str(project.directory)).fails("is a directory")


def test_requirements_that_are_a_pipe(project):
    project.build("python_requirements: pipe")
    os.mkfifo(project.directory / "pipe")
    project.cog("build").fails('invalid build.python_requirements "pipe": file does not exist')


def test_directory_that_is_gone(project):
    for command in ("build", "init", "predict", "doctor"):
        done = shell(project, f"mkdir gone && cd gone && rmdir ../gone && $COG {command}")
        assert done.returncode == 1
        assert "the current directory no longer exists: change to another one\n" in done.stderr


# MARK: - Outputs


@pytest.mark.parametrize("command", ["debug", "--help", "config-schema", "manifest compose", "doctor --json"])
def test_result_that_cannot_be_written(project, command):
    """It is not lost in silence. Whoever reads only the beginning has what they want."""
    for target, reason in ((">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")):
        done = shell(project, f"$COG {command} {target}")
        assert done.returncode == 1
        assert f"can't write to standard output: {reason}\n" in done.stderr
    assert "standard output" not in shell(project, f"$COG {command} | head -1").stderr


def test_closed_files_are_not_taken_for_others(project):
    """A file that is opened later doesn't get the number of standard output, and with it the result."""
    project.build("large_files: 1MB")
    shell(project, "$COG debug --output out <&- >&- 2>&-")
    for file in project.directory.rglob("*"):
        if file.is_file() and file.name != "Dockerfile" and file.suffix != ".whl":
            assert b"ENTRYPOINT" not in file.read_bytes(), file


# MARK: - Values that are empty or too large


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["debug", "--output", ""], "--output must not be empty"),
        (["build", "--output", ""], "--output must not be empty"),
        (["build", "-f", ""], "--file must not be empty"),
        (["serve", "--host", ""], "--host must not be empty"),
        (["serve", "--upload-url", "here"], 'invalid --upload-url "here"'),
        (["predict", "-e", ""], 'invalid --env ""'),
        (["predict", "-e", "=x"], 'invalid --env "=x"'),
        (["exec", "-e", "A B=x", "true"], 'invalid --env "A B=x"'),
    ],
)
def test_values_that_mean_nothing(project, arguments, says):
    project.cog(*arguments).fails(says)


@pytest.mark.parametrize("option", ["--dockerfile", "--openapi-schema", "--gpus", "--upload-url"])
def test_empty_values_of_scripts_count_as_left_out(project, option):
    """As in `cog build --gpus "$GPUS"`."""
    command = "serve" if option in ("--gpus", "--upload-url") else "build"
    project.cog(command, option, "").fails(ENGINE_ASKED)


@pytest.mark.parametrize("seconds", ["9223372036854775808", "18446744073709551615"])
def test_times_beyond_all_clocks(project, seconds):
    project.cog("predict", "--setup-timeout", seconds, "-i", "s=x").fails(ENGINE_ASKED)
    project.cog("manifest", "kubernetes", "--setup-timeout", seconds).ok()


# MARK: - Disks


@pytest.fixture
def small(tmp_path):
    """A file system of 64 KB."""
    directory = tmp_path / "small" / "project"
    directory.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", directory], check=False).returncode:
        pytest.skip("mounting needs root")
    yield Project(directory)
    subprocess.run(["umount", directory], check=True)


def test_disk_that_is_full(small):
    """`cog init` leaves no half of a file, which the next call would keep."""
    with (small.directory / "fill").open("wb", buffering=0) as fill, pytest.raises(OSError, match="No space"):
        while True:
            fill.write(b"x" * 4096)
    small.cog("init").fails("can't write .dockerignore: ")
    assert [path.name for path in small.directory.iterdir()] == ["fill"]
    (small.directory / "fill").unlink()
    small.cog("init").ok()
    assert ".git" in small.read(".dockerignore")
