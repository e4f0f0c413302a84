"""Python packages on their way into an image: what is read, what is rewritten, in which order it comes out."""

import pytest

INDEX = "https://download.pytorch.org/whl/"


def installed(project, text: str, *build: str) -> list[str]:
    """The lines of the requirements file that the image is given."""
    project.write("requirements.txt", text)
    project.build(*(build or ('python_version: "3.11"',)), "python_requirements: requirements.txt")
    return project.context().read("files/requirements.txt").splitlines()


def on_gpu(project, text: str, cuda: str | None = None) -> list[str]:
    lines = ["gpu: true", 'python_version: "3.11"', *([f'cuda: "{cuda}"'] if cuda else [])]
    return installed(project, text, *lines)


# Reading


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("six==1.17.0\r\npillow\r\n", ["six==1.17.0", "pillow"]),
        ("# all of it\n\nsix  # why not\n   \n", ["six"]),
        ("six==1.17.0\\\n  --hash=sha256:00\n", ["six==1.17.0 --hash=sha256:00"]),
        ("-e .\nsix\n", ["six"]),
        ("six", ["six"]),
        ("six \\", ["six"]),
        ("--no-binary :all:\nsix\n--pre\n", ["--no-binary :all:", "six", "--pre"]),
        ("-i https://a.example/simple\nsix\n", ["-i https://a.example/simple", "six"]),
        ("foo @ https://a.example/foo.whl#sha256=00\n", ["foo @ https://a.example/foo.whl#sha256=00"]),
        ("git+https://a.example/x.git@main#egg=x\n", ["git+https://a.example/x.git@main#egg=x"]),
        ("-e git+https://a.example/x.git#egg=x\n", ["-e git+https://a.example/x.git#egg=x"]),
        ("six ; python_version >= '3.8'\n", ["six ; python_version >= '3.8'"]),
        ("uvicorn[standard]>=0.20,<1\n", ["uvicorn[standard]>=0.20,<1"]),
    ],
)
def test_lines(project, text, lines):
    assert installed(project, text) == lines


@pytest.mark.parametrize("text", ["", "# nothing\n", "-e .\n", "--extra-index-url https://a.example\n"])
def test_nothing_to_install(project, text):
    project.write("requirements.txt", text)
    project.build('python_version: "3.11"', "python_requirements: requirements.txt")
    assert "requirements.txt" not in project.dockerfile()
    assert not (project.context().directory / "files/requirements.txt").exists()


def test_python_packages(project):
    project.build('python_version: "3.11"', 'python_packages: ["six==1.17.0", "pillow"]')
    assert project.context().read("files/requirements.txt") == "six==1.17.0\npillow\n"


def test_file_of_another_name_and_place(project):
    project.write("deps/all.in", "six\n")
    project.build('python_version: "3.11"', "python_requirements: deps/all.in")
    assert project.context().read("files/requirements.txt") == "six\n"


# The SDK's own names


@pytest.mark.parametrize(
    "line", ["cog==0.9", "cog", "coglet>=0.1", "Cog[extra]~=0.16", "cog @ https://a.example/c.whl"]
)
def test_lines_with_our_names_are_overridden(project, line):
    project.write("requirements.txt", f"six\n{line}\npillow\n")
    project.build('python_version: "3.11"', "python_requirements: requirements.txt")
    result = project.cog("debug").ok()
    assert f"'{line}' found in requirements — overriding with cog-0." in result.err
    assert "use build.sdk_version in cog.yaml or COG_SDK_WHEEL to control the version" in result.err
    assert project.context().read("files/requirements.txt") == "six\npillow\n"


@pytest.mark.parametrize("line", ["cogs==1", "coglets", "cognee", "my-cog"])
def test_names_that_only_begin_like_ours_stay(project, line):
    assert installed(project, line) == [line]


# Frameworks


def test_torch_on_a_cpu(project):
    assert installed(project, "torch==2.3.1\ntorchvision==0.18.1\nsix\n") == [
        f"--extra-index-url {INDEX}cpu",
        "torch==2.3.1",
        "torchvision==0.18.1",
        "six",
    ]


@pytest.mark.parametrize(
    ("line", "rewritten"),
    [
        ("torch==2.3.1+cpu", "torch==2.3.1"),
        ("torch == 2.3.1", "torch==2.3.1"),
        ("torch==2.3", "torch==2.3"),
        ("torch[opt]==2.3.1", "torch[opt]==2.3.1"),
        ("torch==2.3.1 ; python_version == '3.11'", "torch==2.3.1 ; python_version == '3.11'"),
        ("torch==2.3.1; sys_platform == 'linux'", "torch==2.3.1 ; sys_platform == 'linux'"),
        ("torch==2.3.1 --hash=sha256:00", "torch==2.3.1 --hash=sha256:00"),
    ],
)
def test_forms_of_a_pin(project, line, rewritten):
    lines = installed(project, line + "\n")
    assert [text.replace(" ;", ";") for text in lines] == [
        f"--extra-index-url {INDEX}cpu",
        rewritten.replace(" ;", ";"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "torch>=2.0",
        "torch",
        "torch==99.0.0",
        "torch==2.1.0rc1",
        "torch==2.3.*",
        "torch===2.3.1",
        "torch>=2.0,<3",
        "torchaudio==2.3.1",
        "tensorflow==2.15.0",
        "torchmetrics==1.0.0",
        "torch @ https://a.example/torch-2.3.1.whl",
    ],
)
def test_lines_that_stay_as_they_are_on_a_cpu(project, line):
    assert installed(project, line + "\n") == [line]


@pytest.mark.parametrize(
    ("cuda", "index"), [(None, "cu121"), ("11.8", "cu118"), ("12.1", "cu121"), ("12.4", "cu121"), ("12.0", "cu118")]
)
def test_torch_on_a_gpu_is_the_newest_build_that_the_cuda_can_run(project, cuda, index):
    assert on_gpu(project, "torch==2.3.1\ntorchvision==0.18.1\n", cuda) == [
        f"--extra-index-url {INDEX}{index}",
        "torch==2.3.1",
        "torchvision==0.18.1",
    ]


def test_torch_with_a_suffix(project):
    assert on_gpu(project, "torch==2.0.1+cu118\n") == [f"--extra-index-url {INDEX}cu118", "torch==2.0.1"]


def test_tensorflow_has_one_package_for_both(project):
    assert on_gpu(project, "tensorflow==2.15.0\n") == ["tensorflow==2.15.0"]


def test_indexes_and_links_come_first_once_and_sorted(project):
    text = """
        six
        --extra-index-url https://b.example/simple
        --find-links https://z.example/links
        torch==2.3.1
        --extra-index-url=https://a.example/simple
        --find-links https://y.example/links
        --extra-index-url https://b.example/simple
    """
    assert installed(project, text) == [
        "--find-links https://z.example/links",
        "--find-links https://y.example/links",
        "--extra-index-url https://a.example/simple",
        "--extra-index-url https://b.example/simple",
        f"--extra-index-url {INDEX}cpu",
        "six",
        "torch==2.3.1",
    ]


def test_a_line_with_its_own_index_keeps_version_and_index(project):
    """pip takes the option on a line of its own only, so it is moved there."""
    text = "torch==2.3.1+cu118 --extra-index-url https://a.example/simple\nsix==1.17.0 --find-links=https://b.example\n"
    assert installed(project, text) == [
        "--find-links https://b.example",
        "--extra-index-url https://a.example/simple",
        "torch==2.3.1+cu118",
        "six==1.17.0",
    ]


def test_the_same_project_gives_the_same_text(project):
    text = "".join(f"--extra-index-url https://{name}.example\n" for name in "qwertyuiop") + "six\n"
    assert installed(project, text) == installed(project, text)


# Options that only this machine could follow


@pytest.mark.parametrize(
    ("line", "option"),
    [
        ("-r more.txt", "-r"),
        ("--requirement more.txt", "--requirement"),
        ("--requirement=more.txt", "--requirement"),
        ("-c limits.txt", "-c"),
        ("-e ./lib", "-e"),
        ("--editable lib", "--editable"),
    ],
)
def test_options_with_local_files(project, line, option):
    project.write("requirements.txt", line + "\n")
    project.build('python_version: "3.11"', "python_requirements: requirements.txt")
    project.cog("debug").fails(f'local requirements option "{option}" is not supported: {line}')
