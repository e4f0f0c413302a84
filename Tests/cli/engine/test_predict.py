"""`cog predict` from start to end: projects, images, failures, and what is left afterwards (nothing)."""

import json
import re
import time

import pytest
from models import model
from pty_session import Terminal
from running import wait_for
from terminal import on_terminal, screen


@pytest.mark.parametrize("spelling", ["predict", "run"])
def test_project(hello, spelling):
    result = hello.cog(spelling, "-i", "s=world").ok()
    assert (result.out, result.err) == ("hello world\n", "Running prediction...\n")


def test_project_at_a_terminal(hello):
    """A line for each stage, with its time, and the result."""
    hello.predict("-i", "s=world").ok()
    status, out, shown = on_terminal(hello, "predict", "-i", "s=world", env=hello.environment())
    assert (status, out) == (0, "hello world\n")
    lines = screen(shown)
    assert [re.sub(r"\d+\.\d", "N", line) for line in lines] == [
        "✔ Building Docker image from environment in cog.yaml... N s",
        "✔ Starting Docker image cog-hello and running setup()... N s",
        "✔ Running prediction... N s",
    ]


@pytest.mark.parametrize("spelling", ["predict", "run"])
def test_image_from_any_directory(hello_image, workspace, spelling):
    result = workspace.cog(spelling, hello_image, "-i", "s=world").ok()
    assert result.out == "hello world\n"
    assert "Building Docker image" not in result.err
    assert result.err == "Running prediction...\n"


def test_server_that_wants_a_key(hello, workspace):
    """The key of `-e`, else that of the image."""
    assert hello.cog("predict", "-i", "s=world", "-e", "COG_API_KEY=one,two").ok().out == "hello world\n"
    workspace.predictor(model("n: int = Input(ge=1, le=10)) -> int", "return n"))
    workspace.write("cog.yaml", (workspace.directory / "cog.yaml").read_text() + "environment: [COG_API_KEY=baked]\n")
    assert workspace.predict("-i", "n=1").ok().out == "1\n"


def test_wrong_input_of_a_known_model_costs_nothing(hello):
    """Once a project was built, mistakes are told before anything is built or started."""
    hello.predict("-i", "s=world").ok()
    begin = time.monotonic()
    result = hello.predict("-i", "nope=1").fails('unknown input "nope"; valid inputs are: s')
    assert time.monotonic() - begin < 2
    assert "Building Docker image" not in result.err
    assert "Building" not in hello.predict().fails('missing required input "s"').err


def test_wrong_input_of_an_image_starts_nothing(hello_image, workspace):
    result = workspace.predict(hello_image, "-i", "nope=1").fails('unknown input "nope"; valid inputs are: s')
    assert "Starting Docker image" not in result.err


def test_wrong_input_of_a_new_project_starts_nothing(workspace):
    workspace.predictor(model("n: int = Input(ge=1, le=10)) -> int", "return n"))
    result = workspace.predict("-i", "n=11").fails('invalid input "n": number must be at most 10')
    assert "Starting Docker image" not in result.err


def test_forgotten_option(workspace):
    workspace.with_model().predict("s=world").fails("Invalid image name 's=world'. Did you forget `-i`?")


def test_image_of_something_else(workspace, engine):
    engine.docker("tag", "python:3.11-slim", "alpine:3")
    workspace.predict("alpine:3").fails("image alpine:3: image is not a Cog model")


def test_image_that_is_not_there(workspace, registry):
    name = f"{registry.host}/no/such-image"
    workspace.predict(name, "-i", "s=x").fails(f"image {name}: image not found")
    workspace.predict("Not/An/Image", "-i", "s=x").fails('invalid image reference "Not/An/Image"')


def test_image_without_a_document(workspace):
    """The document of the running server is asked where the label has none."""
    workspace.with_model().cog("build", "-t", "no-document", "--skip-schema-validation").ok()
    assert workspace.predict("no-document", "-i", "s=late").ok().out == "hello late\n"
    workspace.predict("no-document", "-i", "nope=1").fails('unknown input "nope"; valid inputs are: s')


def test_image_with_labels_of_an_older_version(workspace, engine, hello_image):
    labels = engine.labels(hello_image)
    old = [f"org.cogmodel.{name}" for name in ("config", "openapi_schema")]
    text = f"FROM {hello_image}\nLABEL run.cog.config= run.cog.openapi_schema=\n"
    workspace.write("Dockerfile", text)
    values = [f"{name}={labels['run.cog.' + name.rsplit('.', 1)[1]]}" for name in old]
    arguments = [part for value in values for part in ("--label", value)]
    engine.docker("build", "-t", "old-labels", *arguments, str(workspace.directory))
    assert workspace.predict("old-labels", "-i", "s=old").ok().out == "hello old\n"


FAILURE = "Prediction failed: ValueError: not today"


def test_prediction_that_fails(workspace):
    workspace.predictor(model("s: str) -> str", "raise ValueError('not ' + s)"))
    result = workspace.predict("-i", "s=today").fails(f'Prediction failed with status "failed": {FAILURE}')
    assert "Traceback" in result.err
    answer = workspace.predict("--json", '{"s": "today"}')
    assert answer.status == 1
    assert (json.loads(answer.out)["status"], json.loads(answer.out)["error"]) == ("failed", FAILURE)


def test_setup_that_fails(workspace):
    workspace.predictor(model("s: str) -> str", "return s", setup="raise RuntimeError('no weights')"))
    result = workspace.predict("-i", "s=x").fails("Model setup failed", "Traceback", "RuntimeError: no weights")
    assert "Running prediction..." not in result.err


def test_setup_that_takes_too_long(workspace):
    workspace.predictor(model("s: str) -> str", "return s", setup="time.sleep(60)"))
    workspace.predict("-i", "s=x", "--setup-timeout", "1").fails("Timed out")


def test_server_that_dies_while_it_starts(workspace):
    """The container's last words are shown."""
    workspace.predictor(model("s: str) -> str", "return s"))
    workspace.cog("build", "-t", "dies").ok()
    result = workspace.predict("dies", "-i", "s=x", "-e", "PATH=/nowhere")
    assert result.status == 1
    assert "exec python failed: No such file or directory" in result.err
    assert "Container exited unexpectedly" in result.err


def test_logs_go_to_standard_error(workspace):
    body = ("print('printed by predict')", "os.system('echo said by a child')", "return s")
    workspace.predictor(model("s: str) -> str", *body, setup="print('printed by setup')"))
    result = workspace.predict("-i", "s=out").ok()
    assert result.out == "out\n"
    lines = [line for line in result.err.splitlines() if not line.startswith("cog: ")]
    assert lines == ["printed by setup", "Running prediction...", "printed by predict", "said by a child"]


def test_log_level(hello):
    quiet = hello.predict("-i", "s=x").ok().err
    loud = hello.predict("--debug", "-i", "s=x").ok().err
    assert "Starting coglet server" not in quiet
    assert "Starting coglet server" in loud


def test_entry_in_a_directory_below(workspace):
    workspace.write("src/helper.py", "def double(n):\n    return 2 * n\n")
    workspace.write(
        "src/predict.py", model("n: int) -> int", "return double(n)", before="from src.helper import double")
    )
    workspace.write("cog.yaml", 'build:\n  python_version: "3.12"\npredict: src/predict.py:Predictor\n')
    assert workspace.predict("-i", "n=21").ok().out == "42\n"


def test_both_names_of_the_entry(workspace):
    """`run:` with a class that has run(), beside `predict:` with predict()."""
    source = "from cog import BaseRunner\n\n\nclass Runner(BaseRunner):\n    def run(self, s: str) -> str:\n        return s + '!'\n"
    workspace.write("run.py", source)
    workspace.config('build:\n  python_version: "3.12"\nrun: run.py:Runner\n')
    assert workspace.predict("-i", "s=new").ok().out == "new!\n"
    workspace.cog("build", "-t", "runner").ok()
    assert json.loads(workspace.engine.labels("runner")["run.cog.config"])["predict"] == "run.py:Runner"


def test_function_as_the_entry(workspace):
    workspace.write("predict.py", "def shout(s: str) -> str:\n    return s.upper()\n")
    workspace.config('build:\n  python_version: "3.12"\npredict: predict.py:shout\n')
    assert workspace.predict("-i", "s=quiet").ok().out == "QUIET\n"


def test_gpu_that_is_not_there(workspace, engine):
    """A project that wants a GPU runs without on a machine that has none; one that was asked for must be there."""
    workspace.predictor(model("s: str) -> str", "return s"), "gpu: true")
    slim = "--use-cuda-base-image=false"
    for command in (("predict", slim, "-i", "s=cpu"), ("exec", slim, "echo", "cpu")):
        result = workspace.cog(*command).ok()
        assert result.out == "cpu\n"
        assert "Missing device driver, re-trying without GPU" in result.err
    refused = workspace.predict(slim, "--gpus", "all", "-i", "s=cpu").fails("could not select device driver")
    assert "re-trying" not in refused.err
    workspace.predict("--gpus", "some", "-i", "s=x").fails('invalid GPU specification: "some"')


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_interrupt_during_a_prediction(workspace, engine, options):
    """The prediction is cancelled, and the container is gone within seconds."""
    workspace.predictor(model("s: str) -> str", "print('predict began', flush=True)", "time.sleep(100)", "return s"))
    inputs = ("--json", '{"s": "x"}') if options else ("-i", "s=x")
    with workspace.started("predict", *inputs) as running:
        running.says("predict began")
        running.interrupt()
        begin = time.monotonic()
        assert running.wait(15) == 130
        assert time.monotonic() - begin < 5
    assert engine.containers() == []


def test_interrupt_during_setup(workspace, engine):
    workspace.predictor(model("s: str) -> str", "return s", setup="print('setup began', flush=True); time.sleep(100)"))
    with workspace.started("predict", "-i", "s=x") as running:
        running.says("setup began")
        running.interrupt()
        begin = time.monotonic()
        assert running.wait(15) == 130
        assert time.monotonic() - begin < 5
    assert engine.containers() == []


def test_request_to_end_during_a_prediction(workspace, engine):
    """SIGTERM reaches the program alone, not the clients it started."""
    workspace.predictor(model("s: str) -> str", "print('predict began', flush=True)", "time.sleep(100)", "return s"))
    with workspace.started("predict", "-i", "s=x") as running:
        running.says("predict began")
        running.process.terminate()
        assert running.wait(15) == 130
    assert engine.containers() == []


def test_interrupt_at_a_terminal(workspace, engine):
    workspace.predictor(model("s: str) -> str", "print('predict began', flush=True)", "time.sleep(100)", "return s"))
    terminal = Terminal(workspace, "predict", "-i", "s=x")
    try:
        terminal.read_until("predict began")
        terminal.type("\x03")
        assert terminal.wait(15) == 130
    finally:
        terminal.close()
    assert engine.containers() == []


def test_streaming_model_is_shown_as_it_comes(workspace):
    """At a terminal the words come before the model ends: it waits for a file that is written once one was seen."""
    body = (
        "yield 'first '",
        "while not os.path.exists('/src/go-on'): time.sleep(0.02)",
        "yield 'second'",
    )
    source = model(") -> ConcatenateIterator[str]", *body).replace(
        "    def predict(self)", "    @streaming\n    def predict(self)"
    )
    workspace.predictor(source)
    terminal = Terminal(workspace, "predict")
    try:
        terminal.read_until("Running prediction...")
        terminal.read_until("first ")
        workspace.write("go-on", "")
        terminal.read_until("second\r\n")
        assert terminal.wait() == 0
    finally:
        terminal.close()


def test_shared_memory_is_large(workspace):
    """PyTorch's data loaders need more than Docker's 64 MB."""
    workspace.predictor(model(") -> int", "s = os.statvfs('/dev/shm')", "return s.f_blocks * s.f_frsize >> 30"))
    assert workspace.predict().ok().out == "6\n"


def test_deprecation_note(hello):
    assert '"cog predict" is deprecated' not in hello.predict("-i", "s=x").ok().err
    note = hello.predict("-i", "s=x", env={"COG_DEPRECATIONS": "1"}).ok().err
    assert '"cog predict" is deprecated, use "cog run"' in note


def test_replicate_token(workspace):
    body = ("return current_scope().context.get('replicate_api_token', 'none')",)
    workspace.predictor(model(") -> str", *body))
    assert workspace.predict().ok().out == "none\n"
    workspace.predict("--use-replicate-token").fails("Failed to find REPLICATE_API_TOKEN in the current environment")
    given = workspace.predict("--use-replicate-token", env={"REPLICATE_API_TOKEN": "t0ken"}).ok()
    assert given.out == "t0ken\n"


def test_two_predictions_at_once(hello, engine):
    """Each has its own container and port."""
    with hello.started("predict", "-i", "s=first") as first:
        second = hello.predict("-i", "s=second").ok()
        assert first.wait() == 0
        assert (first.out, second.out) == ("hello first\n", "hello second\n")
    wait_for(lambda: not engine.containers(), "no container left", 5)
