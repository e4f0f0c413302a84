"""Pages of the server in Debian's Chromium. Every page is watched: what it asks of whom, and what its policy has to block."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from .environment import DEADLINE
from .server import Server

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")

expect.set_options(timeout=DEADLINE * 1000)

# Runs before the page's own script.
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(`${event.violatedDirective} ${event.blockedURI}`));
window.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({type: "longtask"});
"""


class Window:
    """A window of the browser with one page in it."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.context = browser.new_context(**{"reduced_motion": "reduce", **options})
        self.context.set_default_timeout(DEADLINE * 1000)
        self.page: Page = self.context.new_page()
        self.page.add_init_script(WATCH)
        self.problems: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        if request.url.startswith(("http:", "https:", "ws:", "wss:")):
            self.hosts.add(request.url.split("/")[2])

    def open(self, server: Server, path: str = "/docs", *, ready: bool = True) -> Page:
        """Opens the page; waits for the form."""
        self.page.goto(f"http://127.0.0.1:{server.port}{path}")
        if ready:
            self.page.get_by_role("button", name="Run", exact=True).wait_for()
        return self.page

    def check(self, server: Server) -> None:
        """Nothing has gone wrong, nothing was blocked, and no other host was contacted."""
        assert self.problems == []
        assert self.page.evaluate("violations") == []
        assert self.hosts <= {f"127.0.0.1:{server.port}"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium: scripts/setup.sh --tests installs it where there is one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
        )
        yield browser
        browser.close()


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    window = Window(browser)
    yield window
    window.context.close()


@pytest.fixture
def page(window: Window, server: Server) -> Iterator[Page]:
    """The page of the module's `server`, which must break none of the rules when the test is over."""
    yield window.open(server)
    window.check(server)
