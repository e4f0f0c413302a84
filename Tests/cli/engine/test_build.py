"""`cog build`: the image, its name, its labels, and what it promises to whoever runs it."""

import json
import subprocess

from running import post
from terminal import VERSION
from workshop import EngineProject

SLOW_TO_IMPORT = "import time\ntime.sleep(1)\n"
CONTRACT_ENVIRONMENT = """
    import os
    from cog import BasePredictor


    class Predictor(BasePredictor):
        def predict(self, name: str) -> str:
            return os.environ.get(name, "unset")
"""


def test_builds_the_named_image(hello, engine):
    result = hello.cog("build", "-t", "named:v1").ok()
    assert (result.out, result.err) == ("", "Image built as named:v1\n")
    assert "named:v1" in engine.images()


def test_name_comes_from_the_configuration(workspace, engine):
    workspace.with_model()
    workspace.config(workspace.read("cog.yaml") + "image: from-config\n")
    assert "Image built as from-config" in workspace.cog("build").ok().err
    assert "from-config:latest" in engine.images()


def test_name_comes_from_the_directory(tmp_path, engine):
    project = EngineProject(tmp_path / "My Model", engine)
    project.with_model()
    project.cog("build").ok()
    assert "cog-my-model:latest" in engine.images()


def test_labels_say_what_is_inside(hello_image, engine):
    labels = engine.labels(hello_image)
    assert labels["run.cog.version"] == VERSION
    assert labels["run.cog.has_init"] == "true"
    config = json.loads(labels["run.cog.config"])
    assert config == {"build": {"python_version": "3.12"}, "predict": "predict.py:Predictor"}
    document = json.loads(labels["run.cog.openapi_schema"])
    assert document["info"]["version"] == VERSION
    assert "s" in document["components"]["schemas"]["Input"]["properties"]
    assert "cog" in labels["run.cog.pip_freeze"]
    assert "run.cog.push_id" not in labels


def test_document_is_in_the_image_and_beside_the_project(hello, hello_image, engine):
    label = json.loads(engine.labels(hello_image)["run.cog.openapi_schema"])
    assert json.loads(engine.run(hello_image, "cat", "/src/.cog/openapi_schema.json")) == label
    assert json.loads(hello.read(".cog/openapi_schema.json")) == label


def test_state_directory_keeps_the_document_and_drops_the_build_files(hello, hello_image):
    names = {path.name for path in (hello.directory / ".cog").iterdir()}
    # What predictions note of the sources may be there from other tests.
    assert names - {"sources.txt"} == {"cog.lock", "openapi_schema.json"}


def test_gpu_label_has_the_resolved_cuda(workspace, engine):
    workspace.with_model().build('python_version: "3.12"', "gpu: true")
    workspace.cog("build", "-t", "gpu-label", "--use-cuda-base-image=false").ok()
    build = json.loads(engine.labels("gpu-label")["run.cog.config"])["build"]
    assert (build["gpu"], build["cuda"], build["cudnn"]) == (True, "11.8", "8")


def git(project, *arguments):
    names = ["-c", "user.name=Tester", "-c", "user.email=tester@example.com"]
    return subprocess.run(
        ["git", *names, *arguments], cwd=project.directory, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_revision_and_version_come_from_git(workspace, engine):
    workspace.with_model()
    git(workspace, "init", "--quiet")
    git(workspace, "add", "predict.py", "cog.yaml")
    git(workspace, "commit", "--quiet", "-m", "A model")
    git(workspace, "tag", "v1.2.3")
    workspace.cog("build", "-t", "git-labels").ok()
    labels = engine.labels("git-labels")
    assert labels["org.opencontainers.image.revision"] == git(workspace, "rev-parse", "HEAD")
    assert labels["org.opencontainers.image.version"] == git(workspace, "describe", "--tags", "--dirty")
    assert labels["org.opencontainers.image.version"].startswith("v1.2.3")


def test_revision_and_version_come_from_continuous_integration(hello, engine):
    hello.cog("build", "-t", "ci-labels", env={"GITHUB_SHA": "abc", "GITHUB_REF_NAME": "v9"}).ok()
    labels = engine.labels("ci-labels")
    assert labels["org.opencontainers.image.revision"] == "abc"
    assert labels["org.opencontainers.image.version"] == "v9"


def test_outside_of_git_there_is_neither_revision_nor_version(hello_image, engine):
    assert not [name for name in engine.labels(hello_image) if name.startswith("org.opencontainers.image.")]


def test_image_contract(hello_image, engine):
    config = engine.inspect(hello_image)["Config"]
    assert config["Entrypoint"] == ["/sbin/tini", "--"]
    assert config["Cmd"] == ["python", "-m", "cog.server.http"]
    assert config["WorkingDir"] == "/src"
    assert list(config["ExposedPorts"]) == ["5000/tcp"]
    assert engine.run(hello_image, "python", "-c", "print(1)") == "1\n"
    assert engine.run(hello_image, "python3", "-c", "print(1)") == "1\n"
    assert engine.run(hello_image, "cat", "/src/predict.py", "/src/cog.yaml").startswith("from cog import")


def test_image_serves_on_port_5000(hello_image, engine):
    with engine.serving(hello_image) as port:
        answer = post(f"http://127.0.0.1:{port}/predictions", {"input": {"s": "world"}})
    assert (answer["status"], answer["output"]) == ("succeeded", "hello world")


def test_environment_of_the_configuration_arrives_unchanged(workspace, engine):
    values = {"A_PLAIN": "1", "B_SPACES": "two words", "C_DOLLAR": "$HOME costs $5", "D_QUOTES": '"it\'s" \\n', "E": ""}
    lines = "".join(f"  - {json.dumps(f'{name}={value}')}\n" for name, value in values.items())
    workspace.predictor(CONTRACT_ENVIRONMENT)
    workspace.config(workspace.read("cog.yaml") + "environment:\n" + lines)
    workspace.cog("build", "-t", "environment").ok()
    found = dict(entry.split("=", 1) for entry in engine.inspect("environment")["Config"]["Env"])
    assert {name: found[name] for name in values} == values
    assert workspace.predict("environment", "-i", "name=C_DOLLAR").ok().out == "$HOME costs $5\n"


def test_variables_of_the_server(workspace, engine):
    source = """
        from cog import BasePredictor


        class Predictor(BasePredictor):
            async def predict(self, s: str) -> str:
                return s


        def train(n: int) -> str:
            return str(n)
    """
    workspace.predictor(source)
    workspace.config(workspace.read("cog.yaml") + "train: predict.py:train\nconcurrency:\n  max: 3\n")
    workspace.cog("build", "-t", "variables").ok()
    env = engine.inspect("variables")["Config"]["Env"]
    assert "COG_PREDICT_TYPE_STUB=predict.py:Predictor" in env
    assert "COG_TRAIN_TYPE_STUB=predict.py:train" in env
    assert "COG_MAX_CONCURRENCY=3" in env
    assert "/trainings" in json.loads(engine.labels("variables")["run.cog.openapi_schema"])["paths"]


def test_default_outside_its_limits_is_a_warning_of_the_build(workspace, engine):
    source = """
        from cog import BasePredictor, Input


        class Predictor(BasePredictor):
            def predict(self, n: int = Input(default=1, ge=2)) -> int:
                return n
    """
    result = workspace.predictor(source).cog("build", "-t", "wrong-default").ok()
    assert "invalid default" in result.err
    assert "wrong-default:latest" in engine.images()


def test_model_that_does_not_import_says_why(workspace, engine):
    workspace.with_model()
    workspace.write("predict.py", "import surely_not_installed\n" + workspace.read("predict.py"))
    workspace.cog("build", "-t", "broken").fails("image build failed", "No module named 'surely_not_installed'")
    assert "broken:latest" not in engine.images()
    assert not (workspace.directory / ".cog" / "build").exists()


def test_configuration_without_a_reference_is_refused(workspace):
    workspace.config('build:\n  python_version: "3.12"\n').cog("build").fails("no predict or train reference found")


def test_other_configuration_name_is_copied(workspace, engine):
    workspace.with_model()
    (workspace.directory / "cog.yaml").rename(workspace.directory / "other.yaml")
    workspace.cog("build", "-f", "other.yaml", "-t", "other-name").ok()
    assert engine.run("other-name", "cat", "/src/cog.yaml") == workspace.read("other.yaml")


def test_builds_from_a_directory_below_the_project(workspace, engine):
    workspace.with_model()
    (workspace.directory / "a" / "b").mkdir(parents=True)
    workspace.cog("build", "-t", "from-below", cwd="a/b").ok()
    assert engine.run("from-below", "ls", "/src").split() == ["a", "cog.yaml", "predict.py"]


def test_two_builds_of_a_project_take_turns(workspace, engine):
    workspace.predictor(workspace_source := SLOW_TO_IMPORT + "def predict(s: str) -> str:\n    return s\n")
    assert "predict" in workspace_source
    workspace.config(workspace.read("cog.yaml").replace("Predictor", "predict"))
    with workspace.started("build", "-t", "turn-1", "--debug") as first:
        first.says("Building Docker image")
        second = workspace.cog("build", "-t", "turn-2").ok()
        assert "Image built as turn-2" in second.err
        assert first.wait() == 0
    assert {"turn-1:latest", "turn-2:latest"} <= set(engine.images())
