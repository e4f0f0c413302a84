"""Makes docs/playground.png: the page with examples/ocr after a run. Called by scripts/screenshot.sh."""

import os
import shutil
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests"))

from playwright.sync_api import sync_playwright  # noqa: E402
from support.server import Server  # noqa: E402

PICTURE = ROOT / "docs" / "playground.png"
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
# The largest picture that readers of the documentation should have to load.
SIZE_LIMIT_BYTES = 200_000


def take(port: int) -> None:
    """Runs one prediction in the page and takes the picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        page.goto(f"http://127.0.0.1:{port}/docs")
        page.locator("input[type=file]").set_input_files(str(ROOT / "examples" / "ocr" / "photo.jpg"))
        page.get_by_role("button", name="Run", exact=True).click()
        page.locator(".state[data-status=succeeded]").wait_for(timeout=120_000)
        page.get_by_text("Ready", exact=True).wait_for()
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=str(PICTURE))
        browser.close()


def shrink() -> None:
    """256 colors are enough for the page, and a quarter of the size."""
    with Image.open(PICTURE) as picture:
        picture.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT).save(PICTURE, optimize=True)
    size = PICTURE.stat().st_size
    print(f"{PICTURE}: {size} bytes")
    if size > SIZE_LIMIT_BYTES:
        sys.exit(f"larger than {SIZE_LIMIT_BYTES} bytes")


def main(python: str) -> None:
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    source = (ROOT / "examples" / "ocr" / "run.py").read_text(encoding="utf-8")
    server = Server(python, files={"run.py": source}, reference="run.py:Runner", source="")
    try:
        server.start()
        take(server.port)
        server.stop()
    finally:
        server.discard()
    shrink()


if __name__ == "__main__":
    main(sys.argv[1])
