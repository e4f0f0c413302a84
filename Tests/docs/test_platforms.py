"""The pages about platforms: their manifests are YAML, and name routes and variables that the server has."""

from __future__ import annotations

import copy
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from blocks import ROOT, Block, blocks_of
from support.environment import PYTHONS
from support.server import Server

DOCS = ROOT / "docs"
NAMES = ("azure-ml", "cloud-run", "compose", "knative", "kubernetes", "platforms", "runpod")
PAGES = [DOCS / f"{name}.md" for name in NAMES]
MODEL = """
from cog import BasePredictor

class Predictor(BasePredictor):
    def predict(self, name: str) -> str:
        return name
"""
# How manifests and command lines write the path of a probe or of predictions.
PATH = re.compile(r"\bpath[:=]\s*(/[a-z]+)|\"GET\", \"(/[a-z]+)\"")


def manifests(page: Path) -> list[Block]:
    return [block for block in blocks_of(page) if block.language == "yaml"]


def values(node: Any, key: str) -> Iterator[Any]:
    """Every value of a key, however deep."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from values(value, key)
    elif isinstance(node, list):
        for each in node:
            yield from values(each, key)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_manifests_are_yaml(page: Path) -> None:
    for block in manifests(page):
        documents = list(yaml.safe_load_all(block.text))
        assert documents and all(isinstance(document, dict) for document in documents), block.text
        # The server's port, by its number or by a name that the manifest gives it.
        for port in values(documents, "containerPort"):
            assert port == 5000


def test_routes_are_those_of_the_server() -> None:
    """Every path that a platform is configured to request returns 200 without a key."""
    texts = [block.text for page in PAGES for block in blocks_of(page)]
    asked = {path for text in texts for found in PATH.findall(text) for path in found if path}
    assert asked == {"/livez", "/predictions", "/readyz", "/startupz"}
    server = Server(PYTHONS[0], source=MODEL, reference="predict.py:Predictor", env={"COG_API_KEY": "secret"})
    try:
        server.start()
        for path in sorted(asked - {"/predictions"}):
            assert server.get(path).status == 200
        assert composed_check(server.port) == 0
        answer = server.predict({"name": "Ada"}, {"X-API-Key": "secret"})
        assert answer.json["output"] == "Ada"
        assert server.stop() == 0
    finally:
        server.discard()


def test_runpod_finds_its_health_route() -> None:
    """With the variables of the page, `/ping` follows the model's readiness, and needs no key."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)`", (DOCS / "runpod.md").read_text(), re.MULTILINE)
    variables: dict[str, str | None] = {name: value for name, value in rows if not name.startswith("PORT")}
    server = Server(
        PYTHONS[0], source=MODEL, reference="predict.py:Predictor", env={"COG_API_KEY": "secret", **variables}
    )
    try:
        server.start()
        assert server.get("/ping").status == 200
        assert server.stop() == 0
    finally:
        server.discard()


def composed_check(port: int) -> int:
    """The exit status of the health check of the Compose file."""
    (service,) = yaml.safe_load(manifests(DOCS / "compose.md")[0].text)["services"].values()
    kind, program, *arguments = service["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    command = [PYTHONS[0], *(argument.replace("5000", str(port)) for argument in arguments)]
    return subprocess.run(command, check=False).returncode


def test_resources_of_kubernetes_are_valid() -> None:
    """The complete ones unchanged, and each part within the container or pod that it belongs to."""
    first, *parts = (block.text for block in manifests(DOCS / "kubernetes.md"))
    resources = list(yaml.safe_load_all(first))
    assert [resource["kind"] for resource in resources] == ["Deployment", "Service"]
    for part in parts:
        changed = copy.deepcopy(resources[0])
        pod = changed["spec"]["template"]["spec"]
        (pod if part.startswith("# part of the pod\n") else pod["containers"][0]).update(yaml.safe_load(part))
        resources.append(changed)
    for resource in resources:
        kubernetes_validate.validate(resource, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize("page", [*PAGES, DOCS / "ray-serve.md"], ids=lambda page: page.stem)
def test_variables_are_documented(page: Path) -> None:
    known = set(re.findall(r"`([A-Z][A-Z_]+)`", (DOCS / "environment.md").read_text()))
    named = set(re.findall(r"\bCOG_[A-Z_]+", page.read_text()))
    assert named - known == set()
