"""`GET /metrics` as Prometheus sees it: its linter, a real Prometheus, and the alerts that the documentation proposes."""

import json
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

import pytest
from support import tools
from support.figures import figures, labeled
from support.waiting import wait_for

pytestmark = pytest.mark.ours

DOCS = Path(__file__).resolve().parents[2] / "docs"
TRACE = "0af7651916cd43dd8448eb211c80319c"
SAMPLED = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
OPEN_METRICS = "application/openmetrics-text; version=1.0.0"
RECORDS = "import cog\nm = cog.current_scope().metrics\n"


@pytest.fixture
def server(fresh, receiver):
    """A server in which most has happened."""
    server = fresh("script", env={"COG_MODEL_METRICS": "3"})
    server.predict({"code": RECORDS + "m['tokens'] = 5; m['text'] = 'x'; return 1"}, headers=SAMPLED)
    server.predict({"code": "raise ValueError"})
    server.predict({})
    server.get("/nowhere")
    server.predict({"code": "return 1"}, webhook=receiver.url + "/h")
    return server


def metrics(server, accept):
    answer = server.request("GET", "/metrics", headers={"Accept": accept})
    assert (answer.status, answer.headers["vary"]) == (200, "accept")
    return answer


# MARK: - Formats


def test_linter_is_content(server):
    checked = tools.run("promtool", "check", "metrics", text=server.get("/metrics").text)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("accept", "is_open"),
    [
        ("*/*", False),
        ("text/plain", False),
        (OPEN_METRICS, True),
        ("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", True),
        ("application/openmetrics-text;q=0.5,text/plain", False),
        ("application/openmetrics-text;q=0,*/*", False),
    ],
)
def test_format_is_what_the_client_prefers(shared, accept, is_open):
    answer = metrics(shared("script"), accept)
    kind = OPEN_METRICS if is_open else "text/plain; version=0.0.4"
    assert answer.headers["content-type"] == kind + "; charset=utf-8"
    assert answer.text.endswith("\n# EOF\n") == is_open
    assert ("# TYPE cog_predictions counter" in answer.text) == is_open


def test_exemplars_have_the_trace_of_a_prediction(server):
    """Of one that is recorded, and only where the format knows exemplars."""
    text = metrics(server, OPEN_METRICS).text
    lines = [line for line in text.splitlines() if " # " in line and not line.startswith("#")]
    families = {line.split("_bucket")[0] for line in lines}
    wanted = ("runtime_prediction_duration", "prediction_queue", "prediction_first_output")
    assert families == {f"cog_{name}_seconds" for name in wanted}
    for line in lines:
        assert re.search(rf' # \{{trace_id="{TRACE}"\}} [0-9.e-]+ [0-9]+\.[0-9]{{3}}$', line)
    assert TRACE not in server.get("/metrics").text


def test_unsampled_and_malformed_traces_leave_no_exemplars(fresh):
    server = fresh("script")
    for parent in (SAMPLED["traceparent"][:-1] + "0", "nonsense"):
        server.predict({"code": "return 1"}, headers={"traceparent": parent})
    assert "trace_id" not in metrics(server, OPEN_METRICS).text


def test_document_lists_what_there_is(server):
    """Each metric of the documentation, with its type and labels, and nothing else."""
    documented = {}
    for name, labels, kind in re.findall(
        r"^\| `(\w+)(?:\{([\w,]+)\})?` \| (\w+) \|", (DOCS / "metrics.md").read_text(), re.M
    ):
        documented[name] = (kind, set(labels.split(",")) - {""})
    text = server.get("/metrics").text
    found = {name: (kind, set()) for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", text, re.M)}
    for sample, labels in re.findall(r"^(\w+)\{(.*)\} ", text, re.M):
        name = sample if sample in found else re.sub("_(bucket|sum|count)$", "", sample)
        found[name][1].update(set(re.findall(r'(\w+)="', labels)) - {"le"})
    assert found == documented


# MARK: - The model's metrics


def test_metrics_of_the_model_are_shown_if_asked_for(fresh):
    code = RECORDS + "m['tokens'] = 5; m['parts.small'] = 0.5; m['below'] = -1; m['text'] = 'x'; m['list'] = [1]"
    server = fresh("script", env={"COG_MODEL_METRICS": "3"})
    for _ in range(2):
        server.predict({"code": code})
    found = figures(server)
    assert labeled(found, "cog_model_metric_sum") == {"tokens": 10, "parts.small": 1}
    assert labeled(found, "cog_model_metric_count") == {"tokens": 2, "parts.small": 2}
    assert found["cog_model_metrics_dropped_total"] == 6
    server = fresh("script")
    server.predict({"code": code})
    assert "cog_model" not in server.get("/metrics").text


def test_number_of_series_is_bounded(fresh):
    """However many ids, paths, methods, fields, and names of metrics clients and the model make up."""
    server = fresh("script", env={"COG_MODEL_METRICS": "3"})

    def ask():
        name = f"n{uuid.uuid4().hex}"
        server.put(f"/predictions/{name}", {"input": {"code": RECORDS + f"m['{name}'] = 1"}})
        server.get(f"/predictions/{name}")
        server.post(f"/predictions/{name}/cancel")
        server.get(f"/{name}")
        server.get(f"/{name}/{name}?{name}")
        server.request(name[:8].upper(), f"/{name}")
        server.request(name[:8].upper(), "/predictions")
        server.predict({name: 1}, headers={name: name, "Accept": name})

    for _ in range(3):
        ask()
    server.get("/metrics")
    before = set(figures(server))
    for _ in range(20):
        ask()
    assert set(figures(server)) == before
    assert len(labeled(figures(server), "cog_model_metric_sum")) == 3
    assert figures(server)["cog_model_metrics_dropped_total"] == 20


# MARK: - Prometheus


class Prometheus:
    """A Prometheus that scrapes one server once a second, with the documentation's alerts."""

    def __init__(self, folder, port):
        rules = (DOCS / "alerts.yml").as_posix()
        (folder / "prometheus.yml").write_text(
            f"global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: ['{rules}']\n"
            f"scrape_configs: [{{job_name: cog, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]\n"
        )
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    tools.path_of("prometheus"),
                    f"--config.file={folder}/prometheus.yml",
                    f"--storage.tsdb.path={folder}/data",
                    "--web.listen-address=127.0.0.1:0",
                    "--enable-feature=exemplar-storage",
                ],
                stdout=log,
                stderr=log,
            )
        found = wait_for(lambda: re.search(r'msg="Listening on".* address=(\S+)', self.log.read_text()), "Prometheus")
        self.address = f"http://{found[1]}"
        wait_for(self._is_ready, "Prometheus to be ready")

    def _is_ready(self):
        """It listens before it has read what it stores."""
        try:
            with urllib.request.urlopen(f"{self.address}/-/ready") as answer:
                return answer.status == 200
        except urllib.error.HTTPError:
            return False

    def get(self, path, **parameters):
        with urllib.request.urlopen(f"{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}") as answer:
            return json.load(answer)["data"]

    def value(self, query):
        result = self.get("query", query=query)["result"]
        return float(result[0]["value"][1]) if result else None

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def prometheus(server, tmp_path):
    started = Prometheus(tmp_path, server.port)
    yield started
    started.stop()


def test_a_real_prometheus_scrapes(server, prometheus):
    query = 'cog_runtime_prediction_count_total{operation="predict",status="succeeded"}'
    wait_for(lambda: prometheus.value(query) == 2, "the first scrape")
    target = prometheus.get("targets")["activeTargets"][0]
    assert (target["health"], target["lastError"]) == ("up", "")
    assert prometheus.value('cog_model_metric_sum{name="tokens"}') == 5
    assert prometheus.value("cog_ready") == 1
    exemplars = prometheus.get(
        "query_exemplars", query="cog_runtime_prediction_duration_seconds_bucket", start="2020-01-01T00:00:00Z",
        end="2100-01-01T00:00:00Z",
    )  # fmt: skip
    assert [each["exemplars"][0]["labels"] for each in exemplars] == [{"trace_id": TRACE}]
    rules = prometheus.get("rules")["groups"][0]["rules"]
    wait_for(lambda: all(r["health"] == "ok" for r in prometheus.get("rules")["groups"][0]["rules"]), "the rules")
    assert {rule["name"] for rule in rules} == {name for name, _ in alerts()}


# MARK: - Alerts


def alerts():
    """The alerts that the documentation proposes: name and expression."""
    return re.findall(r"- alert: (\w+)\n +expr: >-\n((?: {10,}.*\n)+)", (DOCS / "alerts.yml").read_text())


def test_alerts_are_what_their_tests_say():
    checked = tools.run("promtool", "check", "rules", DOCS / "alerts.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    tested = tools.run("promtool", "test", "rules", DOCS / "alerts.test.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_is_tested_and_knows_its_metrics():
    """Each fires in one of its tests and is silent in another; what it asks for exists; the guide shows it."""
    documented = set(re.findall(r"^\| `(\w+)", (DOCS / "metrics.md").read_text(), re.M))
    tests = (DOCS / "alerts.test.yml").read_text()
    assert len(alerts()) == (DOCS / "alerts.yml").read_text().count("alert:")
    for name, expression in alerts():
        outcomes = re.findall(rf"alertname: {name}\n +exp_alerts:( \[\])?", tests)
        assert set(outcomes) == {"", " []"}, name
        used = set(re.findall(r"\b((?:cog|process)_\w+)", expression))
        assert used
        assert {re.sub("_bucket$", "", metric) for metric in used} <= documented
        assert f"`{name}`" in (DOCS / "deployment.md").read_text()
