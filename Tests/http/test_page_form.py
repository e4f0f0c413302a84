"""The page at `/docs` in a browser: its form, and what is sent when it is filled in."""

# ruff: noqa: F811

import base64
import json
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect
from support.browser import browser, page, window  # noqa: F401

pytestmark = pytest.mark.ours

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
NAMED = {"name": "ada"}
DEFAULTS = {
    "prompt": "line one\nline two", "count": 3, "scale": 0.5, "size": 512, "loud": True, "tags": ["a", "b"], "either": 5,
}  # fmt: skip


@pytest.fixture
def server(shared):
    return shared("every_input")


def field(page, title):
    """The part of the form for an input."""
    return page.locator(".field").filter(has=page.locator(".heading", has_text=title)).first


def run(page):
    """Runs the model with what the form holds; gives the server's answer."""
    with page.expect_response(lambda answer: answer.url.endswith("/predictions")) as answer:
        page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    return answer.value


def drop(target, name, kind):
    """Drops a file there, or pastes it."""
    target.evaluate(
        """(target, [name, kind]) => {
            const files = new DataTransfer();
            files.items.add(new File(["dropped"], name));
            target.dispatchEvent(kind === "paste"
                ? new ClipboardEvent("paste", {clipboardData: files, bubbles: true})
                : new DragEvent("drop", {dataTransfer: files, bubbles: true}));
        }""",
        [name, kind],
    )


def test_defaults_are_filled_in(page):
    field(page, "Name").get_by_role("textbox").fill("ada")
    assert run(page).json()["output"] == {**NAMED, **DEFAULTS}


def test_every_kind_of_input(page):
    field(page, "Name").get_by_role("textbox").fill("adà")
    field(page, "Prompt").get_by_role("textbox").fill("<b>\n\"'\\ é😀")
    field(page, "Count").get_by_role("slider").fill("7")
    field(page, "Scale").get_by_role("spinbutton").fill("0.25")
    field(page, "Seed").get_by_role("button", name="Random").click()
    field(page, "Size").get_by_role("combobox").select_option("1024")
    field(page, "Style").get_by_role("combobox").select_option("bold")
    field(page, "Loud").get_by_role("checkbox").uncheck()
    field(page, "Maybe").get_by_role("combobox").select_option("false")
    tags = field(page, "Tags")
    tags.get_by_role("button", name="Remove item 1").click()
    tags.get_by_role("button", name="Add an item").click()
    page.keyboard.type("c")
    tags.get_by_role("button", name="Move item 2 up").click()
    field(page, "Numbers").get_by_role("button", name="Add an item").click()
    page.keyboard.type("42")
    either = field(page, "Either")
    either.get_by_role("combobox").select_option("text")
    either.get_by_role("textbox").fill("5")
    field(page, "Key").locator("input[type=password]").fill("s3cret")
    field(page, "Point").get_by_role("spinbutton").first.fill("-1")
    field(page, "Settings").get_by_role("textbox").fill('{"a": [1, null]}')
    field(page, "Image").locator("input[type=file]").set_input_files(
        {"name": "dot.png", "mimeType": "image/png", "buffer": PNG}
    )
    drop(field(page, "Anything").locator(".drop"), "a.bin", "drop")
    files = field(page, "Files")
    files.locator("input[type=file]").set_input_files(
        [{"name": f"{n}.txt", "mimeType": "text/plain", "buffer": n.encode() * 3} for n in "xy"]
    )
    files.get_by_role("button", name="Move file 2 up").click()
    expect(field(page, "Image").get_by_role("img")).to_be_visible()

    output = run(page).json()["output"]
    assert 0 <= output.pop("seed") < 2**31
    assert output == {
        "name": "adà", "prompt": "<b>\n\"'\\ é😀", "count": 7, "scale": 0.25, "size": 1024, "style": "bold", "loud": False,
        "maybe": False, "tags": ["c", "b"], "numbers": [42], "either": "5", "key": {"secret": "s3cret"},
        "point": {"x": -1, "y": 0}, "settings": {"a": [1, None]},
        "image": {"file": PNG.decode("latin-1")[:100], "size": len(PNG)}, "anything": {"file": "dropped", "size": 7},
        "files": [{"file": "yyy", "size": 3}, {"file": "xxx", "size": 3}],
    }  # fmt: skip


def test_files_are_sent_as_a_form(page):
    """So that neither the page nor the server holds them as text."""
    field(page, "Name").get_by_role("textbox").fill("ada")
    field(page, "Image").locator("input[type=file]").set_input_files(
        {"name": "dot.png", "mimeType": "image/png", "buffer": PNG}
    )
    files = field(page, "Files")
    files.locator("input[type=file]").set_input_files({"name": "x.txt", "mimeType": "text/plain", "buffer": b"xxx"})
    answer = run(page)
    assert answer.request.headers["content-type"].startswith("multipart/form-data; boundary=")
    output = answer.json()["output"]
    assert output["image"] == {"file": PNG.decode("latin-1")[:100], "size": len(PNG)}
    assert output["files"] == [{"file": "xxx", "size": 3}]
    assert output["name"] == "ada"
    page.get_by_role("tab", name="Details").click()
    details = page.get_by_role("tabpanel", name="Details")
    details.locator("summary", has_text="POST").click()
    expect(details).to_contain_text("dot.png (image/png, ")


def test_camera_microphone_and_paste(page):
    field(page, "Name").get_by_role("textbox").fill("ada")
    image = field(page, "Image")
    image.get_by_role("button", name="Take a photo for Image").click()
    expect(image.locator("video")).to_have_js_property("readyState", 4)
    image.get_by_role("button", name="Take the photo").click()
    expect(image.get_by_role("img")).to_be_visible()
    anything = field(page, "Anything")
    anything.get_by_role("button", name="Record sound for Anything").click()
    expect(anything.get_by_text("Recording…")).to_be_visible()
    anything.get_by_role("button", name="Stop recording").click()
    expect(anything.locator("audio")).to_be_visible()
    drop(field(page, "Files").locator(".drop"), "pasted.bin", "paste")
    output = run(page).json()["output"]
    assert output["image"]["file"].startswith("\xff\xd8\xff"), "a JPEG"
    assert output["anything"]["file"].startswith("\x1aE\xdf\xa3"), "a WebM"
    assert output["files"] == [{"file": "dropped", "size": 7}]


def test_author_describes_the_model_and_gives_examples(page):
    expect(page.get_by_role("heading", level=1)).to_have_text("Echo")
    expect(page.locator(".description")).to_contain_text("Tells what it was given.")
    expect(page.locator(".description strong")).to_have_text("each")
    field(page, "Name").get_by_role("textbox").fill("ada")
    field(page, "Prompt").get_by_role("button", name="two").click()
    field(page, "Tags").get_by_role("button", name='["x"]').click()
    assert run(page).json()["output"] == {**NAMED, **DEFAULTS, "prompt": "<i>two</i>\nlines", "tags": ["x"]}


# MARK: - Limits


BEYOND = [
    ("Name", "textbox", "name", "a"),
    ("Name", "textbox", "name", "a" * 21),
    ("Name", "textbox", "name", "Ada"),
    ("Count", "spinbutton", "count", 11),
    ("Count", "spinbutton", "count", 1.5),
    ("Scale", "spinbutton", "scale", -0.5),
    ("Settings", "textbox", "settings", [1]),
]


def test_limits_are_checked_while_typing_in_the_servers_words(page, server):
    for title, control, name, value in BEYOND:
        refusal = server.predict({**NAMED, name: value})
        assert refusal.status == 422
        part = field(page, title)
        part.get_by_role(control).fill(value if isinstance(value, str) else json.dumps(value))
        expect(part.locator(".problem")).to_have_text("\n".join(entry["msg"] for entry in refusal.json["detail"]))
        expect(part.get_by_role(control)).to_have_attribute("aria-invalid", "true")


def test_nothing_is_sent_while_something_is_wrong(page):
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    field(page, "Settings").get_by_role("textbox").fill("{")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(field(page, "Name").locator(".problem")).to_have_text("Field required")
    expect(field(page, "Name").get_by_role("textbox")).to_be_focused()
    expect(field(page, "Settings").locator(".problem")).to_contain_text("Invalid JSON: ")
    assert "POST" not in sent


def test_what_only_the_server_finds_stands_at_its_input(page):
    field(page, "Name").get_by_role("textbox").fill("ada")
    field(page, "Image").get_by_label("Image: address").fill("ftp://example.com/x.png")
    assert run(page).status == 422
    expect(field(page, "Image").locator(".problem")).not_to_be_empty()


# MARK: - Links


def test_link_carries_the_inputs_but_no_secret(page, server):
    field(page, "Name").get_by_role("textbox").fill("ada & é")
    field(page, "Tags").get_by_role("button", name="Remove item 1").click()
    field(page, "Key").locator("input[type=password]").fill("s3cret")
    page.wait_for_url(lambda url: "tags" in url)
    page.wait_for_function("!location.hash.includes('key') && location.hash.includes('name')")
    link = page.url
    assert "s3cret" not in unquote(link)
    page.goto("about:blank")
    page.goto(link)
    expect(field(page, "Name").get_by_role("textbox")).to_have_value("ada & é")
    expect(field(page, "Tags").get_by_role("textbox")).to_have_count(1)
    expect(field(page, "Key").locator("input[type=password]")).to_have_value("")


def test_examples_of_whole_inputs(window, shared):
    """What `examples` of cog.yaml becomes in the document."""
    source = "from cog import BaseRunner\nclass Runner(BaseRunner):\n    def run(self, a: str, n: int = 1) -> str:\n        return a * n\n"
    document = shared(source=source).get("/openapi.json").json
    document["components"]["schemas"]["Input"]["examples"] = [{"a": "x", "n": 3}, {"a": "y"}]
    server = shared(source=source, schema=json.dumps(document))
    page = window.open(server)
    page.get_by_role("button", name="Example 1").click()
    expect(field(page, "A").get_by_role("textbox")).to_have_value("x")
    expect(field(page, "N").get_by_role("spinbutton")).to_have_value("3")
    page.get_by_role("button", name="Example 2").click()
    expect(field(page, "A").get_by_role("textbox")).to_have_value("y")
    expect(field(page, "N").get_by_role("spinbutton")).to_have_value("1")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".output .short")).to_have_text("y")
    window.check(server)
