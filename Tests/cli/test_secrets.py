"""`--secret`: what it may say. Whether steps see the secret is shown on an engine."""

import pytest
from terminal import ENGINE_ASKED


@pytest.mark.parametrize("command", [["build"], ["push", "r.example/a/b"], ["exec"], ["serve"], ["predict"], ["run"]])
def test_every_command_that_builds_takes_them(project, command):
    arguments = [*command, "--secret", "id=a,nonsense", *(["true"] if command == ["exec"] else [])]
    result = project.cog(*arguments).fails('failed to parse secrets: invalid field "nonsense" must be a key=value pair')
    assert ENGINE_ASKED not in result.err


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("", 'invalid field "" must be a key=value pair'),
        ("id", 'invalid field "id" must be a key=value pair'),
        ("id=a,mode=1", "unexpected key 'mode' in 'mode=1'"),
        ("id=a,type=ssh", 'unsupported secret type "ssh"'),
        ("src=cog.yaml", "id is missing"),
        ("id=,src=cog.yaml", "id is missing"),
        ("id=a,src=missing.txt", 'file missing.txt of secret "a" does not exist'),
        ("id=a,source=missing.txt", 'file missing.txt of secret "a" does not exist'),
        ("id=a,type=file", 'file a of secret "a" does not exist'),
        ("id=a", 'file a of secret "a" does not exist'),
        ("id=a,env=MISSING_VARIABLE", 'variable MISSING_VARIABLE of secret "a" is not set'),
        ("id=a,type=env", 'variable a of secret "a" is not set'),
    ],
)
def test_what_is_wrong(project, spec, message):
    project.cog("build", "--secret", spec).fails("failed to parse secrets: ", message)


@pytest.mark.parametrize(
    "spec",
    [
        "id=a,src=cog.yaml",
        "id=a,source=cog.yaml",
        "id=a,src=cog.yaml,type=file",
        "type=file,id=a,src=cog.yaml",
        "id=a,env=TOKEN",
        "id=a,type=env,src=TOKEN",
        "id=TOKEN",
        "id=TOKEN,type=env",
        "id=cog.yaml",
        "ID=a,SRC=cog.yaml",
    ],
)
def test_forms(project, spec):
    project.cog("build", "--secret", spec, env={"TOKEN": "x"}).fails(ENGINE_ASKED)


def test_files_count_from_the_project(project):
    project.write("secrets/token", "x")
    project.write("below/file", "")
    project.cog("build", "--secret", "id=a,src=secrets/token", cwd="below").fails(ENGINE_ASKED)


def test_many(project):
    project.cog("build", "--secret=id=a,src=cog.yaml", "--secret", "id=b,src=missing").fails("file missing of secret")
