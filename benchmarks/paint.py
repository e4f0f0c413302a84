"""How soon the page at `/docs` is first painted, compared with an empty page. The target is at most twice the time.

    python benchmarks/paint.py http://127.0.0.1:5000 [--rounds 20]

Takes a running server of this product, Debian's Chromium, and an interpreter with Playwright, such as
`.envs/test-3.11/bin/python`. Each round opens both pages in a fresh browser context, one after the other, and takes the
first contentful paint that the browser reports.
"""

import argparse
import shutil
import statistics
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
TARGET_RATIO = 2.0
# A browser reports no paint of a page on which there is nothing.
EMPTY = b"<!doctype html><html lang=en><meta charset=utf-8><title>e</title><p>e</p></html>"
PAINT = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (entry.name === "first-contentful-paint") resolve(entry.startTime);
}).observe({ type: "paint", buffered: true }))"""


class EmptyPage(BaseHTTPRequestHandler):
    """An empty page, from another local server."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(EMPTY)))
        self.end_headers()
        self.wfile.write(EMPTY)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


def paint(browser: Browser, url: str) -> float:
    """Milliseconds from the navigation to the first contentful paint."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(url)
    milliseconds: float = page.evaluate(PAINT)
    context.close()
    return milliseconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", help="the server's address")
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    empty = ThreadingHTTPServer(("127.0.0.1", 0), EmptyPage)
    threading.Thread(target=empty.serve_forever, daemon=True).start()
    urls = {"empty": f"http://127.0.0.1:{empty.server_port}/", "docs": options.server.rstrip("/") + "/docs"}
    times: dict[str, list[float]] = {name: [] for name in urls}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for url in urls.values():
            paint(browser, url)  # The first page of a browser pays for its start.
        for _ in range(options.rounds):
            for name, url in urls.items():
                times[name].append(paint(browser, url))
        print(f"Chromium {browser.version}, {options.rounds} rounds, first contentful paint in ms")
        browser.close()
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, values in times.items():
        print(f"{name:6} median {medians[name]:6.1f}  from {min(values):6.1f} to {max(values):6.1f}")
    ratio = medians["docs"] / medians["empty"]
    print(f"ratio {ratio:.2f}, target at most {TARGET_RATIO:.1f}")


if __name__ == "__main__":
    main()
