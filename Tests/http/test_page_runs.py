"""The page at `/docs` in a browser: what is seen of runs and their outputs."""

# ruff: noqa: F811

import pytest
from playwright.sync_api import expect
from support.browser import browser, page, window  # noqa: F401

pytestmark = pytest.mark.ours

# A model that streams text, as far as the test lets it.
TEXT = """
import pathlib, time
from cog import BaseRunner, ConcatenateIterator, streaming
class Runner(BaseRunner):
    @streaming
    def run(self, code: str) -> ConcatenateIterator[str]:
        names = {"pathlib": pathlib, "time": time}
        exec("def body():\\n yield ''\\n" + "\\n".join(" " + line for line in code.splitlines()), names)
        yield from names["body"]()
"""
WAIT = "import pathlib, time\nwhile not pathlib.Path({name!r}).exists(): time.sleep(0.01)\n"
FILES = """
import base64, pathlib, tempfile, wave
from cog import Path
folder = pathlib.Path(tempfile.mkdtemp())
def file(name, content):
    (folder / name).write_bytes(content)
    return Path(folder / name)
png = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
def sound():
    with wave.open(str(folder / "a.wav"), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(bytes(1600))
    return Path(folder / "a.wav")
"""


@pytest.fixture
def server(shared):
    return shared("script")


@pytest.fixture
def streaming(window, shared):
    server = shared(source=TEXT)
    yield window.open(server), server
    window.check(server)


def begin(page, code):
    page.get_by_role("textbox", name="Code").fill(code)
    page.get_by_role("button", name="Run", exact=True).click()


def run(page, code, status="succeeded"):
    """Runs a model's code to its end; gives the place of the output."""
    begin(page, code)
    expect(page.locator(".state")).to_have_attribute("data-status", status)
    return page.locator(".output .body")


# MARK: - Outputs


def test_texts_and_plain_values(page):
    expect(run(page, "return 'short <b>text</b>'").locator(".short")).to_have_text("short <b>text</b>")
    expect(run(page, "return 2.5")).to_have_text("2.5")
    expect(run(page, "return None")).to_have_text("The model returned no output.")
    out = run(page, r"return '# Title\n\nSome *words*, a [link](https://example.com/), <i>no markup</i>\n\n'"
                    r" '| a | b |\n| - | - |\n| 1 | 2 |\n\n1. one\n2. two\n   - deep\n\n```python\nprint(1)\n```\n'")  # fmt: skip
    expect(out.locator(".markdown h2")).to_have_text("Title")
    expect(out.locator(".markdown em")).to_have_text("words")
    expect(out.get_by_role("link", name="link")).to_have_attribute("href", "https://example.com/")
    expect(out.locator(".markdown i")).to_have_count(0)
    expect(out.locator(".markdown td")).to_have_text(["1", "2"])
    expect(out.locator(".markdown ol > li")).to_have_text(["one", "twodeep"])
    expect(out.locator(".codeblock code")).to_have_text("print(1)")
    out.get_by_role("button", name="Text", exact=True).click()
    expect(out.locator(".plaintext")).to_contain_text("# Title")


def test_trees_and_tables(page):
    out = run(page, "return {'a': {'b': [1, None, True]}, 'long': list(range(250))}")
    expect(out.locator(".tree")).to_contain_text("null")
    out.locator("summary", has_text="long").click()
    out.get_by_role("button", name="150 more").click()
    out.get_by_role("button", name="50 more").click()
    expect(out.locator(".tree")).to_contain_text("249: 249")
    out = run(page, "return [{'name': f'n{i}', 'score': i / 2} for i in range(150)]")
    expect(out.locator("thead th")).to_have_text(["name", "score"])
    expect(out.locator("tbody tr")).to_have_count(100)
    out.get_by_role("button", name="Show 50 more").click()
    expect(out.locator("tbody tr")).to_have_count(150)
    out.get_by_role("button", name="As a tree").click()
    expect(out.locator(".tree summary").first).to_have_text("[150]")


def test_files_at_any_depth(page):
    out = run(page, FILES + "return {'pictures': [file('a.png', png)] * 3, 'deep': [{'sound': sound()}],"
                            " 'page': file('x.html', b'<script>document.title=1</script>'),"
                            " 'notes': file('n.txt', b'read me'), 'rows': file('r.csv', b'a,b\\n1,\"2,3\"\\n')}")  # fmt: skip
    expect(out.locator(".grid img")).to_have_count(3)
    expect(out.locator("audio")).to_have_js_property("duration", 0.1)
    expect(out.locator(".plaintext")).to_have_text("read me")
    expect(out.locator("tbody td")).to_have_text(["1", "2,3"])
    with page.expect_download() as download:
        out.get_by_role("button", name="Save page (text/html").click()
    assert download.value.suggested_filename == "page.html"
    with open(download.value.path(), "rb") as file:
        assert file.read() == b"<script>document.title=1</script>"
    out.get_by_role("button", name="pictures 1: show in full size").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("pictures 1, 1 × 1")
    page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("pictures 2, 1 × 1")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_five_thousand_outputs_are_drawn_in_parts(page):
    out = run(page, FILES + "return ['data:image/png;base64,' + base64.b64encode(png).decode()] * 5000")
    expect(out.locator("img")).to_have_count(100)
    expect(out.get_by_role("button", name="Show 100 more of 4900")).to_be_visible()


# MARK: - Runs


def test_output_appears_as_it_comes_and_cancel_ends_it(streaming):
    page, _ = streaming
    begin(
        page, "print('working'); yield 'one '; yield 'two'\nwhile not pathlib.Path('never').exists(): time.sleep(0.01)"
    )
    expect(page.locator(".output .plaintext")).to_have_text("one two")
    expect(page.locator(".state")).to_have_text("Running…")
    page.get_by_role("tab", name="Logs").click()
    expect(page.locator(".logs .plaintext")).to_have_text("working\n")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("tab", name="Output").click()
    expect(page.locator(".state")).to_contain_text("Canceled after")
    expect(page.locator(".output .plaintext")).to_have_text("one two")
    page.get_by_role("tab", name="Details").click()
    expect(page.locator(".timeline tbody th").first).to_contain_text("queue and fetch")


@pytest.mark.parametrize("mode", ["wait for the answer", "run in the background"])
def test_models_that_do_not_stream_show_their_logs_while_they_run(page, server, mode):
    page.get_by_label("How to run").select_option(mode)
    name = f"go {mode}"
    begin(
        page,
        f"print('10%|█    | 1/10\\n20%|██   | 2/10\\n\\x1b[31mred\\x1b[0m', flush=True)\n{WAIT.format(name=name)}return 'done'",
    )
    page.get_by_role("tab", name="Logs").click()
    expect(page.locator(".logs .plaintext")).to_have_text("20%|██   | 2/10\nred\n")
    (server.cwd / name).touch()
    expect(page.locator(".state")).to_have_attribute("data-status", "succeeded")
    page.get_by_role("tab", name="Details").click()
    expect(page.locator(".timeline tbody th")).to_contain_text(["queue and fetch", "run", "upload", "network"])
    page.get_by_text("Status 20").click()
    expect(page.locator(".details")).to_contain_text("content-type: application/json")


def test_run_in_the_background_outlives_a_reload(streaming):
    page, server = streaming
    page.get_by_label("How to run").select_option("run in the background")
    begin(page, "yield 'one '\nwhile not pathlib.Path('reloaded').exists(): time.sleep(0.01)\nyield 'two'")
    expect(page.locator(".output .plaintext")).to_have_text("one ")
    page.reload()
    expect(page.locator(".output .plaintext")).to_have_text("one ")
    (server.cwd / "reloaded").touch()
    expect(page.locator(".state")).to_have_attribute("data-status", "succeeded")
    expect(page.locator(".output .plaintext")).to_have_text("one two")


def test_failure_is_shown_with_its_traceback_folded(page):
    run(page, "raise ValueError('<b>no</b>')", "failed")
    alert = page.get_by_role("alert").filter(has_text="no")
    expect(alert.locator("strong")).to_contain_text("<b>no</b>")
    expect(alert.locator("pre")).to_be_hidden()
    alert.get_by_text("Traceback", exact=True).click()
    expect(alert.locator("pre")).to_contain_text("ValueError: <b>no</b>")


def test_metrics_and_the_keys_that_run(page):
    page.get_by_role("textbox", name="Code").fill(
        "import cog\ncog.current_scope().record_metric('tokens', 7)\nreturn 1"
    )
    page.keyboard.press("Control+Enter")
    expect(page.locator(".metrics")).to_contain_text("tokens")
    expect(page.locator(".metrics")).to_contain_text("predict_time")


def test_last_runs_are_kept_by_the_browser(page):
    for text in ("one", "two"):
        run(page, f"return '{text}'")
    page.get_by_role("tab", name="History").click()
    rows = page.locator(".entries li")
    expect(rows).to_have_count(2)
    page.reload()
    page.get_by_role("tab", name="History").click()
    expect(rows).to_have_count(2)
    for row in (0, 1):
        rows.nth(row).get_by_role("checkbox").check()
    expect(page.locator(".history .differs td")).to_have_text(["return 'two'", "return 'one'"])
    rows.nth(1).get_by_role("button", name="Open").click()
    expect(page.locator(".output .body")).to_have_text("one")
    expect(page.get_by_role("textbox", name="Code")).to_have_value("return 'one'")
    page.get_by_role("tab", name="History").click()
    rows.nth(0).get_by_role("button", name="Run again").click()
    expect(page.locator(".state")).to_have_attribute("data-status", "succeeded")
    expect(page.locator(".output .body")).to_have_text("two")
    page.get_by_role("tab", name="History").click()
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="Forget all runs").click()
    expect(rows).to_have_count(0)


# MARK: - Ten megabytes of text


def test_long_stream_is_kept_whole_and_drawn_in_part(streaming):
    page, _ = streaming
    begin(page, "for n in range(10_000): yield f'{n:05} ' + 'x' * 993 + '\\n'")
    expect(page.locator(".state")).to_have_attribute("data-status", "succeeded")
    expect(page.locator(".output .hint").first).to_contain_text("of 10.0 MB")
    assert page.evaluate("document.querySelectorAll('*').length") < 1000
    assert page.evaluate("document.querySelector('.plaintext').textContent.length") < 400_000
    expect(page.locator(".output .plaintext")).to_contain_text("09999 x")
    with page.expect_download() as download:
        page.locator(".output").get_by_role("button", name="Save").click()
    with open(download.value.path(), encoding="ascii") as file:
        lines = file.read().splitlines()
    assert [int(line[:5]) for line in lines] == list(range(10_000))
    print("the longest tasks of the page, in milliseconds:", sorted(page.evaluate("longTasks"))[-3:])
