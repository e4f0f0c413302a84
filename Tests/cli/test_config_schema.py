"""`cog config-schema` and the schema that projects keep for editors: what the program takes is what editors take."""

import json
import re

import jsonschema
import pytest
import yaml
from terminal import CONFIG, ROOT, Project

EXAMPLES = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "cog-yaml.md").read_text(), re.DOTALL)
PROJECTS = sorted((ROOT / "Tests" / "BuildTool" / "ImagePlansTests" / "dockerfiles").glob("*/project/*.yaml"))
PATH = ".cog/cog.yaml.schema.json"
LINE = f"# yaml-language-server: $schema={PATH}\n"


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    result = Project(tmp_path_factory.mktemp("schema")).cog("config-schema").ok()
    found = json.loads(result.out)
    jsonschema.Draft7Validator.check_schema(found)
    return jsonschema.Draft7Validator(found)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """All keys, by their dotted names."""
    table = Project(tmp_path_factory.mktemp("table")).cog("config-schema", "--table", "keys").ok().out
    return re.findall(r"^\| `(\S+)` \|", table, re.MULTILINE)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples_of_the_page(schema, number):
    assert [error.message for error in schema.iter_errors(yaml.safe_load(EXAMPLES[number]) or {})] == []


@pytest.mark.parametrize("path", PROJECTS, ids=lambda path: path.parts[-3])
def test_projects(schema, path):
    # The text of the file is what counts for the program: `3.10` is a version, and 3.1 for most readers of YAML.
    assert [error.message for error in schema.iter_errors(yaml.safe_load(path.read_text()) or {})] == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("enviroment: []\n", ""),
        ("build: {gpus: true}\n", "build"),
        ("build: {gpu: 3}\n", "build/gpu"),
        ("build: []\n", "build"),
        ("build: {run: [{cmd: x}]}\n", "build/run/0"),
        ("build: {python_packages: six}\n", "build/python_packages"),
        ("concurrency: {max: 0}\n", "concurrency/max"),
        ("concurrency: {start: clone}\n", "concurrency/start"),
        ("predict_timeout: soon\n", "predict_timeout"),
        ("observability: {traces: {}}\n", "observability/traces"),
        ("observability: {traces: {enabled: true, sampler: some}}\n", "observability/traces/sampler"),
        ("examples: [a]\n", "examples/0"),
        ("weights: [{name: a, target: /a}]\n", "weights/0"),
    ],
)
def test_mistakes(project, schema, text, place):
    (error,) = schema.iter_errors(yaml.safe_load(text))
    assert "/".join(map(str, error.absolute_path)) == place
    # The program complains of the same.
    result = project.config(CONFIG.partition("build:")[0] + text).cog("debug")
    assert "cog.yaml" in result.err


@pytest.mark.parametrize("text", ["build:\nenvironment:\n", "build: {gpu: yes, cuda: 11.8, large_files: false}\n", ""])
def test_missing_values_and_words_of_the_program(project, schema, text):
    assert list(schema.iter_errors(yaml.safe_load(text) or {})) == []
    project.config(text).cog("debug").ok()


def test_every_key_is_in_the_schema(schema, keys):
    """The keys of the reference page, the schema, and the reader are the same."""

    def found(part, field):
        names = []
        for option in [part, *part.get("anyOf", [])]:
            for name, value in option.get("properties", {}).items():
                names += [f"{field}{name}", *found(value, f"{field}{name}.")]
            if "items" in option:
                names += found(option["items"], field[:-1] + "[].")
        return names

    assert sorted(set(found(schema.schema, "")) - {f"{key[:-2]}" for key in keys if key.endswith("[]")}) == sorted(
        {key for key in keys} | {name for name in found(schema.schema, "") if ".source[]." in name}
    )


def test_every_key_is_suggested(project, keys):
    """A key with a letter too many is unknown, and the one that was meant is named."""
    parts: dict[str, list[str]] = {}
    for key in keys:
        parent, _, name = key.rpartition(".")
        if "[]" not in key and not parent.startswith("observability"):
            parts.setdefault(parent, []).append(name)
    text = "".join(f"{name}q: 1\n" for name in parts.pop(""))
    for parent, names in parts.items():
        text += f"{parent}:\n" + "".join(f"  {name}q: 1\n" for name in names)
    told = project.config(text).cog("debug").ok().err
    suggested = re.findall(r'unknown key "(\S+)q" \(did you mean "(\w+)"\?\)', told)
    assert len(suggested) == sum(map(len, parts.values())) + len([key for key in keys if "." not in key])
    assert [(key, name) for key, name in suggested if key.rpartition(".")[2] != name] == []


# MARK: - The project's copy


def test_init_leads_editors_to_the_schema(empty):
    empty.cog("init").ok()
    assert empty.read("cog.yaml").startswith(LINE)
    assert empty.read(PATH) == empty.cog("config-schema").ok().out


@pytest.mark.parametrize("before", [None, "{}"])
def test_a_checkout_gets_it_with_the_first_command(project, before):
    project.config(LINE + CONFIG)
    if before is not None:
        project.write(PATH, before)
    project.cog("debug").ok()
    assert project.read(PATH) == project.cog("config-schema").ok().out


def test_a_project_that_does_not_ask_gets_none(project):
    project.cog("debug").ok()
    assert not (project.directory / ".cog").exists()


def test_a_project_that_cannot_be_written_to_does_without(project):
    project.config(LINE + CONFIG).write(".cog", "a file in the way\n")
    assert project.cog("debug").ok().err == ""
