"""Where the SDK and the server package of an image come from."""

import pytest
from terminal import ENGINE_ASKED, ROOT, VERSION

OWN_SDK = f"cog-{VERSION}-py3-none-any.whl"


def install(out: str) -> str:
    """The line of a Dockerfile that installs the SDK."""
    (line,) = [line for line in out.splitlines() if "pip install" in line and "--requirement" not in line]
    return line.split(" --cache-dir /root/.cache/pip ")[1]


def wheels(project, *names: str) -> str:
    for name in names:
        project.write("wheels/" + name, name.encode())
    return str(project.directory / "wheels")


def test_our_own_wheels_are_the_default_and_are_staged(project):
    sdk, server = sorted(install(project.dockerfile()).split())
    assert sdk == f"/cog_build/{OWN_SDK}"
    assert server.startswith(f"/cog_build/coglet-{VERSION}-py3-none-manylinux")
    context = project.context().directory
    assert (context / "files" / OWN_SDK).read_bytes() == (ROOT / "dist" / OWN_SDK).read_bytes()
    assert len(list((context / "files").glob("coglet-*.whl"))) == 1


@pytest.mark.parametrize(
    ("written", "version", "options"),
    [
        ("0.17.1", "0.17.1", []),
        ("0.16.11", "0.16.11", []),
        ("0.17.0-alpha1", "0.17.0a1", ["--pre"]),
        ("0.17.0-beta2", "0.17.0b2", ["--pre"]),
        ("0.17.0-rc1", "0.17.0rc1", ["--pre"]),
        ("0.17.0-dev3", "0.17.0.dev3", ["--pre"]),
        ("0.17.0rc1", "0.17.0rc1", ["--pre"]),
    ],
)
def test_versions_of_releases(project, written, version, options):
    """A release of PyPI brings its own server; ours is not put under it."""
    for out in (
        project.dockerfile(env={"COG_SDK_WHEEL": f"pypi:{written}"}),
        project.build('python_version: "3.12"', f'sdk_version: "{written}"').dockerfile(),
    ):
        assert install(out).split() == [*options, f"cog=={version}"]


def test_the_newest_release(project):
    assert install(project.dockerfile(env={"COG_SDK_WHEEL": "pypi"})) == "cog"


def test_prerelease_recommends_a_pin(project):
    result = project.build('python_version: "3.12"', "sdk_version: prerelease").cog("debug").ok()
    assert install(result.out) == "--pre cog"
    assert "pin a version" in result.err


@pytest.mark.parametrize("version", ["0.15.0", "0.15.11", "0.9", "0.15.0rc1"])
def test_too_old_a_release(project, version):
    message = f"cog version {version} is below the minimum required version 0.16.0"
    project.cog("debug", env={"COG_SDK_WHEEL": f"pypi:{version}"}).fails(message)
    project.build('python_version: "3.12"', f'sdk_version: "{version}"').cog("debug").fails(message)


def test_an_old_sdk_needs_no_static_schema_generation(project):
    """The document is made by the SDK inside the image, so 0.16 is as good as any."""
    project.build('python_version: "3.12"', 'sdk_version: "0.16.11"')
    result = project.cog("build").fails(ENGINE_ASKED)
    assert "static schema" not in result.err


def test_the_variable_wins_over_the_configuration(project):
    project.build('python_version: "3.12"', 'sdk_version: "0.17.1"')
    assert install(project.dockerfile(env={"COG_SDK_WHEEL": "pypi:0.18.0"})) == "cog==0.18.0"
    assert "0.17.1" in install(project.dockerfile(env={"COG_SDK_WHEEL": ""}))


def test_a_wheel_by_address(project):
    url = "https://a.example/cog-0.99.0-py3-none-any.whl"
    result = project.cog("debug", env={"COG_SDK_WHEEL": url}).ok()
    assert install(result.out) == url
    assert f"Using cog wheel from URL: {url}" in result.err


def test_a_wheel_file_is_staged(project):
    folder = wheels(project, "cog-0.99.0-py3-none-any.whl")
    variables = {"COG_SDK_WHEEL": f"{folder}/cog-0.99.0-py3-none-any.whl"}
    assert install(project.dockerfile(env=variables)) == "/cog_build/cog-0.99.0-py3-none-any.whl"
    assert project.context(env=variables).read("files/cog-0.99.0-py3-none-any.whl") == "cog-0.99.0-py3-none-any.whl"


def test_a_wheel_of_our_version_is_served_by_our_server(project):
    folder = wheels(project, OWN_SDK)
    assert "coglet-" in install(project.dockerfile(env={"COG_SDK_WHEEL": folder}))


def test_paths_count_from_the_current_directory(project):
    wheels(project, "cog-0.99.0-py3-none-any.whl")
    project.write("below/file", "")
    out = project.cog("debug", cwd="below", env={"COG_SDK_WHEEL": "../wheels"}).ok().out
    assert install(out) == "/cog_build/cog-0.99.0-py3-none-any.whl"


def test_addresses_and_names_with_a_meaning_to_a_shell(project, tmp_path):
    url = "https://files.example/cog-1.0-py3-none-any.whl?a=1&b=$(x)"
    assert f"'{url}'" in project.dockerfile(env={"COG_SDK_WHEEL": url})
    wheel = tmp_path / "cog-1.0 (1)-py3-none-any.whl"
    wheel.write_bytes(b"")
    project.cog("debug", env={"COG_SDK_WHEEL": str(wheel)}).fails("is not named like a wheel")
    project.cog("debug", env={"COG_SDK_WHEEL": "pypi:1.0\nRUN x"}).fails("has a line break")


@pytest.mark.parametrize("variable", ["COG_SDK_WHEEL", "COGLET_WHEEL"])
@pytest.mark.parametrize("path", ["./nonexistent/wheel.whl", "/nonexistent/path/a.whl", "dist"])
@pytest.mark.parametrize("command", ["debug", "build"])
def test_a_missing_path(project, command, path, variable):
    project.cog(command, env={variable: path}).fails(f"{variable}: path not found: {path}")


def test_directories_without_the_wheel_or_with_several(project):
    empty = wheels(project, "other-1.0-py3-none-any.whl")
    project.cog("debug", env={"COG_SDK_WHEEL": empty}).fails(
        f"COG_SDK_WHEEL: no wheel matching 'cog-*.whl' found in {empty}"
    )
    several = wheels(project, "cog-0.98.0-py3-none-any.whl", "cog-0.99.0-py3-none-any.whl")
    project.cog("debug", env={"COG_SDK_WHEEL": several}).fails(
        f"COG_SDK_WHEEL: multiple wheels matching 'cog-*.whl' found in {several}"
    )


# The server


@pytest.mark.parametrize(
    ("value", "argument", "info"),
    [
        ("pypi", "coglet", "Using coglet from PyPI: coglet\n"),
        ("pypi:0.17.2", "coglet==0.17.2", "Using coglet from PyPI: coglet==0.17.2\n"),
        ("https://a.example/coglet-1-py3-none-any.whl", "https://a.example/coglet-1-py3-none-any.whl", ""),
    ],
)
def test_server_by_its_variable(project, value, argument, info):
    result = project.cog("debug", env={"COGLET_WHEEL": value}).ok()
    assert install(result.out).split()[0] == argument
    assert result.err == info


def test_server_prerelease(project):
    out = project.dockerfile(env={"COGLET_WHEEL": "pypi:0.1.0-beta4"})
    assert install(out).split()[:2] == ["--pre", "coglet==0.1.0b4"]


def test_server_wheels_are_those_of_the_platform(project):
    folder = wheels(project, "coglet-1-py3-none-manylinux_2_28_aarch64.whl", "coglet-1-py3-none-macosx_11_0_arm64.whl")
    project.cog("debug", env={"COGLET_WHEEL": folder}).fails(
        f"COGLET_WHEEL: no wheel for platform amd64 found in {folder}"
    )
    wheels(project, "coglet-1-py3-none-manylinux_2_28_x86_64.whl")
    out = project.dockerfile(env={"COGLET_WHEEL": folder})
    assert install(out).split()[0] == "/cog_build/coglet-1-py3-none-manylinux_2_28_x86_64.whl"


def test_a_legacy_sdk_has_no_server_of_its_own(project):
    project.build('python_version: "3.12"', 'sdk_version: "0.16.11"')
    result = project.cog("debug", env={"COGLET_WHEEL": "pypi:0.17.2"}).ok()
    assert install(result.out) == "cog==0.16.11"
    assert "Skipping coglet install for legacy SDK" in result.err
