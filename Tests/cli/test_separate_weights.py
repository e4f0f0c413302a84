"""`--separate-weights`: large data files get an image of their own."""

import pytest

LARGE = 10 << 20


def put(project, path: str, size: int = LARGE) -> None:
    """A file of that size that takes no room."""
    project.write(path, b"")
    with open(project.directory / path, "r+b") as file:
        file.truncate(size)


def blocks(project, *arguments: str) -> dict[str, list[str]]:
    """The three blocks of the output, by their titles."""
    out = project.dockerfile("--separate-weights", *arguments)
    found: dict[str, list[str]] = {}
    for block in out.split("===\n")[:-1]:
        title, _, lines = block.removeprefix("=== ").partition("\n")
        found[title.rstrip(":").strip()] = lines.splitlines()
    return found


def separated(project) -> list[str]:
    return [line.split()[-1] for line in blocks(project)["Weights Dockerfile contents"] if line.startswith("COPY")]


def test_three_blocks(project):
    put(project, "weights/a.bin", 12 << 20)
    put(project, "model.bin")
    found = blocks(project, "--image-name", "hotdog")
    assert list(found) == [
        "Weights Dockerfile contents",
        "Runner Dockerfile contents",
        "Weights exclude patterns",
    ]
    assert found["Weights Dockerfile contents"] == [
        "FROM scratch",
        "COPY model.bin /src/model.bin",
        "COPY weights /src/weights",
    ]
    runner = found["Runner Dockerfile contents"]
    assert "FROM hotdog-weights AS weights" in runner
    copies = [line for line in runner if line.startswith("COPY --from=weights")]
    assert copies == [
        "COPY --from=weights --link /src/model.bin /src/model.bin",
        "COPY --from=weights --link /src/weights /src/weights",
    ]
    assert runner.index(copies[1]) < runner.index("WORKDIR /src") < runner.index("COPY . /src")
    assert found["Weights exclude patterns"] == ["model.bin", "weights", "weights/**/*"]


def test_the_weights_image_is_named_after_the_project(project):
    put(project, "model.bin")
    assert "FROM cog-project-weights AS weights" in blocks(project)["Runner Dockerfile contents"]


@pytest.mark.parametrize(
    ("name", "weights"),
    [("a/b:v1", "a/b-weights"), ("localhost:5000/a", "localhost:5000/a-weights"), ("r8.im/a/b", "r8.im/a/b-weights")],
)
def test_a_tag_does_not_get_into_the_name(project, name, weights):
    put(project, "model.bin")
    assert f"FROM {weights} AS weights" in blocks(project, "--image-name", name)["Runner Dockerfile contents"]


def test_nothing_large(project):
    put(project, "model.bin", LARGE - 1)
    found = blocks(project)
    assert found["Weights Dockerfile contents"] == ["FROM scratch"]
    assert found["Weights exclude patterns"] == []
    assert "\n".join(found["Runner Dockerfile contents"]) + "\n" == project.dockerfile()


def test_ten_mebibytes_are_large(project):
    put(project, "model.bin", LARGE)
    assert separated(project) == ["/src/model.bin"]


NO_WEIGHTS = [
    "py",
    "ipynb",
    "whl",
    "jpg",
    "jpeg",
    "png",
    "webp",
    "svg",
    "gif",
    "avif",
    "heic",
    "mp4",
    "mov",
    "avi",
    "wmv",
    "mkv",
    "webm",
    "mp3",
    "wav",
    "ogg",
    "flac",
    "aac",
    "m4a",
    "log",
    "JPG",
]


@pytest.mark.parametrize("suffix", NO_WEIGHTS)
def test_kinds_of_files_that_are_no_weights(project, suffix):
    put(project, f"large.{suffix}")
    assert separated(project) == []


@pytest.mark.parametrize("name", ["model.bin", "model.safetensors", "model", "data.csv", "x.py.pt", "log", ".hidden"])
def test_kinds_of_files_that_are(project, name):
    put(project, name)
    assert separated(project) == [f"/src/{name}"]


@pytest.mark.parametrize("directory", [".git", ".cog", "__pycache__", "src/__pycache__"])
def test_directories_that_hold_no_weights(project, directory):
    put(project, f"{directory}/deep/model.bin")
    assert separated(project) == []


def test_a_directory_with_code_stays_with_the_source(project):
    put(project, "code/model.bin")
    project.write("code/deep/down/helper.py", "")
    put(project, "notes/model.bin")
    project.write("notes/look.ipynb", "")
    put(project, "data/model.bin")
    assert separated(project) == ["/src/data"]


def test_a_directory_without_code_below_one_with_code(project):
    put(project, "code/weights/model.bin")
    put(project, "code/model.bin")
    project.write("code/helper.py", "")
    assert separated(project) == ["/src/code/weights"]


def test_directories_below_a_listed_one_are_dropped(project):
    put(project, "data/model.bin")
    put(project, "data/deep/model.bin")
    assert separated(project) == ["/src/data"]


def test_directories_are_compared_by_their_parts(project):
    put(project, "data/model.bin")
    put(project, "data2/model.bin")
    put(project, "data-more/deep/model.bin")
    assert separated(project) == ["/src/data", "/src/data-more/deep", "/src/data2"]


def test_the_whole_project_is_searched_from_anywhere_in_it(project):
    put(project, "model.bin")
    project.write("below/file", "")
    out = project.cog("debug", "--separate-weights", cwd="below").ok().out
    assert "COPY model.bin /src/model.bin" in out


def test_names_with_spaces(project):
    put(project, "my model.bin")
    found = blocks(project)
    assert 'COPY ["my model.bin", "/src/my model.bin"]' in found["Weights Dockerfile contents"]
    copy = 'COPY --from=weights --link ["/src/my model.bin", "/src/my model.bin"]'
    assert copy in found["Runner Dockerfile contents"]


def test_without_the_option_nothing_is_separated(project):
    put(project, "model.bin")
    assert "weights" not in project.dockerfile()


def test_exported_context_hides_them(project):
    put(project, "data/model.bin")
    project.write(".dockerignore", "*.txt")
    ignored = project.context("--separate-weights").read("Dockerfile.dockerignore")
    assert ignored == "*.txt\n.cog\ndata\ndata/**/*\n"
