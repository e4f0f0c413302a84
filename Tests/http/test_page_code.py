"""The page at `/docs` in a browser: the code that it shows, copied and executed, does what the page does."""

# ruff: noqa: F811

import ast
import json
import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import playwright
import pytest
from playwright.sync_api import expect
from support.browser import browser, window  # noqa: F401

pytestmark = pytest.mark.ours

NODE = Path(playwright.__file__).parent / "driver" / "node"
CONTENT = bytes(range(256)) * 600  # as an argument of a shell it would be too long
NAME = "it's $HOME.bin"
SECRET = "s3cret"
WORDS = """
from cog import BaseRunner, ConcatenateIterator, streaming
class Runner(BaseRunner):
    @streaming
    def run(self, text: str) -> ConcatenateIterator[str]:
        yield from text
"""


@pytest.fixture
def filled(window, shared):
    """The form with values that every language writes differently, and the model's response to them."""
    server = shared("every_input")
    page = window.open(server)
    fields = {name: page.locator(".field").filter(has=page.locator(f".inputname:text-is('{name}')")) for name in
              ("name", "prompt", "either", "key", "settings", "anything")}  # fmt: skip
    fields["name"].get_by_role("textbox").fill("ada")
    fields["prompt"].get_by_role("textbox").fill("\"'\\ $HOME `id` !\n\t é😀 JSON\nJSON\n@x %s {}")
    fields["key"].locator("input").fill(SECRET)
    fields["settings"].get_by_role("textbox").fill('{"a": [1, null, true, -2.5e-7, {}], "$x": "\\\\n"}')
    fields["anything"].locator("input[type=file]").set_input_files(
        {"name": NAME, "mimeType": "application/octet-stream", "buffer": CONTENT}
    )
    with page.expect_response(lambda answer: answer.url.endswith("/predictions")) as answer:
        page.get_by_role("button", name="Run", exact=True).click()
    expected = answer.value.json()["output"]
    assert expected["key"] == {"secret": SECRET}
    page.get_by_role("tab", name="Code").click()
    yield page, expected
    window.check(server)


def shown(page, language):
    """The code of a language, as the button copies it."""
    page.get_by_role("tab", name=language, exact=True).click()
    return page.get_by_role("tabpanel", name=language, exact=True).locator("code").text_content()


def executed(folder, language, code):
    """What a program prints."""
    (folder / NAME).write_bytes(CONTENT)
    if language == "JavaScript":
        (folder / "code.mjs").write_text(code)
        command = [str(NODE), "code.mjs"]
    elif language == "curl":
        (folder / "code.sh").write_text(code)
        command = ["bash", "code.sh"]
    else:
        (folder / "code.py").write_text(code)
        command = [sys.executable, "code.py"]
    environment = {**os.environ, "KEY": SECRET, "no_proxy": "*"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{code}\n{done.stderr}"
    return done.stdout


LANGUAGES = {"curl": lambda text: json.loads(text)["output"], "Python": ast.literal_eval, "JavaScript": json.loads,
             "Replicate": ast.literal_eval}  # fmt: skip


def test_code_gives_the_same_answer(filled, tmp_path):
    page, expected = filled
    for language, read in LANGUAGES.items():
        code = shown(page, language)
        assert SECRET not in code
        assert read(executed(tmp_path, language, code)) == expected, language


def test_code_streams_and_sends_webhooks(window, shared, receiver, tmp_path):
    page = window.open(shared(source=WORDS))
    text = "Grüße,\n😀 data: x"
    page.get_by_role("textbox", name="Text").fill(text)
    page.get_by_role("tab", name="Code").click()
    page.get_by_label("How:").select_option("stream")
    for language in LANGUAGES:
        output = executed(tmp_path, language, shown(page, language))
        if language == "curl":
            output = "".join(json.loads(line[6:])["chunk"] for line in output.splitlines() if '"chunk"' in line)
        assert output == text, language
    page.get_by_label("How:").select_option("webhook")
    for language in LANGUAGES:
        page.get_by_label("Address of the webhook").fill(f"{receiver.url}/{language}")
        code = page.get_by_role("tabpanel", name=language, exact=True, include_hidden=True).locator("code")
        expect(code).to_contain_text(f"{receiver.url}/{language}")
        executed(tmp_path, language, shown(page, language))
        assert [hook.json["status"] for hook in receiver.wait(f"/{language}")] == ["succeeded"]


# Stands in for the build tool, which would need an image: prints its arguments. Tests/cli tests what it does with that.
TOLD = """#!/usr/bin/env python3
import json, sys
arguments = sys.argv[1:]
print(json.dumps({"arguments": arguments, "json": json.load(sys.stdin) if "--json" in arguments else None}))
"""


def test_command_line_says_the_same(filled, tmp_path, monkeypatch):
    page, _ = filled
    (tmp_path / "cog").write_text(TOLD)
    (tmp_path / "cog").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    code = shown(page, "CLI")
    assert SECRET not in code
    told = json.loads(executed(tmp_path, "curl", code))
    assert told["arguments"] == ["predict", "--json", "-"], "an object has no other place"
    assert told["json"]["settings"] == {"a": [1, None, True, -2.5e-7, {}], "$x": "\\n"}
    assert told["json"]["key"] == SECRET
    assert told["json"]["anything"] == "data:application/octet-stream;base64," + b64encode(CONTENT).decode()


def test_command_line_of_plain_inputs(window, shared, tmp_path, monkeypatch):
    page = window.open(shared("script"))
    (tmp_path / "cog").write_text(TOLD)
    (tmp_path / "cog").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    page.get_by_role("tab", name="Code").click()
    for text in ("it's $HOME `id`\n\"é", "-x", "@file", ""):
        page.get_by_role("textbox", name="Code").fill(text + "x")
        page.get_by_role("textbox", name="Code").fill(text)
        expect(page.get_by_role("tabpanel", name="curl", include_hidden=True).locator("code")).to_contain_text(
            json.dumps(text, ensure_ascii=False).replace("\\", "\\\\").replace("$", "\\$").replace("`", "\\`")
        )
        told = json.loads(executed(tmp_path, "curl", shown(page, "CLI")))
        if text in ("@file", ""):
            assert told == {"arguments": ["predict", "--json", "-"], "json": {"code": text}}
        else:
            assert told == {"arguments": ["predict", "-i", f"code={text}"], "json": None}


def test_copy_gives_the_code(filled):
    page, _ = filled
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    code = shown(page, "curl")
    page.get_by_role("tabpanel", name="curl").get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == code
