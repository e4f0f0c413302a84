"""Wheels and archives of the project that requirements name."""

import pytest

WHEEL = "hello-1.0-py3-none-any.whl"


def with_line(project, line: str):
    project.write("requirements.txt", line + "\n")
    return project.build('python_version: "3.11"', "python_requirements: requirements.txt")


@pytest.mark.parametrize("name", [WHEEL, "a.zip", "a-1.tar.gz", "a-1.tgz", "a-1.tar.bz2", "a-1.tar.xz"])
@pytest.mark.parametrize("form", ["{}", "./{}", "wheels/{}", "./wheels/{}"])
def test_an_artifact_is_staged_and_installed_by_its_place(project, form, name):
    project.write(form.format(name), b"contents")
    context = with_line(project, form.format(name)).context()
    assert context.read("files/requirements.txt") == f"/cog_build/local_package_artifacts/{name}\n"
    assert context.read(f"files/local_package_artifacts/{name}") == "contents"


def test_a_path_with_spaces(project):
    project.write(f"my wheels/{WHEEL}", "contents")
    context = with_line(project, f"./my wheels/{WHEEL}").context()
    assert context.read("files/requirements.txt") == f"/cog_build/local_package_artifacts/{WHEEL}\n"
    assert context.read(f"files/local_package_artifacts/{WHEEL}") == "contents"


def test_what_it_pulls_in_does_not_replace_the_sdk(project):
    project.write(WHEEL, b"")
    lines = with_line(project, "./" + WHEEL).dockerfile().splitlines()
    packages = next(index for index, line in enumerate(lines) if "--requirement" in line)
    removal = lines.index("RUN python -m pip uninstall --yes cog coglet")
    sdk = next(index for index, line in enumerate(lines) if "/cog_build/cog-" in line)
    assert packages < removal < sdk


def test_by_absolute_path(project):
    wheel = project.write("wheels/" + WHEEL, b"")
    context = with_line(project, str(wheel)).context()
    assert context.read("files/requirements.txt") == f"/cog_build/local_package_artifacts/{WHEEL}\n"


def test_paths_count_from_the_requirements_file(project):
    project.write("deps/wheels/" + WHEEL, b"")
    project.write("deps/requirements.txt", f"./wheels/{WHEEL}\n")
    project.build('python_version: "3.11"', "python_requirements: deps/requirements.txt")
    assert (project.context().directory / f"files/local_package_artifacts/{WHEEL}").exists()


def test_among_other_lines(project):
    project.write(WHEEL, b"")
    context = with_line(project, f"six\n./{WHEEL}\npillow").context()
    assert sorted(context.read("files/requirements.txt").splitlines()) == sorted(
        ["six", "pillow", f"/cog_build/local_package_artifacts/{WHEEL}"]
    )


def test_a_missing_file(project):
    with_line(project, "./" + WHEEL).cog("debug").fails(f'local Python package artifact "./{WHEEL}" not found: ')


@pytest.mark.parametrize("place", ["../outside.whl", "/tmp/outside.whl"])
def test_outside_the_project(project, place):
    (project.directory.parent / "outside.whl").write_bytes(b"")
    message = f'local Python package artifact "{place}" must be inside the project directory'
    with_line(project, place).cog("debug").fails(message)


def test_a_link_that_leads_outside(project):
    outside = project.directory.parent / WHEEL
    outside.write_bytes(b"")
    (project.directory / WHEEL).symlink_to(outside)
    with_line(project, "./" + WHEEL).cog("debug").fails("must be inside the project directory")


def test_a_link_inside_is_followed(project):
    project.write("wheels/" + WHEEL, b"contents")
    (project.directory / WHEEL).symlink_to(project.directory / "wheels" / WHEEL)
    assert with_line(project, "./" + WHEEL).context().read(f"files/local_package_artifacts/{WHEEL}") == "contents"


def test_a_directory_with_the_name_of_a_wheel(project):
    (project.directory / WHEEL).mkdir()
    with_line(project, "./" + WHEEL).cog("debug").fails(f'artifact "./{WHEEL}" must be a regular file')


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("file:///src/a.whl", "local file URL requirements are not supported: file:///src/a.whl"),
        ("a @ file:///src/a.whl", "local file URL requirements are not supported: a @ file:///src/a.whl"),
        ("a @ ./a.whl", "local direct reference requirements (`name @ path`) are not supported: a @ ./a.whl"),
        (
            "./a.whl --hash=sha256:00",
            "local package artifact requirements do not support inline options or hashes: ./a.whl --hash=sha256:00",
        ),
        (
            "./a.whl ; python_version > '3'",
            "environment markers are not supported on local package artifact requirements: ./a.whl ; python_version",
        ),
        ("./a.whl[x]", "extras are not supported on local package artifact requirements: ./a.whl[x]"),
        (".", 'local package requirement "." is not a supported wheel or source archive'),
        ("./lib", 'local package requirement "./lib" is not a supported wheel or source archive'),
        ("lib/", 'local package requirement "lib/" is not a supported wheel or source archive'),
        ("packages/lib", 'local package requirement "packages/lib" is not a supported wheel or source archive'),
        ("./a.egg", 'local package requirement "./a.egg" is not a supported wheel or source archive'),
    ],
)
def test_forms_that_are_refused(project, line, message):
    with_line(project, line).cog("debug").fails(message)


@pytest.mark.parametrize("command", [["build"], ["exec", "true"], ["serve"], ["predict"]])
def test_every_command_refuses_them_before_it_builds(project, command):
    with_line(project, "./missing.whl").cog(*command).fails("missing.whl")
