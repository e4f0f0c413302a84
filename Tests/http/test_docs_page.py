"""`GET /docs` in a browser: Chromium renders the page, scripts and all."""

import html
import re
import shutil
import subprocess

import pytest

BROWSER = shutil.which("chromium-headless-shell") or shutil.which("chromium")

pytestmark = [
    pytest.mark.ours,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium: scripts/setup.sh --tests installs it where there is one"),
]

MODEL = """
from cog import BaseRunner, Input
class Runner(BaseRunner):
    def run(
        self,
        name: str = Input(description="<img src=x onerror='document.title=1'> & more", min_length=2),
        size: str = Input(choices=["small", "large"], default="small"),
        times: int = Input(ge=1, le=5, default=3),
    ) -> list[str]:
        return [name] * times
"""


def rendered(server):
    """The page as it stands when its scripts have run."""
    command = [BROWSER, "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000", "--dump-dom"]
    page = subprocess.run(
        [*command, f"http://127.0.0.1:{server.port}/docs"], capture_output=True, text=True, check=True, timeout=60
    )
    return page.stdout


def rows(page):
    table = re.search(r'<tbody id="inputs">(.*?)</tbody>', page, re.S)[1]
    return [
        [html.unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.S)
    ]


def test_inputs_output_and_routes_are_shown(fresh):
    server = fresh(source=MODEL)
    page = rendered(server)
    assert rows(page) == [
        ["name (required)", "string, minLength 2", "", "<img src=x onerror='document.title=1'> & more"],
        ["size", '["small","large"]', '"small"', ""],
        ["times", "integer, minimum 1, maximum 5", "3", ""],
    ]
    assert "<title>Prediction API</title>" in page, "text of the model must not become part of the page"
    assert "<li>POST /predictions</li>" in page
    assert '"type": "array"' in page


def test_page_before_the_model_is_ready(fresh):
    server = fresh(source="raise RuntimeError('never')", until="SETUP_FAILED")
    assert "The document is not available yet." in rendered(server)
