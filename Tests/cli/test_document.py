"""The model's document: handed to a build, or made by the SDK as a step of one does it."""

import json

import pytest
from terminal import CONFIG, ENGINE_ASKED, VERSION

WORD = "class Predictor:\n    def predict(self, s: str) -> str:\n        return s\n"


def test_it_is_of_the_programs_version(project):
    document = json.loads(project.describe().ok().out)
    assert document["info"]["version"] == VERSION
    assert document["openapi"] == "3.0.2"


def test_many_inputs_keep_their_order(project):
    count = 40
    parameters = "".join(f", x{index}: int = {index}" for index in range(count))
    project.write("predict.py", WORD.replace("s: str", "s: str" + parameters))
    properties = json.loads(project.describe().ok().out)["components"]["schemas"]["Input"]["properties"]
    assert list(properties) == ["s", *(f"x{index}" for index in range(count))]
    assert [value["x-order"] for value in properties.values()] == list(range(count + 1))


def test_types_of_a_package_are_those_it_exports(project):
    """The code is run, so what a package's __init__ exports is as good as what stands in the file itself."""
    project.write("mypackage/__init__.py", "from mypackage.inner import Output\n")
    project.write("mypackage/inner.py", "from cog import BaseModel\n\n\nclass Output(BaseModel):\n    text: str\n")
    project.write("predict.py", "from mypackage import Output\n" + WORD.replace("-> str", "-> Output"))
    document = json.loads(project.describe().ok().out)
    output = json.dumps(document["components"]["schemas"]["Output"])
    assert '"text"' in output


def test_a_default_outside_its_own_limits_is_a_warning(project):
    """What the description prints besides the document is shown by the build."""
    project.write(
        "predict.py", "from cog import Input\n\n\n" + WORD.replace("s: str", "s: str = Input('a', min_length=2)")
    )
    result = project.describe().ok()
    input_ = json.loads(result.out)["components"]["schemas"]["Input"]
    assert "default" not in input_["properties"]["s"]
    assert "required" not in input_
    assert (
        "predict.py:5: UserWarning: parameter 's' of predict(): invalid default: minimum string length is 2, got 'a'. "
        "Clients can't send it. Correct the default or the limits.\n"
    ) in result.err


@pytest.mark.parametrize("command", [["build"], ["push", "registry.example/a/b"], ["predict"], ["serve"], ["train"]])
def test_there_must_be_a_model(project, command):
    project.config('build:\n  python_version: "3.12"\n')
    result = project.cog(*command).fails("no predict or train reference found in cog.yaml")
    assert ENGINE_ASKED not in result.err


# A ready document


def given(project, change=lambda document: None) -> str:
    """Writes the project's document with a change, and gives the name of the file."""
    document = json.loads(project.describe().ok().out)
    change(document)
    project.write("document.json", json.dumps(document))
    return "document.json"


def test_a_ready_document(project):
    name = given(project)
    result = project.cog("build", "--openapi-schema", name).fails(ENGINE_ASKED)
    assert f"Validating model schema from {name}..." in result.err
    project.cog("build", env={"COG_OPENAPI_SCHEMA": name}).fails(ENGINE_ASKED)


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "integer", "default": 1, "minimum": 2}, "minimum"),
        ({"type": "integer", "default": "one"}, "integer"),
        ({"type": "string", "default": "a", "minLength": 2}, "minimum string length"),
        ({"type": "string", "default": "c", "enum": ["a", "b"]}, "one of"),
    ],
)
def test_a_default_against_its_own_rules(project, schema, text):
    def change(document):
        document["components"]["schemas"]["Input"]["properties"]["s"] = schema

    name = given(project, change)
    for arguments, env in ((["--openapi-schema", name], {}), ([], {"COG_OPENAPI_SCHEMA": name})):
        result = project.cog("build", *arguments, env=env).fails("Model schema is invalid: ", text)
        assert ENGINE_ASKED not in result.err


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", "{}", '{"openapi": "2.0", "paths": {}, "info": {}}', '{"openapi": "3.0.2"}']
)
def test_what_is_no_document(project, text):
    project.write("document.json", text)
    project.cog("build", "--openapi-schema", "document.json").fails("Model schema is invalid: ")


def test_a_document_that_is_not_there(project):
    project.cog("build", "--openapi-schema", "none.json").fails("failed to read none.json: ")
    project.cog("build", env={"COG_OPENAPI_SCHEMA": "none.json"}).fails("COG_OPENAPI_SCHEMA: failed to read none.json")


def test_examples_are_given_to_whoever_describes_the_model(project):
    """And to nobody else: no image has them as a variable."""
    plain = project.dockerfile()
    project.config(CONFIG + "examples:\n  - s: it's <<EOF\n  - {}\n")
    with_examples = project.dockerfile()
    assert with_examples.count("COG_EXAMPLES") == 1
    variable = r"""COG_EXAMPLES='[{"s":"it'\''s \u003c\u003cEOF"},{}]' """
    assert with_examples.replace(variable, "") == plain
