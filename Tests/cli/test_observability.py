"""The rules of `observability:` in cog.yaml, and what of it reaches the image."""

import re

import pytest
from config_problems import PYTHON, problems


def observability(text: str) -> str:
    """A configuration with this below `observability:`, which begins on line 4."""
    return PYTHON + "observability:\n" + "".join(f"  {line}\n" for line in text.splitlines())


def traces(*lines: str) -> str:
    """Traces with these lines, which begin on line 6."""
    return observability("traces:\n  enabled: true\n" + "".join(f"  {line}\n" for line in lines))


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("trace: {}\n", 4, "observability.trace"),
        ("traces: {enabled: true, ratio: 1}\n", 4, "observability.traces.ratio"),
    ],
)
def test_unknown_keys_of_observability_are_mistakes(project, text, line, field):
    (problem,) = problems(project, observability(text))
    assert problem.startswith(f'cog.yaml:{line}: unknown key "{field}" (')


def test_traces_say_whether_they_are_enabled(project):
    text = observability("traces: {sampler: always_on}\n")
    assert problems(project, text) == ["cog.yaml:4: invalid observability.traces.enabled: is required"]
    text = observability("traces: {enabled: 1}\n")
    (problem,) = problems(project, text)
    assert problem.endswith('observability.traces.enabled must be true or false, not "1"')


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("''", "must be a project-relative Python file"),
        ("/telemetry.py", "must be a project-relative Python file"),
        ("./telemetry.py", "must be a project-relative Python file"),
        ("src/../telemetry.py", "must be a project-relative Python file"),
        ("telemetry.txt", "must be a Python file ending in .py"),
        ("none.py", "file does not exist"),
        ("predict.py/telemetry.py", "file does not exist"),
        ("circle.py", "file cannot be resolved"),
        ("outside.py", "must resolve inside the project directory"),
        ("folder.py", "must be a regular file"),
    ],
)
def test_the_file_of_observability(project, value, message):
    (project.directory / "circle.py").symlink_to("circle.py")
    (project.directory.parent / "elsewhere.py").write_text("")
    (project.directory / "outside.py").symlink_to("../elsewhere.py")
    (project.directory / "folder.py").mkdir()
    text = observability(f"config: {value}\ntraces: {{enabled: true}}\n")
    shown = value.strip("'")
    assert problems(project, text) == [f'cog.yaml:4: invalid observability.config "{shown}": {message}']


@pytest.mark.parametrize("traces", ["", "traces: {enabled: false}\n"])
def test_the_file_of_observability_needs_traces(project, traces):
    project.write("telemetry.py", "")
    assert problems(project, observability("config: telemetry.py\n" + traces)) == [
        'cog.yaml:4: invalid observability.config "telemetry.py": requires observability.traces.enabled to be true'
    ]


@pytest.mark.parametrize(
    ("lines", "line", "problem"),
    [
        (["sampler: sometimes"], 6, '.sampler "sometimes": must be a supported OpenTelemetry sampler'),
        (["sampler: traceidratio"], 4, ".sampler_arg: is required for ratio samplers"),
        (["sampler: parentbased_traceidratio"], 4, ".sampler_arg: is required for ratio samplers"),
        (['sampler_arg: "0.5"'], 6, '.sampler_arg "0.5": is only valid for ratio samplers'),
        (["sampler: always_on", "sampler_arg: 1"], 7, '.sampler_arg "1": is only valid for ratio samplers'),
        (["sampler: traceidratio", 'sampler_arg: "1.5"'], 7, '.sampler_arg "1.5": must be a number between 0 and 1'),
        (["sampler: traceidratio", "sampler_arg: -0.1"], 7, '.sampler_arg "-0.1": must be a number between 0 and 1'),
        (["sampler: traceidratio", "sampler_arg: half"], 7, '.sampler_arg "half": must be a number between 0 and 1'),
        (["sampler: traceidratio", "sampler_arg: nan"], 7, '.sampler_arg "nan": must be a number between 0 and 1'),
        (["trace_header: ''"], 6, '.trace_header "": must be a valid, non-reserved HTTP header name'),
        (["trace_header: a b"], 6, '.trace_header "a b": must be a valid, non-reserved HTTP header name'),
        (["trace_header: Cookie"], 6, '.trace_header "Cookie": must be a valid, non-reserved HTTP header name'),
        (
            ["trace_header: traceparent"],
            6,
            '.trace_header "traceparent": must be a valid, non-reserved HTTP header name',
        ),
        (["trace_header_format: b3"], 6, '.trace_header_format "b3": must be w3c or jaeger'),
    ],
)
def test_rules_of_traces(project, lines, line, problem):
    (found,) = problems(project, traces(*lines))
    # What isn't there stands where its mapping does.
    expected = f"invalid observability.traces{problem}"
    assert re.sub(r"^cog\.yaml:\d+: ", "", found) == expected
    assert found.startswith(f"cog.yaml:{line}: ")


@pytest.mark.parametrize(
    ("lines", "variables"),
    [
        ([], "COG_TRACE_SAMPLER=parentbased_always_off"),
        (["sampler: traceidratio", "sampler_arg: 0.1"], "COG_TRACE_SAMPLER=traceidratio COG_TRACE_SAMPLER_ARG=0.1"),
        (
            ["sampler: always_on", "trace_header: x-trace"],
            "COG_TRACE_SAMPLER=always_on COG_TRACE_HEADER=x-trace COG_TRACE_HEADER_FORMAT=w3c",
        ),
    ],
)
def test_traces_reach_the_image(project, lines, variables):
    out = project.config(traces(*lines)).dockerfile()
    assert f"ENV COG_TRACE_CONFIGURED=true COG_TRACE_ENABLED=true {variables}\n" in out


@pytest.mark.parametrize("text", ["{}\n", "\n", "\n  traces: {enabled: false, sampler: always_on}\n"])
def test_without_traces_nothing_is_added(project, text):
    out = project.config(PYTHON + "observability: " + text).dockerfile()
    assert "COG_TRACE" not in out
    assert "opentelemetry" not in out


def test_the_file_of_observability_reaches_the_build(project):
    project.write("src/tracing.py", "# ours\n")
    project.config(observability("config: src/tracing.py\ntraces: {enabled: true}\n"))
    context = project.context()
    assert context.read("files/telemetry.py") == "# ours\n"
    out = context.read("Dockerfile")
    assert "COPY --from=cog_build telemetry.py /.cog/telemetry.py\n" in out
    assert " COG_OBSERVABILITY_CONFIG=/.cog/telemetry.py\n" in out
