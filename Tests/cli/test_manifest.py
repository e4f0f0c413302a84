"""`cog manifest`: what it prints for each platform, by the platforms' own schemas where there are packages with them."""

import subprocess
import textwrap
from typing import Any

import kubernetes_validate
import pytest
import yaml
from mistakes import PYTHON
from terminal import ROOT, Project

PLATFORMS = ["kubernetes", "knative", "kserve", "compose"]
IMAGE = "registry.example.com/me/my-model:v1"
# An old and the newest release of Kubernetes whose schemas the package has.
KUBERNETES = ["1.28", "1.37"]


def manifest(project: Project, *arguments: str) -> list[Any]:
    """The documents; nothing else is printed."""
    return list(yaml.safe_load_all(project.cog("manifest", *arguments).ok().out))


def container(platform: str, documents: list[Any]) -> Any:
    """The model's container, or its service in a Compose file."""
    spec = documents[0].get("spec")
    if platform == "compose":
        return documents[0]["services"]["model"]
    pod = {"kubernetes": lambda: spec["template"]["spec"], "knative": lambda: spec["template"]["spec"]}
    return pod.get(platform, lambda: spec["predictor"])()["containers"][0]


def variables(platform: str, documents: list[Any]) -> dict[str, str]:
    found = container(platform, documents)
    if platform == "compose":
        return found["environment"]
    return {entry["name"]: entry["value"] for entry in found["env"]}


# MARK: - Schemas


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("options", [[], ["--gpus", "2", "--cpu", "500m", "--memory", "8Gi"]])
def test_kubernetes_by_its_schemas(project, version, options):
    for document in manifest(project, "kubernetes", IMAGE, *options):
        kubernetes_validate.validate(document, version, strict=True)


@pytest.mark.parametrize("platform", ["knative", "kserve"])
@pytest.mark.parametrize("version", KUBERNETES)
def test_containers_of_others_by_the_schema_of_a_pod(project, platform, version):
    documents = manifest(project, platform, IMAGE, "--gpus", "1", "--memory", "8Gi")
    assert len(documents) == 1
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
    pod["spec"] = {"containers": [{"name": "user-container", **container(platform, documents)}]}
    kubernetes_validate.validate(pod, version, strict=True)


# What Knative's webhook lets through: it refuses whatever else a pod may have.
KNATIVE_SPEC = {"containerConcurrency", "timeoutSeconds", "responseStartTimeoutSeconds", "containers"}
KNATIVE_CONTAINER = {
    *("name", "image", "ports", "env", "resources", "securityContext"),
    *("startupProbe", "livenessProbe", "readinessProbe"),
}
KNATIVE_SECURITY = {
    *("runAsNonRoot", "runAsUser", "runAsGroup", "allowPrivilegeEscalation", "capabilities", "seccompProfile"),
}


def test_knative_has_nothing_that_knative_refuses(project):
    (service,) = manifest(project, "knative", IMAGE, "--gpus", "1", "--memory", "8Gi")
    assert (service["apiVersion"], service["kind"]) == ("serving.knative.dev/v1", "Service")
    assert service.keys() == {"apiVersion", "kind", "metadata", "spec"}
    template = service["spec"]["template"]["spec"]
    assert template.keys() <= KNATIVE_SPEC
    (only,) = template["containers"]
    assert only.keys() <= KNATIVE_CONTAINER
    assert only["securityContext"].keys() <= KNATIVE_SECURITY
    assert only["ports"] == [{"name": "http1", "containerPort": 5000}]
    assert template["responseStartTimeoutSeconds"] <= template["timeoutSeconds"] <= 600


def test_kserve(project):
    (service,) = manifest(project, "kserve", IMAGE, "--name", "fox")
    assert (service["apiVersion"], service["kind"]) == ("serving.kserve.io/v1beta1", "InferenceService")
    predictor = service["spec"]["predictor"]
    assert predictor.keys() == {"minReplicas", "containerConcurrency", "timeout", "containers"}
    assert predictor["containers"][0]["name"] == "kserve-container"
    assert predictor["containers"][0].keys() <= KNATIVE_CONTAINER
    assert variables("kserve", [service])["COG_MODEL_NAME"] == "fox"


@pytest.mark.parametrize("options", [[], ["--gpus", "2", "--cpu", "500m", "--memory", "8Gi"]])
def test_compose_by_its_schema(project, options, tmp_path):
    (tmp_path / "compose.yaml").write_text(project.cog("manifest", "compose", IMAGE, *options).ok().out)
    checker = ROOT / ".envs" / "tools" / "bin" / "check-jsonschema"
    done = subprocess.run(
        [checker, "--builtin-schema", "vendor.compose-spec", tmp_path / "compose.yaml"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


# MARK: - What they say


@pytest.mark.parametrize("platform", ["kubernetes", "knative", "kserve"])
def test_probes(project, platform):
    found = container(platform, manifest(project, platform, IMAGE, "--setup-timeout", "60"))
    for kind, path in {"startup": "/startupz", "liveness": "/livez", "readiness": "/readyz"}.items():
        assert found[f"{kind}Probe"]["httpGet"] == {"path": path, "port": 5000}
    startup = found["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] == 60
    # The server drains for longer than a load balancer takes to notice.
    readiness = found["readinessProbe"]
    assert readiness["periodSeconds"] * readiness["failureThreshold"] < 5


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_image_and_as_whom_it_runs(project, platform):
    documents = manifest(project, platform, IMAGE)
    found = container(platform, documents)
    assert found["image"] == IMAGE
    assert variables(platform, documents)["HOME"] == "/tmp"
    if platform == "compose":
        assert (found["user"], found["cap_drop"]) == ("1000:1000", ["ALL"])
        assert found["ports"] == ["127.0.0.1:5000:5000"]
    else:
        security = found["securityContext"]
        assert (security["runAsNonRoot"], security["runAsUser"]) == (True, 1000)


@pytest.mark.parametrize(
    ("config", "seconds", "grace", "compose"),
    [
        # Drain delay 5, grace 10, webhooks 10, and 5 to spare.
        ("", 30, None, "30s"),
        ("predict_timeout: 8\n", 30, None, "30s"),
        ("predict_timeout: 119.5\n", 140, "120", "140s"),
        ("environment: [COG_SHUTDOWN_GRACE=60]\n", 80, None, "80s"),
        ("environment: [COG_DRAIN_DELAY=10]\n", 30, None, "30s"),
        ("environment: [COG_DRAIN_DELAY=10, COG_SHUTDOWN_GRACE=60]\npredict_timeout: 90\n", 85, None, "85s"),
    ],
)
def test_time_to_end(project, config, seconds, grace, compose):
    project.config(project.read("cog.yaml") + config)
    documents = manifest(project, "kubernetes", IMAGE)
    assert documents[0]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == seconds
    found = variables("kubernetes", documents)
    assert found.get("COG_SHUTDOWN_GRACE") == grace
    assert found.get("COG_DRAIN_DELAY") == (None if "COG_DRAIN_DELAY" in config else "5")
    service = container("compose", manifest(project, "compose", IMAGE))
    assert service["stop_grace_period"] == compose


def test_platforms_that_drain_or_wait_themselves(project):
    project.config(project.read("cog.yaml") + "predict_timeout: 700\n")
    knative = manifest(project, "knative", IMAGE)
    assert "COG_DRAIN_DELAY" not in variables("knative", knative)
    assert knative[0]["spec"]["template"]["spec"]["timeoutSeconds"] == 710
    kserve = variables("kserve", manifest(project, "kserve", IMAGE))
    assert kserve["COG_DRAIN_DELAY"] == "5"
    assert "COG_SHUTDOWN_GRACE" not in kserve
    result = project.cog("manifest", "knative", IMAGE).ok()
    assert "above Knative's usual limit of 600 s: raise max-revision-timeout-seconds" in result.err


@pytest.mark.parametrize(
    ("build", "options", "gpus"),
    [
        ("gpu: false", [], None),
        ("gpu: true", [], "1"),
        ("gpu: true", ["--gpus", "4"], "4"),
        ("gpu: true", ["--gpus", "0"], None),
        ("gpu: false", ["--gpus", "2"], "2"),
    ],
)
def test_gpus(project, build, options, gpus):
    project.build('python_version: "3.12"', build)
    for platform in ("kubernetes", "knative", "kserve"):
        limits = container(platform, manifest(project, platform, IMAGE, *options))["resources"].get("limits", {})
        assert limits.get("nvidia.com/gpu") == gpus
    deploy = container("compose", manifest(project, "compose", IMAGE, *options)).get("deploy")
    if gpus is None:
        assert deploy is None
    else:
        (device,) = deploy["resources"]["reservations"]["devices"]
        assert device == {"driver": "nvidia", "count": int(gpus), "capabilities": ["gpu"]}


def test_resources(project):
    usual = container("kubernetes", manifest(project, "kubernetes", IMAGE))["resources"]
    assert usual == {"requests": {"cpu": "1", "memory": "2Gi"}}
    options = ["--cpu", "500m", "--memory", "8Gi"]
    given = container("kubernetes", manifest(project, "kubernetes", IMAGE, *options))["resources"]
    assert given == {"requests": {"cpu": "500m", "memory": "8Gi"}, "limits": {"memory": "8Gi"}}
    limits = container("compose", manifest(project, "compose", IMAGE, *options))["deploy"]["resources"]["limits"]
    assert limits == {"cpus": "0.5", "memory": f"{8 << 30}b"}


MODELS = {
    "one": ("def run(self) -> str: ...", 1),
    "asynchronous": ("@cog.concurrent(max=8)\n    async def run(self) -> str: ...", 8),
    "threads": ("@cog.concurrent(max=3, threads=True)\n    def run(self) -> str: ...", 3),
    "batched": ("@cog.batched(max_size=32)\n    def run(self, xs: list[str]) -> list[str]: ...", 32),
    "unreadable": ("def run(self, x: elsewhere.Kind) -> str: ...", 1),
}


@pytest.mark.parametrize("name", MODELS)
def test_concurrency_is_that_of_the_model(project, name):
    method, slots = MODELS[name]
    project.write("run.py", f"import cog\nimport elsewhere\n\nclass Runner(cog.BaseRunner):\n    {method}\n")
    project.config(PYTHON + "run: run.py:Runner\n")
    assert manifest(project, "knative", IMAGE)[0]["spec"]["template"]["spec"]["containerConcurrency"] == slots
    assert manifest(project, "kserve", IMAGE)[0]["spec"]["predictor"]["containerConcurrency"] == slots


@pytest.mark.parametrize(
    ("concurrency", "options", "slots"),
    [
        ("{max: 4}", [], 4),
        ("{workers: 2}", [], 2),
        ("{max: 4, workers: 2}", [], 8),
        ("{workers: auto}", [], 1),
        ("{workers: auto}", ["--gpus", "4"], 4),
    ],
)
def test_concurrency_is_that_of_the_file(project, concurrency, options, slots):
    project.config(project.read("cog.yaml") + f"concurrency: {concurrency}\n")
    spec = manifest(project, "knative", IMAGE, *options)[0]["spec"]["template"]["spec"]
    assert spec["containerConcurrency"] == slots


@pytest.mark.parametrize(
    ("config", "arguments", "image", "name"),
    [
        ("", [], "cog-project", "cog-project"),
        ("image: r.example/a/b:v2\n", [], "r.example/a/b:v2", "b"),
        ("model: r.example/a/m\n", [], "r.example/a/m", "m"),
        ("image: r.example/a/b\n", ["other/thing"], "other/thing", "thing"),
        ("image: r.example/a/3_d.model\n", [], "r.example/a/3_d.model", "model-3-d-model"),
        ("", ["a/b", "--name", "c"], "a/b", "c"),
    ],
)
@pytest.mark.parametrize("platform", ["kubernetes", "compose"])
def test_names(project, platform, config, arguments, image, name):
    documents = manifest(project.config(project.read("cog.yaml") + config), platform, *arguments)
    assert container(platform, documents)["image"] == image
    assert (documents[0]["metadata"]["name"] if platform == "kubernetes" else documents[0]["name"]) == name


def test_the_service_finds_the_pods(project):
    deployment, service = manifest(project, "kubernetes", IMAGE)
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"] == labels == service["spec"]["selector"]
    assert service["spec"]["ports"] == [{"name": "http", "port": 80, "targetPort": "http"}]
    assert container("kubernetes", [deployment])["ports"] == [{"name": "http", "containerPort": 5000}]


def test_an_image_that_a_cluster_cannot_find(project):
    told = "the cluster looks for cog-project on Docker Hub: name an image with its registry"
    assert told in project.cog("manifest", "kubernetes").ok().err
    assert project.cog("manifest", "compose").ok().err == ""
    assert project.cog("manifest", "kubernetes", IMAGE).ok().err == ""


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["nomad"], 'no manifest for "nomad": use kubernetes, knative, kserve, compose'),
        ([], "Missing expected argument '<platform>'"),
        (["compose", "A/b"], 'invalid image name "A/b"'),
        (["compose", "a", "--name", "Big_name"], 'invalid name "Big_name": use at most 63 lower-case letters'),
        (["compose", "--cpu", "many"], 'invalid --cpu "many"'),
        (["compose", "--memory", "8GiB"], 'invalid --memory "8GiB"'),
        (["compose", "--gpus", "all"], "all"),
    ],
)
def test_what_cannot_be_used(project, arguments, text):
    project.cog("manifest", *arguments).fails(text)


def test_mistakes_of_the_project_are_told(project):
    project.write("predict.py", textwrap.dedent("def predict(a): ..."))
    project.cog("manifest", "compose").fails()
