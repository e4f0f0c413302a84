"""What `cog doctor` says of each finding: code, place, and fix, in words and as JSON."""

import pytest
from checkup import DEFAULTS, codes, doctor, findings, model
from terminal import CONFIG


def test_json_of_doctor_takes_no_value(project):
    """Unlike that of predictions: what follows it is an option."""
    model(project, DEFAULTS)
    assert [f["fixed"] for f in findings(project, "--fix=true") if f["code"] == "none-default"][:1] == [True]


def test_every_finding_has_a_code_a_place_and_a_fix(project):
    model(project, DEFAULTS)
    (finding,) = [f for f in findings(project) if f["code"] == "none-default"][:1]
    assert (finding["severity"], finding["file"], finding["fixable"], finding["fixed"]) == (
        "warning",
        "predict.py",
        True,
        False,
    )
    assert isinstance(finding["line"], int)
    assert finding["fix"].startswith("Write ")
    assert "Fix [none-default]: Write " in doctor(project).ok().err
    assert all(f["fixed"] for f in findings(project, "--fix") if f["code"] == "none-default")
    assert codes(findings(project)) == []


PROJECTS = {
    "missing-requirement": ("", "import sklearn\n", ("predict.py", 1, "add scikit-learn to requirements.txt")),
    "unpinned-framework": ("  python_packages: [torch]\n", "", ("cog.yaml", None, "NAME==VERSION")),
    "cuda-combination": (
        '  gpu: true\n  cuda: "12.6"\n  python_packages: [torch==2.3.1]\n',
        "",
        (None, None, "built for each other"),
    ),
    "old-api": ("", '@cog.input("s", type=str)\n', ("predict.py", 1, "Write it as a parameter")),
    "config-parsing": ("environment: {A: b}\n", "", ("cog.yaml", 3, "Write a list")),
}


@pytest.mark.parametrize("code", PROJECTS)
def test_projects_with_something_to_find(project, code):
    build, source, (file, line, fix) = PROJECTS[code]
    project.config(CONFIG.replace("predict:", build + "predict:"))
    model(project, source + project.read("predict.py"))
    (finding,) = [found for found in findings(project, env={"COG_SKIP_GPU_CHECK": "1"}) if found["code"] == code]
    assert (finding["file"], finding["line"]) == (file, line)
    assert fix in finding["fix"]
    assert finding["message"]


def test_what_does_not_belong_into_an_image(project):
    """`--fix` adds the lines, and leaves those of the user."""
    project.write(".env", "TOKEN=secret\n")
    project.write(".git/config", "")
    project.write(".dockerignore", ".git")
    assert codes(findings(project)) == [("dockerignore", "warning")]
    assert "the image would contain its secrets" in doctor(project).ok().err
    assert "Fixed: .dockerignore\n" in doctor(project, "--fix").ok().err
    assert project.read(".dockerignore") == ".git\n.env\n"
    assert codes(findings(project)) == []


def test_large_files_are_mentioned(project):
    with project.write("weights.bin", b"").open("wb") as file:
        file.truncate(60_000_000)
    assert codes(findings(project)) == [("large-files", "info")]
    assert "no issues found" in doctor(project).ok().err


def test_the_engine_its_gpus_and_its_disk(project, tmp_path):
    gpu = "  gpu: true\n  python_packages: [torch==2.3.1]\npredict:"
    project.config(CONFIG.replace("predict:", gpu))
    answers = 'case "$*" in *Runtimes*) echo \'{"runc": {}}\';; *RootDir*) echo /proc;; info*) echo 24.0.5;; esac'
    found = findings(project, env={"COG_SKIP_DOCKER_CHECK": ""}, docker=answers)
    assert codes(found)[1:] == [("gpu-toolkit", "warning"), ("disk-space", "warning")]
    found = findings(project, env={"COG_SKIP_DOCKER_CHECK": ""}, docker="echo no engine >&2; exit 1")
    assert ("engine", "error") in codes(found)
