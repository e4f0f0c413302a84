"""The browser's own EventSource, whose connections break off at random."""

# ruff: noqa: F811

import contextlib
import random
import socket
import threading

import pytest
from support.browser import browser, window  # noqa: F401
from support.environment import DEADLINE

pytestmark = pytest.mark.ours

CUTS = 20
COUNT = 400
FOLLOW = """([path, limit]) => new Promise((resolve) => {
  const seen = [], source = new EventSource(path);
  let opened = 0;
  source.onopen = () => opened++;
  for (const name of ["start", "output", "completed"])
    source.addEventListener(name, (event) => seen.push([name, event.lastEventId, JSON.parse(event.data).index]));
  // After `completed`, the source reconnects, and 204 tells it that nothing follows.
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) resolve({seen, opened});
  };
  setTimeout(() => resolve({seen, opened}), limit);
})"""


class CuttingProxy:
    """Passes bytes on both ways, and cuts its first connections off somewhere in the answer's body."""

    def __init__(self, port, cuts):
        self.target = port
        self.left = cuts
        self.random = random.Random(7)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self.listener.accept()[0],), daemon=True).start()

    def _serve(self, client):
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
            with contextlib.suppress(OSError):
                self._answer(client, server)
            for end in (client, server):
                # To close them is not enough while the other thread reads.
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _answer(self, client, server):
        data = b""
        while b"\r\n\r\n" not in data:
            if not (more := server.recv(65536)):
                return
            data += more
        head, body = data.split(b"\r\n\r\n", 1)
        is_stream = b"text/event-stream" in head
        # The browser shall not wait seconds before it comes again.
        client.sendall(head + b"\r\n\r\n" + (b"b\r\nretry: 10\n\n\r\n" if is_stream else b""))
        budget = self.random.randrange(200, 2500) if is_stream and self.left > 0 else None
        self.left -= budget is not None
        while True:
            client.sendall(body if budget is None else body[:budget])
            if budget is not None and (budget := budget - len(body)) <= 0:
                return
            if not (body := server.recv(65536)):
                return

    def _pass_on(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                # One request a connection, so that each answer begins one.
                target.sendall(data.replace(b"Connection: keep-alive", b"Connection: close"))

    def close(self):
        self.listener.close()


def test_event_source_misses_nothing_and_repeats_nothing(window, shared):
    server = shared("script_stream")
    answer = server.predict_async(
        {"code": f"import time\nfor n in range({COUNT}):\n    yield n\n    time.sleep(0.001)"}, id="es"
    )
    assert answer.status == 202
    proxy = CuttingProxy(server.port, CUTS)
    try:
        window.page.set_default_timeout(3 * DEADLINE * 1000)
        window.page.goto(f"http://127.0.0.1:{proxy.port}/health-check")
        found = window.page.evaluate(FOLLOW, ["/predictions/es", 2000 * DEADLINE])
    finally:
        proxy.close()
    assert proxy.left == 0
    assert found["opened"] > CUTS
    assert [name for name, _, _ in found["seen"]] == ["start", *["output"] * COUNT, "completed"]
    assert [index for name, _, index in found["seen"] if name == "output"] == list(range(COUNT))
    ids = [int(id) for _, id, _ in found["seen"]]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
