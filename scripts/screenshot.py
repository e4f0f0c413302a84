"""Makes docs/playground.png: the page with examples/sketch after a run. Called by scripts/screenshot.sh."""

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests"))

from playwright.sync_api import sync_playwright  # noqa: E402
from support.server import Server  # noqa: E402

PICTURE = ROOT / "docs" / "playground.png"
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")


def main(python: str) -> None:
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    source = (ROOT / "examples" / "sketch" / "run.py").read_text(encoding="utf-8")
    server = Server(python, files={"run.py": source}, reference="run.py:Runner", source="")
    try:
        server.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
            page.goto(f"http://127.0.0.1:{server.port}/docs")
            page.locator("input[type=file]").set_input_files(str(ROOT / "examples" / "ocr" / "photo.jpg"))
            page.get_by_role("button", name="Run", exact=True).click()
            page.locator(".state[data-status=succeeded]").wait_for()
            page.locator(".grid img").last.evaluate("(image) => image.decode()")
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=str(PICTURE))
            browser.close()
        server.stop()
    finally:
        server.discard()
    print(f"{PICTURE}: {PICTURE.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
