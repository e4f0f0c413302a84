"""What `cog push` would push to; decided before anything is built, so no engine is needed to see it refuse."""

import pytest
from terminal import CONFIG, ENGINE_ASKED

MODEL = CONFIG + "model: registry.example/a/m\n"


def refused(project, *arguments: str, env: dict[str, str] | None = None) -> str:
    result = project.cog("push", *arguments, env=env).fails()
    assert ENGINE_ASKED not in result.err
    return result.err


def test_nothing_names_an_image(project):
    message = refused(project)
    assert message.startswith(
        "To push images, you must either set the 'image' option in cog.yaml or pass an image name"
    )


@pytest.mark.parametrize("name", ["UPPER/case", "a//b", "a b", "registry.example/a:t:u", "a@sha256:1"])
def test_a_name_that_is_none(project, name):
    assert f'invalid image reference "{name}": ' in refused(project, name)


def test_a_model_leaves_no_choice(project):
    project.config(MODEL)
    assert "positional image argument not supported with 'model' config" in refused(project, "registry.example/b/c")


def test_an_image_and_variables_for_a_model(project):
    project.config(CONFIG + "image: registry.example/a/b\n")
    for name in ("COG_MODEL", "COG_MODEL_REGISTRY", "COG_MODEL_REPO"):
        message = "'image' in cog.yaml cannot be combined with COG_MODEL* env vars"
        assert message in refused(project, env={name: "registry.example"})


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"COG_MODEL": "not A name"}, "invalid COG_MODEL value: "),
        ({"COG_MODEL": "a/b@sha256:" + "0" * 64}, "cannot push to digest-pinned ref"),
        ({"COG_MODEL_TAG": "cog-x"}, 'invalid COG_MODEL_TAG "cog-x": "cog-" is a reserved prefix'),
        ({"COG_MODEL_TAG": "-x"}, 'invalid COG_MODEL_TAG "-x": must match OCI tag regex'),
        ({"COG_MODEL_TAG": "x" * 129}, "must match OCI tag regex"),
        ({"COG_MODEL_REGISTRY": "a/b"}, 'invalid COG_MODEL_REGISTRY "a/b": must be a bare host'),
        ({"COG_MODEL_REPO": "a/b:c"}, 'invalid COG_MODEL_REPO "a/b:c": must be a bare repository path'),
        ({"COG_MODEL_REPO": "A/b"}, 'invalid COG_MODEL_REPO "A/b": must be a bare repository path'),
    ],
)
def test_variables_that_are_wrong(project, variables, message):
    assert message in refused(project.config(MODEL), env=variables)


@pytest.mark.parametrize(
    ("text", "arguments", "variables"),
    [
        (CONFIG, ["localhost:5000/a/b"], {}),
        (CONFIG, ["registry.example/a/b:tag"], {}),
        (CONFIG + "image: registry.example/a/b\n", [], {}),
        (MODEL, [], {}),
        (MODEL, [], {"COG_MODEL_TAG": "v1"}),
        (CONFIG, [], {"COG_MODEL": "localhost:5000/a/b"}),
        (CONFIG, [], {"COG_MODEL_REPO": "a/b"}),
    ],
)
def test_targets_that_are_right(project, text, arguments, variables):
    """The engine is the next to be asked."""
    project.config(text).cog("push", *arguments, env=variables).fails(ENGINE_ASKED)
