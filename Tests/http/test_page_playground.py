"""The page through `cog playground`: for this product's servers, and for the original's, which has none of its routes."""

# ruff: noqa: F811

import pytest
from playwright.sync_api import expect
from support.browser import browser, window  # noqa: F401
from support.playground import COG, ORIGINAL, Playground, original_server

pytestmark = [
    pytest.mark.ours,
    pytest.mark.skipif(not COG.exists(), reason="no program cog: swift build --product cog makes it"),
]

MODEL = """
from cog import BaseRunner, ConcatenateIterator, Input, streaming
class Runner(BaseRunner):
    @streaming
    def run(
        self,
        text: str = Input(description="what is repeated"),
        times: int = Input(default=2, ge=1, le=5),
        end: str = Input(default="!", choices=["!", "?"]),
    ) -> ConcatenateIterator[str]:
        print("begun")
        for _ in range(times):
            yield text + " "
        yield end
"""


@pytest.fixture(scope="module")
def playgrounds():
    started = []

    def start(server):
        started.append(Playground(f"http://127.0.0.1:{server.port}"))
        return started[-1]

    yield start
    for playground in started:
        playground.stop()


def begin(page, mode):
    page.get_by_label("How to run").select_option(mode)
    page.get_by_role("button", name="Run", exact=True).click()


def ends(page, text, status="succeeded"):
    """Waits for the end of the started run, whose output is `text`."""
    expect(page.locator(".output .plaintext")).to_have_text(text)
    expect(page.locator(".state")).to_have_attribute("data-status", status)


@pytest.mark.skipif(not ORIGINAL.exists(), reason="no .envs/original: scripts/test.sh makes it")
def test_original_server(window, playgrounds):
    server = original_server(MODEL)
    try:
        server.start()
        playground = playgrounds(server)
        page = window.open(playground, "/")
        # The form, with its defaults and limits.
        expect(page.locator(".badge")).to_have_text("Ready")
        expect(page.get_by_role("spinbutton", name="Times")).to_have_value("2")
        expect(page.get_by_text("at least 1 · at most 5")).to_be_visible()
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.locator(".problem").first).to_have_text("Field required")
        page.get_by_role("textbox", name="Text").fill("a")
        # It can be asked for nothing that runs, so that isn't offered.
        modes = page.get_by_label("How to run").locator("option")
        assert modes.evaluate_all("all => all.map((one) => one.value)") == ["stream", "wait", "webhooks"]
        begin(page, "wait")
        ends(page, "a a !")
        page.get_by_role("textbox", name="Text").fill("b")
        begin(page, "stream")
        ends(page, "b b !")
        expect(page.get_by_role("tabpanel", name="Output")).to_contain_text("predict_time")
        page.get_by_role("tab", name="Logs").click()
        expect(page.get_by_role("tabpanel", name="Logs")).to_contain_text("begun")
        page.get_by_role("tab", name="Details").click()
        details = page.get_by_role("tabpanel", name="Details")
        details.get_by_text("Status 200").click()
        expect(details).to_contain_text("event: completed")
        # Webhooks, which need their own place.
        page.get_by_role("tab", name="Output").click()
        page.get_by_role("textbox", name="Text").fill("c")
        begin(page, "webhooks")
        ends(page, "c c !")
        page.get_by_role("tab", name="Details").click()
        # The original may send an update after the end.
        expect(details.locator(".webhooks summary").filter(has_text="succeeded")).to_be_visible()
        window.check(playground)
    finally:
        server.discard()


def test_own_server_through_the_proxy(window, playgrounds, shared):
    server = shared(source=MODEL)
    playground = playgrounds(server)
    page = window.open(playground, "/")
    for mode in ("stream", "wait", "background", "webhooks"):
        page.get_by_role("textbox", name="Text").fill(mode)
        begin(page, mode)
        ends(page, f"{mode} {mode} !")
    page.get_by_role("tab", name="Code").click()
    expect(page.get_by_role("tabpanel", name="curl")).to_contain_text(f"http://127.0.0.1:{server.port}/predictions")
    # The server's refusals are passed on unchanged.
    page.get_by_role("tab", name="Output").click()
    page.get_by_role("spinbutton", name="Times").fill("9")
    expect(page.get_by_text("9 is greater than the maximum of 5")).to_be_visible()
    window.check(playground)


def test_another_server(window, playgrounds, shared):
    """The field names the server; the address keeps it."""
    playground = playgrounds(shared(source=MODEL))
    other = shared("noop")
    page = window.open(playground, "/")
    expect(page.get_by_role("textbox", name="Text")).to_be_visible()
    field = page.get_by_role("textbox", name="Server")
    field.fill(f"http://127.0.0.1:{other.port}/")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("textbox", name="Text")).to_have_count(0)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".state")).to_have_attribute("data-status", "succeeded")
    page.reload()
    expect(page.get_by_role("textbox", name="Server")).to_have_value(f"http://127.0.0.1:{other.port}")
    # No server is running: the page says so, and keeps polling.
    page.get_by_role("textbox", name="Server").fill("http://127.0.0.1:1")
    page.get_by_role("textbox", name="Server").press("Enter")
    expect(page.locator(".badge")).to_have_text("Unreachable")
    expect(page.locator(".notice")).to_contain_text("cannot reach target API")
    page.get_by_role("textbox", name="Server").fill("ftp://x")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("alert").filter(has_text="isn't a server address")).to_be_visible()
    assert window.problems == []
    assert page.evaluate("violations") == []
