"""The page at `/docs`: how and where it is served, how it looks before there is a form, and what it never does."""

# ruff: noqa: F811

import gzip
import hashlib
import re
from base64 import b64encode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from support.browser import Window, browser, window  # noqa: F401

pytestmark = pytest.mark.ours

BROWSER_ACCEPTS = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


# MARK: - How it is served


def test_page_is_one_small_document_with_a_strict_policy(shared):
    server = shared("noop")
    plain = server.get("/docs")
    assert plain.headers["content-type"] == "text/html; charset=utf-8"
    assert len(plain.body) <= 150_000
    policy = plain.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    for tag in ("style", "script"):
        content = re.search(rf"<{tag}[^>]*>(.*?)</{tag}>", plain.text, re.S)[1]
        assert f"'sha256-{b64encode(hashlib.sha256(content.encode()).digest()).decode()}'" in policy
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", plain.text)
    packed = server.request("GET", "/docs", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) <= 60_000
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["etag"] != plain.headers["etag"]
    assert server.request("GET", "/docs", headers={"Accept-Encoding": "gzip;q=0"}).body == plain.body
    for field in (packed.headers["etag"], f'"other", W/{packed.headers["etag"]}', "*"):
        again = server.request("GET", "/docs", headers={"Accept-Encoding": "gzip", "If-None-Match": field})
        assert (again.status, again.body) == (304, b"")
    head = server.request("HEAD", "/docs")
    assert (head.body, head.headers["content-length"]) == (b"", str(len(plain.body)))


def test_root_is_the_page_for_browsers_alone(shared):
    server = shared("noop")
    assert server.request("GET", "/", headers=BROWSER_ACCEPTS).body == server.get("/docs").body
    for accept in (None, "*/*", "application/json", "text/html;q=0, */*"):
        answer = server.request("GET", "/", headers={"Accept": accept} if accept else {})
        assert answer.json["docs_url"] == "/docs"
        assert answer.headers["vary"] == "accept"


def test_page_can_be_turned_off(shared):
    server = shared("noop", env={"COG_DOCS": "0"})
    assert server.get("/docs").status == 404
    assert "docs_url" not in server.request("GET", "/", headers=BROWSER_ACCEPTS).json


# MARK: - Where it is served


def test_page_works_below_a_path(window, shared):
    server = shared("noop", env={"COG_ROOT_PATH": "/models/a/"})
    assert server.get("/models/a/health-check").json == server.get("/health-check").json
    assert server.get("/models/ab").status == 404
    assert server.get("/models/a").json["docs_url"] == "/models/a/docs"
    asked = []
    window.page.on("request", lambda request: asked.append(request.url))
    page = window.open(server, "/models/a")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".state")).to_have_attribute("data-status", "succeeded")
    page.get_by_role("tab", name="Code").click()
    expect(page.get_by_role("tabpanel", name="curl")).to_contain_text("/models/a/predictions")
    window.check(server)
    addresses = [url for url in asked if url.startswith("http")]
    assert addresses
    assert all("/models/a" in url for url in addresses)


def test_prefix_that_a_proxy_tells(shared):
    server = shared("noop")
    answer = server.request("GET", "/", headers={**BROWSER_ACCEPTS, "X-Forwarded-Prefix": "/b"})
    assert (answer.status, answer.headers["location"]) == (307, "/b/docs")
    assert server.request("GET", "/", headers={"X-Forwarded-Prefix": "/b"}).json["docs_url"] == "/b/docs"
    for prefix in ("//evil.example", "b", "https://evil.example", "/a\\b", "/"):
        answer = server.request("GET", "/", headers={**BROWSER_ACCEPTS, "X-Forwarded-Prefix": prefix})
        assert answer.status == 200, prefix


# MARK: - Before there is a form


def test_form_appears_when_setup_has_finished(window, fresh):
    server = fresh("setup_waits", until="STARTING")
    page = window.open(server, ready=False)
    expect(page.locator(".badge")).to_have_text("Setting up")
    (server.cwd / "go").touch()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    expect(page.locator(".badge")).to_have_text("Ready")
    window.check(server)


def test_setup_that_failed_is_shown_with_its_traceback(window, fresh):
    server = fresh("setup_fails", until="SETUP_FAILED")
    page = window.open(server, ready=False)
    expect(page.locator(".badge")).to_have_text("Setup failed")
    expect(page.locator(".notice pre")).to_contain_text("before the failure")
    expect(page.locator(".notice pre")).to_contain_text("RuntimeError: setup boom")
    window.check(server)


# MARK: - What it never does

# Each would run something if it were ever parsed as HTML, or followed as an address.
MARKUP = "<img src=x onerror='document.title=1'><script>document.title=2</script>"
HOSTILE = f"""
import tempfile, pathlib
from typing import Any
from cog import BaseRunner, Input, Path
M = {MARKUP!r}
class Runner(BaseRunner):
    '''{MARKUP} [x](javascript:document.title=3)'''
    def run(
        self,
        text: str = Input(default=M, description=M + "[x](javascript:document.title=4) ![y](https://evil.example/y.png)"),
        pick: str = Input(default=M, choices=[M, "b"]),
        what: str = Input(default="output", choices=["output", "error"]),
    ) -> Any:
        print(M)
        print("\\x1b]8;;javascript:document.title=5\\x07x")
        if what == "error":
            raise ValueError(M)
        file = pathlib.Path(tempfile.mkdtemp()) / "<img src=x onerror=document.title=6>.html"
        file.write_text(M)
        return {{M: [M, M + "\\n\\n# " + M + "\\n[x](javascript:document.title=7)"], "table": [{{M: M}}], "file": Path(file),
                "svg": "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='document.title=8'/>",
                "html": "data:text/html," + M, "odd": "javascript:document.title=9"}}
"""


def test_nothing_of_a_hostile_model_is_executed(window, shared):
    server = shared(source=HOSTILE)
    page = window.open(server)
    title = page.title()
    expect(page.locator(".field").first).to_contain_text("<script>")
    for what in ("output", "error"):
        page.get_by_role("combobox", name="What").select_option(what)
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.locator(".state")).to_have_attribute("data-status", "succeeded" if what == "output" else "failed")
        expect(page.locator(".output")).to_contain_text("<script>")
        for tab in ("Logs", "Details", "Code", "History"):
            page.get_by_role("tab", name=tab, exact=True).click()
        page.get_by_role("tab", name="Output").click()
    for link in page.locator("a").evaluate_all("(all) => all.map((a) => a.href)"):
        assert link.startswith(("http:", "https:", "blob:")) or link == ""
    assert page.locator("main script, main img[src=x], main iframe, main object").count() == 0
    assert page.title() == title
    window.check(server)


# MARK: - Everyone who uses it


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(browser, shared, theme):
    server = shared("every_input")
    window = Window(browser, color_scheme=theme, bypass_csp=True)
    page = window.open(server)
    axe = Axe()

    def check(state):
        violations = axe.run(page).response["violations"]
        told = [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in violations]
        assert told == [], state

    check("empty form")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".problem").first).to_have_text("Field required")
    check("a problem")
    page.get_by_label("Name").first.fill("ada")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".state")).to_have_attribute("data-status", "succeeded")
    for tab in ("Output", "Logs", "Details", "Code", "History"):
        page.get_by_role("tab", name=tab, exact=True).click()
        if tab == "History":
            page.locator(".entries li").first.wait_for()
        check(tab)
    window.context.close()


def test_small_screen_needs_no_sideways_scrolling(browser, shared):
    server = shared("every_input")
    window = Window(browser, viewport={"width": 375, "height": 700})
    page = window.open(server)
    page.get_by_label("Name").first.fill("ada")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_in_viewport()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".state")).to_have_attribute("data-status", "succeeded")
    for tab in ("Output", "Logs", "Details", "Code", "History"):
        page.get_by_role("tab", name=tab, exact=True).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 375, tab
    window.check(server)
    window.context.close()


def test_everything_works_by_keyboard(window, shared):
    server = shared("noop")
    page = window.open(server)
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
        if reached[-1] == "Run":
            break
    assert "Run" in reached
    page.keyboard.press("Enter")
    expect(page.locator(".state")).to_have_attribute("data-status", "succeeded")
    page.get_by_role("tab", name="Output").focus()
    for name in ("Logs", "Details", "Code"):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name=name, exact=True)).to_be_focused()
        expect(page.get_by_role("tabpanel", name=name, exact=True)).to_be_visible()
    window.check(server)
