"""The Dockerfile that `cog debug` prints: what it does and in which order, and that it can be built as it is."""

import re

import pytest
from terminal import CONFIG, VERSION


def position(out: str, text: str) -> int:
    """The number of the one line that contains the text."""
    (found,) = [index for index, line in enumerate(out.splitlines()) if text in line]
    return found


def test_a_cpu_project(project):
    lines = project.dockerfile().splitlines()
    for line in ("WORKDIR /src", "EXPOSE 5000", 'CMD ["python", "-m", "cog.server.http"]', "COPY . /src"):
        assert lines.count(line) == 1
    assert "FROM python:3.12-slim AS cog_environment" in lines
    assert 'ENTRYPOINT ["/sbin/tini", "--"]' in lines
    assert lines.index('CMD ["python", "-m", "cog.server.http"]') < lines.index("COPY . /src")


def test_needs_no_engine_and_no_network(project):
    nowhere = {"PATH": "/nonexistent", "https_proxy": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1"}
    assert project.dockerfile(env=nowhere) == project.dockerfile()


def test_changes_nothing_in_the_project(project):
    project.dockerfile("--separate-weights")
    assert sorted(path.name for path in project.directory.iterdir()) == ["cog.yaml", "predict.py"]


def test_twice_the_same(project):
    project.write("requirements.txt", "torch==2.3.1\n--extra-index-url https://a.example\nsix\n")
    project.build('python_version: "3.11"', "gpu: true", "python_requirements: requirements.txt")
    assert project.dockerfile() == project.dockerfile()


def test_form_of_the_file(project):
    """No frontend is fetched to read it, no line is empty or a comment, and it ends with one new line."""
    out = project.dockerfile()
    assert out.endswith("\n") and not out.endswith("\n\n")
    assert not any(line == "" or line.startswith("#") for line in out.splitlines())


def test_order_of_the_steps(project):
    project.write("requirements.txt", "six\n")
    project.write("ca.pem", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n")
    project.config("""
        build:
          python_version: "3.12"
          python_requirements: requirements.txt
          system_packages: [ffmpeg]
          run: [echo run]
          pre_install: [echo pre]
        environment: [A=1]
        predict: predict.py:Predictor
        train: train.py:train
        concurrency: {max: 4}
    """)
    out = project.dockerfile(env={"COG_CA_CERT": "ca.pem"})
    steps = [
        "FROM python:3.12-slim",
        "DEBIAN_FRONTEND=noninteractive",
        "SSL_CERT_FILE=",
        "ENTRYPOINT",
        "ENV A=1",
        "install -y -q --no-install-recommends ffmpeg",
        "--requirement /cog_build/requirements.txt",
        "/cog_build/cog-",
        "/usr/local/bin/serve",
        "ldconfig",
        "RUN echo run",
        "RUN echo pre",
        "WORKDIR /src",
        "EXPOSE 5000",
        "ENV COG_PREDICT_TYPE_STUB",
        "ENV COG_TRAIN_TYPE_STUB",
        "ENV COG_MAX_CONCURRENCY=4",
        "CMD [",
        "COPY . /src",
    ]
    found = [position(out, step) for step in steps]
    assert found == sorted(found)


@pytest.mark.parametrize("key", ["run", "predict"])
def test_entry(project, key):
    out = project.config(f'build:\n  python_version: "3.12"\n{key}: src/model.py:Model\n').dockerfile()
    assert 'ENV COG_PREDICT_TYPE_STUB="src/model.py:Model"\n' in out
    assert "COG_TRAIN_TYPE_STUB" not in out
    assert "COG_MAX_CONCURRENCY" not in out


def test_a_gpu_project_gets_its_python_from_uv(project):
    out = project.build("gpu: true", 'python_version: "3.11"').dockerfile()
    assert "FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04 AS cog_environment" in out
    assert "COPY --from=ghcr.io/astral-sh/uv:0.9.26 /uv /uvx /usr/local/bin/\n" in out
    assert "uv python install 3.11" in out
    assert "ENV UV_PYTHON=3.11\n" in out
    installs = [line for line in out.splitlines() if "pip install" in line]
    assert installs and all("--break-system-packages" in line for line in installs)


def test_a_cpu_project_needs_no_uv(project):
    out = project.dockerfile()
    assert "uv" not in re.findall(r"\w+", out)
    assert "--break-system-packages" not in out


@pytest.mark.parametrize("step", ["uv pip install six", "cd /tmp && uvx ruff --version", "UV=1 uv sync"])
def test_steps_that_call_uv_find_it(project, step):
    project.build('python_version: "3.12"', f"run: ['{step}']")
    for options in ([], ["--use-cog-base-image"]):
        out = project.dockerfile(*options)
        assert position(out, "COPY --from=ghcr.io/astral-sh/uv") < position(out, f"RUN {step}")
        assert "ENV UV_SYSTEM_PYTHON=true\n" in out
        assert "uv python install" not in out


@pytest.mark.parametrize("step", ["cp a.uv b", "echo /opt/uv", "uv-tool", "pip install uvicorn"])
def test_other_steps_need_no_uv(project, step):
    project.build('python_version: "3.12"', f"run: ['{step}']")
    assert "astral" not in project.dockerfile()


def test_the_image_of_uv_can_be_another(project):
    project.build("gpu: true", 'python_version: "3.11"')
    assert "COPY --from=mirror.example/uv:1 " in project.dockerfile(env={"COG_UV_IMAGE": "mirror.example/uv:1"})


# Environment


def test_environment_is_one_line_by_name(project):
    out = project.config(CONFIG + "environment: [B=2, A=1, C=3]\n").dockerfile()
    assert "ENV A=1 B=2 C=3\n" in out


@pytest.mark.parametrize(
    ("entry", "written"),
    [
        ("A=with space", 'A="with space"'),
        ("A=$HOME", 'A="\\$HOME"'),
        ('A=say "hi"', 'A="say \\"hi\\""'),
        ("A=C:\\path", 'A="C:\\\\path"'),
        ("A=x=y", "A=x=y"),
        ("A=", 'A=""'),
        ("A=é", 'A="é"'),
        ("A='q'", "A=\"'q'\""),
        ("A=a#b", 'A="a#b"'),
        ("A=/src/.hf", "A=/src/.hf"),
        ("A=tab\tend", 'A="tab\tend"'),
    ],
)
def test_values_are_quoted(project, entry, written):
    quoted = entry.replace("'", "''")
    out = project.config(CONFIG + f"environment:\n  - '{quoted}'\n").dockerfile()
    assert f"ENV {written}\n" in out


# Packages of the distribution


def test_system_packages(project):
    out = project.build('python_version: "3.12"', "system_packages: [ffmpeg, libgl1, 'g++', libfoo=1.2-3]").dockerfile()
    line = out.splitlines()[position(out, "ffmpeg")]
    assert line == (
        "RUN --mount=type=cache,sharing=locked,target=/var/cache/apt apt-get -q update && apt-get install -y -q "
        "--no-install-recommends ffmpeg libgl1 g++ libfoo=1.2-3 && rm -rf /var/lib/apt/lists/*"
    )


def test_system_packages_that_a_prepared_image_has(project):
    project.build('python_version: "3.12"', "system_packages: [ffmpeg, cowsay, git]")
    out = project.dockerfile("--use-cog-base-image")
    assert "install -y -q --no-install-recommends cowsay &&" in out
    project.build('python_version: "3.12"', "system_packages: [ffmpeg, git]")
    assert "apt-get" not in project.dockerfile("--use-cog-base-image")


def test_a_prepared_image_brings_its_init(project):
    out = project.dockerfile("--use-cog-base-image")
    assert "tini" not in out
    assert "ldconfig" not in out
    assert "LD_LIBRARY_PATH" not in out


# Steps


def test_steps_with_and_without_secrets(project):
    project.config("""
        build:
          python_version: "3.12"
          run:
            - echo hello world
            - command: echo shh
              mounts:
                - {type: secret, id: foo, target: secret.txt}
            - command: echo both
              mounts:
                - {type: secret, id: a, target: /a}
                - {type: cache, id: c, target: /c}
                - {type: secret, id: b, target: /b}
            - {command: echo plain}
    """)
    lines = project.dockerfile().splitlines()
    steps = [line for line in lines if "echo " in line and "$?" not in line]
    assert steps == [
        "RUN echo hello world",
        "RUN --mount=type=secret,id=foo,target=secret.txt echo shh",
        "RUN --mount=type=secret,id=a,target=/a --mount=type=secret,id=b,target=/b echo both",
        "RUN echo plain",
    ]


def test_steps_run_before_the_source_is_there(project):
    out = project.build('python_version: "3.12"', "run: [echo step]").dockerfile()
    assert position(out, "RUN echo step") < position(out, "WORKDIR /src") < position(out, "COPY . /src")


# Options of debug


def test_ignored_options(project):
    project.write("Custom", "FROM scratch\n")
    for options in (["--dockerfile", "Custom"], ["--timestamp", "0"], ["--image-name", "other"]):
        assert project.dockerfile(*options) == project.dockerfile()


def test_the_exported_context_holds_everything(project):
    project.write("requirements.txt", "six\n")
    project.build('python_version: "3.12"', "python_requirements: requirements.txt")
    directory = project.directory.parent / "context"
    result = project.cog("debug", "-o", str(directory)).ok()
    assert (directory / "Dockerfile").read_text() == result.out == project.dockerfile()
    for source in re.findall(r"--from=cog_build (\S+)", result.out):
        assert (directory / "files" / source).exists()
    for path in re.findall(r" /cog_build/(\S+)", result.out):
        assert (directory / "files" / path).exists(), path
    assert f"docker buildx build --file {directory}/Dockerfile" in result.err
    assert f"--build-context cog-build-files={directory}/files {project.directory}" in result.err


def test_the_exported_context_never_replaces_anything(project):
    kept = project.write("kept/file", "mine")
    project.cog("debug", "--output", "kept").fails("kept exists already")
    assert kept.read_text() == "mine"


def test_the_ignore_file_is_the_users_and_ours(project):
    project.write(".dockerignore", "*.txt\n!keep.txt")
    assert project.context().read("Dockerfile.dockerignore") == "*.txt\n!keep.txt\n.cog\n"
    assert project.read(".dockerignore") == "*.txt\n!keep.txt"


def test_the_sdk_is_that_of_the_program(project):
    assert f"/cog_build/cog-{VERSION}-py3-none-any.whl" in project.dockerfile()
