"""The page at `/docs` in a browser, in front of a server that wants a key."""

# ruff: noqa: F811

import os
import subprocess

import pytest
from playwright.sync_api import expect
from support.browser import browser, window  # noqa: F401
from support.waiting import wait_for

pytestmark = pytest.mark.ours

KEY = "s3cret/Schlüssel"
TEXT = """
from cog import BaseRunner, ConcatenateIterator, streaming
class Runner(BaseRunner):
    @streaming
    def run(self, text: str = "abc") -> ConcatenateIterator[str]:
        yield from text
"""


@pytest.fixture
def server(shared):
    return shared(source=TEXT, env={"COG_API_KEY": KEY})


def enter(page, key):
    page.get_by_label("Key", exact=True).fill(key)
    page.get_by_role("button", name="Use the key").click()


def opened(window, server):
    """The page, once it has the key."""
    page = window.open(server, ready=False)
    enter(page, KEY)
    page.get_by_role("button", name="Run", exact=True).wait_for()
    return page


def test_page_asks_for_the_key(window, server):
    page = window.open(server, ready=False)
    expect(page.get_by_text("This server needs a key.")).to_be_visible()
    # The model's state is open to all.
    expect(page.locator(".badge")).to_have_attribute("data-status", "READY")
    enter(page, "wrong")
    expect(page.get_by_role("alert")).to_have_text("The server rejected this key.")
    enter(page, KEY)
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    expect(page.get_by_label("Key", exact=True)).to_be_hidden()


@pytest.mark.parametrize("mode", ["stream", "wait", "background"])
def test_runs_with_the_key(window, server, mode):
    page = opened(window, server)
    page.get_by_label("How to run").select_option(mode)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".state")).to_have_attribute("data-status", "succeeded")
    expect(page.locator(".output .body")).to_contain_text("abc")
    # The request that is shown is without it.
    page.get_by_role("tab", name="Details").click()
    details = page.get_by_role("tabpanel", name="Details").text_content()
    assert "content-type" in details
    assert "uthorization" not in details
    window.check(server)


def everything_kept(page) -> str:
    """All that the page's storage, cookies, address, and databases hold, as text."""
    kept = page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, name])"
    )
    kept += page.evaluate(
        """async () => {
            const read = async ({ name }) => {
                const opening = indexedDB.open(name);
                const database = await new Promise((done) => { opening.onsuccess = () => done(opening.result); });
                const stores = [...database.objectStoreNames].map((store) => new Promise((done) => {
                    const all = database.transaction(store).objectStore(store).getAll();
                    all.onsuccess = () => done(all.result);
                }));
                return Promise.all(stores);
            };
            return JSON.stringify(await Promise.all((await indexedDB.databases()).map(read)));
        }"""
    )
    return kept


def test_key_is_kept_nowhere(window, server):
    page = opened(window, server)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".state")).to_have_attribute("data-status", "succeeded")
    # The history is written after the page has shown the answer.
    kept = wait_for(lambda: "abc" in (kept := everything_kept(page)) and kept, "the history to be kept")
    assert KEY not in kept
    page.reload()
    expect(page.get_by_label("Key", exact=True)).to_be_visible()


def test_document_is_shown_with_the_key(window, server):
    page = opened(window, server)
    with page.context.expect_page() as shown:
        page.get_by_role("link", name="OpenAPI").click()
    expect(shown.value.locator("body")).to_contain_text('"openapi"')


@pytest.mark.parametrize("how", ["wait", "stream"])
def test_code_finds_the_key_in_the_environment(window, server, tmp_path, how):
    page = opened(window, server)
    page.get_by_role("tab", name="Code").click()
    page.get_by_label("How: ").select_option(how)
    expect(page.get_by_text("read from the environment: COG_API_KEY")).to_be_visible()
    page.get_by_role("tab", name="curl", exact=True).click()
    code = page.get_by_role("tabpanel", name="curl", exact=True).locator("code").text_content()
    assert KEY not in page.content()
    environment = {**os.environ, "COG_API_KEY": KEY, "no_proxy": "*"}
    done = subprocess.run(["bash", "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert '"status":"succeeded"' in done.stdout


def test_server_without_a_key_is_not_asked_for_one(window, shared):
    page = window.open(shared("script"))
    assert page.get_by_label("Key", exact=True).is_hidden()
