"""What the options of `cog build` and the keys below `build:` change in an image."""

import json
import os
import tarfile

import pytest
from workshop import CERTIFICATES

MEGABYTE = 1 << 20


def test_requirements_from_the_index(workspace, engine, network):
    workspace.with_model().build('python_version: "3.12"', "python_requirements: requirements.txt")
    workspace.write("requirements.txt", "six==1.16.0  # for a start\n")
    workspace.with_pip_settings().cog("build", "-t", "requirements", env=network).ok()
    assert "six==1.16.0" in engine.labels("requirements")["run.cog.pip_freeze"].splitlines()
    assert engine.run("requirements", "python", "-c", "import six; print(six.__version__)") == "1.16.0\n"


def test_certificate_is_trusted_in_the_image(workspace, engine):
    certificate = "-----BEGIN CERTIFICATE-----\nQSBjZXJ0aWZpY2F0ZSBvZiB0aGUgdGVzdHM=\n-----END CERTIFICATE-----\n"
    workspace.with_model().write("ca.pem", certificate)
    result = workspace.cog("build", "-t", "certificate", env={"COG_CA_CERT": "ca.pem"}).ok()
    assert "Injecting CA certificate from COG_CA_CERT" in result.err
    env = engine.inspect("certificate")["Config"]["Env"]
    assert f"SSL_CERT_FILE={CERTIFICATES}" in env
    assert f"REQUESTS_CA_BUNDLE={CERTIFICATES}" in env
    assert certificate in engine.run("certificate", "cat", CERTIFICATES)


def test_system_packages(workspace, engine, network):
    workspace.with_model().build('python_version: "3.12"', "system_packages: [hello]")
    workspace.cog("build", "-t", "system-packages", env=network).ok()
    assert "Hello, world!" in engine.run("system-packages", "hello")
    assert engine.run(
        "system-packages", "sh", "-c", "ls -A /var/lib/apt/lists /var/cache/apt/archives/*.deb 2>&1; true"
    ) in (
        "/var/lib/apt/lists:\n",
        "ls: cannot access '/var/cache/apt/archives/*.deb': No such file or directory\n/var/lib/apt/lists:\n",
    )


def test_local_wheel(workspace, engine, tmp_path):
    make_wheel(workspace.directory / "wheels", "greeting")
    workspace.with_model().build('python_version: "3.12"', "python_requirements: requirements.txt")
    workspace.write("requirements.txt", "./wheels/greeting-1.0-py3-none-any.whl\n")
    workspace.cog("build", "-t", "local-wheel").ok()
    assert engine.run("local-wheel", "python", "-c", "import greeting; print(greeting.WORD)") == "salut\n"
    assert "greeting" in engine.labels("local-wheel")["run.cog.pip_freeze"]


def make_wheel(folder, name):
    """A wheel with one module; pip needs no more than these files."""
    import zipfile

    folder.mkdir()
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", "WORD = 'salut'\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def test_secrets(workspace, engine):
    workspace.with_model().config("""
        build:
          python_version: "3.12"
          run:
            - command: grep -q from-a-file /etc/of-file
              mounts: [{type: secret, id: file-secret, target: /etc/of-file}]
            - command: grep -q from-a-variable /etc/of-variable
              mounts: [{type: secret, id: variable-secret, target: /etc/of-variable}]
            - test ! -s /etc/of-file
        predict: predict.py:Predictor
    """)
    workspace.write("secret.txt", "from-a-file\n")
    options = ("--secret", "id=file-secret,src=secret.txt", "--secret", "id=variable-secret,env=THE_SECRET")
    # Before it works with the secrets it must fail without: a cached layer would hide that they are missing.
    workspace.cog("build", "-t", "secrets").fails("Failed to build Docker image")
    workspace.cog("build", "-t", "secrets", *options, env={"THE_SECRET": "from-a-variable"}).ok()
    everything = engine.run(
        "secrets", "sh", "-c", "grep -rl -e from-a-fil[e] -e from-a-variabl[e] /etc /root /tmp /run; true"
    )
    assert everything == ""


def test_secrets_for_other_commands(workspace):
    workspace.config("""
        build:
          python_version: "3.12"
          run:
            - command: grep -q from-exec /etc/of-exec
              mounts: [{type: secret, id: exec-secret, target: /etc/of-exec}]
    """)
    workspace.cog("exec", "true").fails("Failed to build Docker image")
    secret = ("--secret", "id=exec-secret,env=THE_SECRET")
    assert workspace.cog("exec", *secret, "echo", "ready", env={"THE_SECRET": "from-exec"}).ok().out == "ready\n"


def test_separate_weights(workspace, engine):
    workspace.with_model().write("weights/a.bin", os.urandom(12 * MEGABYTE))
    workspace.write("model.bin", os.urandom(11 * MEGABYTE))
    arguments = ("build", "-t", "r8.im/x/y", "--separate-weights", "--use-cog-base-image=false")
    workspace.cog(*arguments).ok()
    document = json.loads(engine.labels("r8.im/x/y")["run.cog.openapi_schema"])
    assert document["openapi"] == "3.0.2"
    assert "r8.im/x/y-weights:latest" in engine.images()
    expected = [path.read_bytes() for path in sorted(workspace.directory.rglob("*.bin"))]
    sizes = engine.run("r8.im/x/y", "sh", "-c", "cksum < /src/model.bin; cksum < /src/weights/a.bin").split()
    assert [int(size) for size in sizes[1::2]] == [len(data) for data in expected]
    before = engine.layers("r8.im/x/y")

    # The weights' layers stay as they are when the code changes.
    workspace.write("predict.py", workspace.read("predict.py") + "# edited\n")
    result = workspace.cog(*arguments, "--debug").ok()
    assert "Weights unchanged, skip rebuilding and use cached image..." in result.err
    after = engine.layers("r8.im/x/y")
    assert len(set(after) - set(before)) == 2  # the source and the document

    # What is in the weights image isn't copied with the project again.
    large = [
        layer
        for layer in engine.docker("history", "--format", "{{.Size}}", "r8.im/x/y").stdout.split()
        if "MB" in layer
    ]
    assert sum(size.startswith(("11.5", "12.6")) for size in large) == 2


def test_weights_that_changed_are_built_again(workspace, engine):
    workspace.with_model().write("weights/a.bin", b"1" * 11 * MEGABYTE)
    workspace.cog("build", "-t", "changing", "--separate-weights").ok()
    workspace.write("weights/a.bin", b"2" * 11 * MEGABYTE)
    result = workspace.cog("build", "-t", "changing", "--separate-weights").ok()
    assert "Weights unchanged" not in result.err
    assert engine.run("changing", "head", "-c", "3", "/src/weights/a.bin") == "222"
    assert engine.docker("images", "--quiet", "--filter", "dangling=true").stdout == ""


def test_given_document(hello, engine, tmp_path):
    document = json.loads(hello_document(hello))
    document["components"]["schemas"]["Input"]["properties"]["s"]["description"] = 'given: a $HOME, "quotes" and a \\'
    (tmp_path / "schema.json").write_text(json.dumps(document))
    hello.cog("build", "-t", "given-document", "--openapi-schema", str(tmp_path / "schema.json")).ok()
    assert json.loads(engine.labels("given-document")["run.cog.openapi_schema"]) == document
    assert json.loads(engine.run("given-document", "cat", "/src/.cog/openapi_schema.json")) == document


def hello_document(hello):
    hello.cog("build", "-t", "hello-document").ok()
    return hello.engine.labels("hello-document")["run.cog.openapi_schema"]


def test_given_document_by_variable(workspace, engine, hello):
    workspace.with_model().write("schema.json", hello_document(hello))
    workspace.cog("build", "-t", "given-by-variable", env={"COG_OPENAPI_SCHEMA": "schema.json"}).ok()
    assert json.loads(engine.labels("given-by-variable")["run.cog.openapi_schema"]) == json.loads(
        workspace.read("schema.json")
    )
    workspace.cog("build", env={"COG_OPENAPI_SCHEMA": "missing.json"}).fails("COG_OPENAPI_SCHEMA: failed to read")


def test_large_document(workspace, engine):
    """A label beyond what one argument of a program may have (128 KiB on Linux)."""
    words = "#words $HOME ${PATH} \\\\n " * 20
    inputs = "".join(f"        a{i}: str = Input(default='', description='{words}'),\n" for i in range(300))
    workspace.predictor(
        "from cog import BasePredictor, Input\n\n\nclass Predictor(BasePredictor):\n"
        f"    def predict(\n        self,\n{inputs}    ) -> str:\n        return a0\n"
    )
    workspace.cog("build", "-t", "large-document").ok()
    label = engine.labels("large-document")["run.cog.openapi_schema"]
    assert len(label) > 150_000
    assert json.loads(label) == json.loads(engine.run("large-document", "cat", "/src/.cog/openapi_schema.json"))
    assert len(json.loads(label)["components"]["schemas"]["Input"]["properties"]) == 300


def test_without_any_document(workspace, engine):
    workspace.with_model().cog("build", "-t", "no-document", "--skip-schema-validation").ok()
    assert engine.labels("no-document")["run.cog.openapi_schema"] == ""


def test_ignored_files_stay_out(workspace, engine):
    workspace.with_model().write("notes.txt", "private\n")
    own = "*.txt\n"
    workspace.write(".dockerignore", own)
    workspace.cog("build", "-t", "ignored").ok()
    assert engine.run("ignored", "ls", "/src").split() == ["cog.yaml", "predict.py"]
    assert workspace.read(".dockerignore") == own


@pytest.mark.parametrize("line", [".cog", "*", "!.cog"])
def test_no_ignore_rule_breaks_the_build(workspace, engine, line):
    keep = "!predict.py\n!cog.yaml\n" if line == "*" else ""
    workspace.with_model().write(".dockerignore", f"{line}\n{keep}")
    workspace.cog("build", "-t", "any-rule").ok()
    # Of the state directory only the document is in the image.
    assert engine.run("any-rule", "ls", "-A", "/src/.cog").split() == ["openapi_schema.json"]


def test_timestamp_makes_equal_layers(workspace, engine):
    workspace.with_model().build('python_version: "3.11"')
    layers = []
    for tag in ("stamped-1", "stamped-2"):
        workspace.cog("build", "-t", tag, "--timestamp", "0", "--no-cache").ok()
        layers.append(engine.layers(tag))
    assert layers[0] == layers[1]
    assert layers[0][:1] == engine.layers("python:3.11-slim")
    assert engine.inspect("stamped-1")["Created"].startswith("1970-01-01T00:00:00")
    assert (
        engine.run("stamped-1", "python", "-c", "import cog, os; print(int(os.stat(cog.__file__).st_mtime))") == "0\n"
    )
    assert workspace.predict("stamped-1", "-i", "s=you").ok().out == "hello you\n"


def test_own_dockerfile(workspace, engine, hello_image):
    workspace.with_model().write("custom.dockerfile", f"FROM {hello_image}\nENV CUSTOM=yes\nCOPY . /src\n")
    workspace.cog("build", "-t", "custom", "--dockerfile", "custom.dockerfile").ok()
    labels = engine.labels("custom")
    assert json.loads(labels["run.cog.config"])["predict"] == "predict.py:Predictor"
    assert json.loads(labels["run.cog.openapi_schema"])["openapi"] == "3.0.2"
    assert "CUSTOM=yes" in engine.inspect("custom")["Config"]["Env"]
    assert engine.run("custom", "ls", "/src").split() == ["cog.yaml", "custom.dockerfile", "predict.py"]
    assert workspace.predict("custom", "-i", "s=custom").ok().out == "hello custom\n"


def test_own_dockerfile_gets_what_traces_need(workspace, engine, network):
    workspace.with_model().with_pip_settings()
    workspace.cog("build", "-t", "trusting", env=network).ok()
    workspace.config("""
        build:
          python_version: "3.12"
        observability:
          config: ours.py
          traces: {enabled: true, sampler: always_on}
        predict: predict.py:Predictor
    """)
    workspace.write("ours.py", "# ours\n")
    workspace.write("custom.dockerfile", "FROM trusting\nCOPY . /src\nUSER nobody\n")
    workspace.cog("build", "-t", "tracing", "--dockerfile", "custom.dockerfile").ok()
    config = engine.inspect("tracing")["Config"]
    assert config["User"] == "nobody"
    assert {"COG_TRACE_CONFIGURED=true", "COG_TRACE_SAMPLER=always_on"} <= set(config["Env"])
    assert engine.run("tracing", "cat", "/.cog/telemetry.py") == "# ours\n"
    assert json.loads(engine.labels("tracing")["run.cog.config"])["observability"]["config"] == "ours.py"
    assert "opentelemetry-exporter-otlp-proto-http==1.44.0" in engine.run("tracing", "python", "-m", "pip", "freeze")
    # Nothing is described here, so nobody knows the user yet.
    told = workspace.cog(
        "exec", "--dockerfile", "custom.dockerfile", "sh", "-c", "id -un; echo $COG_TRACE_ENABLED"
    ).ok()
    assert told.out == "nobody\ntrue\n"


def test_own_dockerfile_for_other_commands(workspace, hello_image):
    workspace.with_model().write("custom.dockerfile", f"FROM {hello_image}\nENV CUSTOM=yes\n")
    option = ("--dockerfile", "custom.dockerfile")
    assert workspace.cog("exec", *option, "printenv", "CUSTOM").ok().out == "yes\n"
    assert workspace.predict(*option, "-i", "s=x").ok().out == "hello x\n"


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_python_versions(workspace, engine, version):
    workspace.with_model().build(f'python_version: "{version}"')
    workspace.cog("build", "-t", f"python-{version}").ok()
    served = workspace.predict(f"python-{version}", "-i", "s=you").ok()
    assert served.out == "hello you\n"
    given = engine.run(f"python:{version}-slim", "python", "-c", "import sys; print(*sys.version_info[:2], sep='.')")
    assert engine.run(f"python-{version}", "python", "-c", "import sys; print(*sys.version_info[:2], sep='.')") == given


def test_progress(hello):
    plain = hello.cog("build", "-t", "progress", "--progress", "plain").ok()
    assert plain.out == ""
    assert "COPY . /src" in plain.err
    for options, variables in (("--progress", "quiet"), {}), ((), {"BUILDKIT_PROGRESS": "quiet"}), ((), {}):
        quiet = hello.cog("build", "-t", "progress", *options, env=variables).ok()
        assert (quiet.out, quiet.err) == ("", "Image built as progress\n")


def test_strip_and_precompile(workspace, engine):
    workspace.with_model()
    workspace.cog("build", "-t", "precompiled", "--strip", "--precompile").ok()
    assert "opt-2.pyc" in engine.run(
        "precompiled", "sh", "-c", "ls $(dirname $(python -c 'import cog; print(cog.__file__)'))/__pycache__"
    )
    # What it takes to strip is not left in the image.
    assert engine.run("precompiled", "sh", "-c", "command -v strip; ls / | grep cog; true") == ""
    assert workspace.predict("precompiled", "-i", "s=you").ok().out == "hello you\n"


def test_run_steps(workspace, engine):
    workspace.with_model().config("""
        build:
          python_version: "3.12"
          run:
            - echo first > /steps
            - command: echo second >> /steps
          pre_install:
            - echo third >> /steps
        predict: predict.py:Predictor
    """)
    workspace.cog("build", "-t", "steps").ok()
    assert engine.run("steps", "cat", "/steps") == "first\nsecond\nthird\n"


def test_failing_step_fails_the_build(workspace, engine):
    workspace.with_model().build('python_version: "3.12"', 'run: ["echo gone wrong >&2; exit 7"]')
    workspace.cog("build", "-t", "failing-step").fails("gone wrong", "Failed to build Docker image")
    assert "failing-step:latest" not in engine.images()
    assert not (workspace.directory / ".cog" / "build").exists()


def test_large_files_have_layers_of_their_own(workspace, engine):
    """An edit leaves them as they are, and takes nothing with it that nobody can name any more."""
    workspace.with_model()
    workspace.config(workspace.read("cog.yaml").replace("predict:", "  large_files: 1MB\npredict:"))
    workspace.write("my weights/$a [1].bin", os.urandom(2 * MEGABYTE))
    workspace.write("ignored.bin", os.urandom(2 * MEGABYTE))
    workspace.write(".dockerignore", "ignored.bin\n")
    workspace.cog("build", "-t", "large").ok()
    before = engine.layers("large")
    workspace.write("predict.py", workspace.read("predict.py") + "# edited\n")
    workspace.cog("build", "-t", "large").ok()
    after = engine.layers("large")
    assert len(after) == len(before)
    assert len(set(after) - set(before)) == 2  # the source and the document
    files = engine.run("large", "sh", "-c", "cd /src; find . -type f -not -path './.cog/*' | sort")
    assert files.splitlines() == ["./.dockerignore", "./cog.yaml", "./my weights/$a [1].bin", "./predict.py"]
    assert engine.docker("images", "--quiet", "--filter", "dangling=true").stdout == ""


def test_an_edit_leaves_nothing_behind(workspace, engine):
    """A mounted project is no part of its image."""
    images = []
    for word in ("one", "two"):
        workspace.predictor(f"def predict(s: str) -> str:\n    return '{word} ' + s\n")
        workspace.config(workspace.read("cog.yaml").replace("Predictor", "predict"))
        assert workspace.predict("-i", "s=x").ok().out == f"{word} x\n"
        images.append(engine.inspect("cog-project")["Id"])
    assert images[0] == images[1]
    assert engine.docker("images", "--quiet", "--filter", "dangling=true").stdout == ""


def test_an_image_as_a_file(hello, engine, tmp_path):
    hello.cog("build", "-t", "as-file", "--output", f"type=tar,dest={tmp_path}/image.tar").ok()
    with tarfile.open(tmp_path / "image.tar") as archive:
        assert "src/predict.py" in archive.getnames()
    assert "as-file:latest" not in engine.images()
