"""Which CUDA and cuDNN a GPU project gets, and from which image it starts."""

import pytest

PYTHON = 'python_version: "3.10"'


def gpu(project, *lines: str, packages: str | None = None):
    more = []
    if packages is not None:
        project.write("requirements.txt", packages + "\n")
        more = ["python_requirements: requirements.txt"]
    python = [] if any(line.startswith("python_version") for line in lines) else [PYTHON]
    return project.build("gpu: true", *python, *lines, *more)


def base(project) -> str:
    (line,) = [line for line in project.dockerfile().splitlines() if line.endswith(" AS cog_environment")]
    return line.split()[1]


@pytest.mark.parametrize(
    ("packages", "image"),
    [
        (None, "nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04"),
        ("six", "nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04"),
        ("torch==1.13.0", "nvidia/cuda:11.7.1-cudnn8-devel-ubuntu22.04"),
        ("torch==2.3.1", "nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04"),
        ("torch==2.3.1+cu118", "nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04"),
        ("torch==2.3.1 ; python_version >= '3.9'", "nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04"),
        ("torch>=2.0", "nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04"),
        ("torch==2.5.1", "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04"),
        ("torch==2.8.0", "nvidia/cuda:12.9.1-cudnn-devel-ubuntu24.04"),
        ("torch==2.9.1", "nvidia/cuda:13.0.3-cudnn-devel-ubuntu24.04"),
        ("tensorflow==2.10.0", "nvidia/cuda:11.2.2-cudnn8-devel-ubuntu20.04"),
        ("tensorflow==2.15.0", "nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04"),
        ("tensorflow==2.18.0", "nvidia/cuda:12.5.1-cudnn-devel-ubuntu22.04"),
        ("tensorflow==2.15.0\ntorch==2.5.1", "nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04"),
        ("tensorflow\ntorch==2.5.1", "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04"),
    ],
)
def test_cuda_follows_the_framework(project, packages, image):
    assert base(gpu(project, packages=packages)) == image


@pytest.mark.parametrize(
    ("lines", "image"),
    [
        (["cuda: 11.8"], "nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04"),
        (['cuda: "11.8.0"'], "nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04"),
        (['cuda: "12.1.0"'], "nvidia/cuda:12.1.0-cudnn8-devel-ubuntu22.04"),
        (["cuda: 12.1", "cudnn: 8"], "nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04"),
        (["cuda: 12.3"], "nvidia/cuda:12.3.2-cudnn9-devel-ubuntu22.04"),
        (["cuda: 12.4"], "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04"),
        (['cuda: "11.6.1"'], "nvidia/cuda:11.6.1-cudnn8-devel-ubuntu20.04"),
        (["cuda: 11.0"], "nvidia/cuda:11.0.3-cudnn8-devel-ubuntu20.04"),
        (["cuda: 13.2"], "nvidia/cuda:13.2.1-cudnn-devel-ubuntu24.04"),
    ],
)
def test_cuda_as_given(project, lines, image):
    assert base(gpu(project, *lines)) == image


@pytest.mark.parametrize("cuda", ["12.7", "11.9", "14.0", "12.4.9"])
def test_cuda_without_an_image(project, cuda):
    result = gpu(project, f'cuda: "{cuda}"').cog("debug").fails(f"CUDA {cuda} is not supported by Cog")
    assert "the nearest are " in result.err


@pytest.mark.parametrize("more", [[], ['cuda: "12.1"']])
def test_torch_without_a_version(project, more):
    gpu(project, *more, packages="torch").cog("debug").fails("torch version must be specified when using CUDA")
    gpu(project, *more, packages="torch ; python_version >= '3.8'").cog("debug").fails(
        "torch version must be specified"
    )


def test_torch_that_is_not_known(project):
    result = gpu(project, packages="torch==99.0.0").cog("debug").ok()
    assert "Cog doesn't know which CUDA torch==99.0.0 was built for: using 13.0, that of torch 2.11.0" in result.err
    result = gpu(project, packages="torch==1.2.0").cog("debug").ok()
    assert "using 11.3, that of torch 1.11.0" in result.err
    assert base(gpu(project, "cuda: 12.4", packages="torch==99.0.0")).startswith("nvidia/cuda:12.4.1")


def test_torch_by_address_says_nothing_about_cuda(project):
    line = "torch @ https://a.example/torch-2.1.0-cp310-cp310-linux_x86_64.whl"
    assert base(gpu(project, packages=line)).startswith("nvidia/cuda:11.8.0")


def test_torch_with_a_cuda_it_was_not_built_for(project):
    result = gpu(project, "cuda: 12.6", packages="torch==2.3.1").cog("debug").ok()
    assert (
        "Cog doesn't know if CUDA 12.6 is compatible with PyTorch 2.3.1. This might cause CUDA problems." in result.err
    )
    assert "Try 12.1 instead?" in result.err


@pytest.mark.parametrize("cuda", ["12.1", "12.1.1", "11.8"])
def test_torch_with_a_cuda_it_was_built_for(project, cuda):
    assert gpu(project, f'cuda: "{cuda}"', packages="torch==2.3.1").cog("debug").ok().err == ""


def test_tensorflow_that_is_not_known(project):
    message = "cog doesn't know what CUDA version is compatible with tensorflow==1.15.0"
    gpu(project, packages="tensorflow==1.15.0").cog("debug").fails(message)


def test_tensorflow_with_another_cudnn(project):
    gpu(project, 'cudnn: "9"', packages="tensorflow==2.15.0").cog("debug").fails(
        "the specified cuDNN version 9 is not compatible with tensorflow==2.15.0"
    )


def test_tensorflow_with_another_cuda_warns_and_with_its_own_does_not(project):
    result = gpu(project, "cuda: 12.1", packages="tensorflow==2.15.0").cog("debug").ok()
    assert "Cog doesn't know if CUDA 12.1 is compatible with Tensorflow 2.15.0." in result.err
    assert "Try 12.2 instead?" in result.err
    for own in ("12.2", "12.2.2"):
        assert gpu(project, f'cuda: "{own}"', packages="tensorflow==2.15.0").cog("debug").ok().err == ""


@pytest.mark.parametrize("version", ["2.16.1", "2.17.0"])
def test_tensorflow_without_an_image_for_its_cudnn_gets_the_nearest(project, version):
    result = gpu(project, packages=f"tensorflow=={version}").cog("debug").ok()
    assert "FROM nvidia/cuda:12.3.2-cudnn9-devel-ubuntu22.04" in result.out
    assert f"There is no image with CUDA 12.3 and CuDNN 8, which tensorflow=={version} was built with" in result.err


@pytest.mark.parametrize("command", [["build"], ["exec", "true"], ["serve"], ["predict"]])
def test_every_command_finds_it_before_it_builds(project, command):
    gpu(project, packages="torch").cog(*command).fails("torch version must be specified when using CUDA")


# Other families of base images


def test_the_slim_image_for_a_gpu_on_request(project):
    gpu(project, packages="torch==2.3.1")
    assert "FROM python:3.10-slim" in project.dockerfile("--use-cuda-base-image=false")


@pytest.mark.parametrize("value", ["auto", "true", "anything"])
def test_only_false_refuses_the_cuda_image(project, value):
    assert "FROM nvidia/cuda" in gpu(project).dockerfile(f"--use-cuda-base-image={value}")


@pytest.mark.parametrize(
    ("lines", "packages", "tag"),
    [
        (["gpu: false", 'python_version: "3.12"'], None, "python3.12"),
        (["gpu: false", 'python_version: "3.11"'], "torch==2.3.1", "python3.11-torch2.3.1"),
        (["gpu: false", 'python_version: "3.11"'], "torch==2.3", "python3.11-torch2.3.1"),
        (["gpu: false", 'python_version: "3.11"'], "torch==99.0", "python3.11"),
        (["gpu: true", 'python_version: "3.10"'], None, "cuda11.8-python3.10"),
        (["gpu: true", 'python_version: "3.10"'], "torch==2.0.1+cu118", "cuda11.8-python3.10-torch2.0.1"),
        (["gpu: true", 'python_version: "3.11"'], "torch==2.3.1", "cuda12.1-python3.11-torch2.3.1"),
        (["gpu: true", 'python_version: "3.10"'], "torch==1.13.1", "cuda11.7-python3.10"),
    ],
)
def test_tags_of_prepared_images(project, lines, packages, tag):
    if packages:
        project.write("requirements.txt", packages + "\n")
        lines = [*lines, "python_requirements: requirements.txt"]
    out = project.build(*lines).dockerfile("--use-cog-base-image")
    assert f"FROM r8.im/cog-base:{tag} AS cog_environment\n" in out


def test_a_prepared_image_has_no_patch_of_python(project):
    result = project.build('python_version: "3.11.9"').cog("debug", "--use-cog-base-image").ok()
    assert "FROM r8.im/cog-base:python3.11 " in result.out
    assert "Stripping patch version from Python version 3.11.9 to 3.11" in result.err


def test_no_prepared_image_for_an_old_cuda(project):
    message = "unsupported base image configuration: CUDA: 11.3 / Python: 3.10 / Torch: (none)"
    gpu(project, "cuda: 11.3").cog("debug", "--use-cog-base-image").fails(message)


def test_prepared_images_are_used_only_when_asked_for(project):
    assert "cog-base" not in gpu(project, packages="torch==2.3.1").dockerfile()
