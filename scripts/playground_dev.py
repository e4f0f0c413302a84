"""For work on the page: bundles and serves playground/, and forwards all other requests to a running server.

python3 scripts/playground_dev.py http://127.0.0.1:5000 8000
"""

import http.client
import subprocess
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

BUNDLE = Path(__file__).with_name("playground.sh")


def bundle() -> tuple[bytes, str]:
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([BUNDLE, out], check=True)
        return Path(out, "page.html").read_bytes(), Path(out, "policy.txt").read_text(encoding="utf-8")


class Handler(BaseHTTPRequestHandler):
    target = urlsplit("http://127.0.0.1:5000")

    def do_GET(self) -> None:
        if self.path.split("?")[0] == "/docs":
            page, policy = bundle()
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-security-policy", policy)
            self.send_header("content-length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)
        else:
            self.forward()

    def do_POST(self) -> None:
        self.forward()

    def forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        connection = http.client.HTTPConnection(self.target.hostname or "", self.target.port or 80)
        fields = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        connection.request(self.command, self.path, body, fields)
        answer = connection.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length", "date"):
                self.send_header(name, value)
        self.end_headers()
        while piece := answer.read1(65536):
            self.wfile.write(piece)
            self.wfile.flush()
        connection.close()


if __name__ == "__main__":
    Handler.target = urlsplit(sys.argv[1])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
