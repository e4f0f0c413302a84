"""`cog serve`: the model's HTTP server, with the project mounted."""

import base64
import contextlib
import json
import signal
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from running import free_port, get, post, wait_for, wait_status
from test_exec import bridge_address, reachable


def test_serves(hello, engine):
    port = free_port()
    with hello.started("serve", "-p", str(port)) as running:
        running.says(f"Serving at http://localhost:{port}\n")
        wait_status(port, "READY")
        answer = post(f"http://127.0.0.1:{port}/predictions", {"input": {"s": "world"}})
        assert (answer["status"], answer["output"]) == ("succeeded", "hello world")
        document = get(f"http://127.0.0.1:{port}/openapi.json")
        # The server adds routes of its own to what the build has recorded.
        recorded = json.loads(hello.read(".cog/openapi_schema.json"))
        assert document["paths"].keys() >= recorded["paths"].keys()
        for name in ("Input", "Output"):
            assert document["components"]["schemas"][name] == recorded["components"]["schemas"][name]
        assert not reachable(bridge_address(engine), port)
        assert running.out == ""
        running.interrupt()
        assert running.wait(15) == 0
    assert engine.containers() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_stop_the_container(hello, engine, number):
    port = free_port()
    with hello.started("serve", "-p", str(port)) as running:
        wait_status(port, "READY")
        running.process.send_signal(number)
        assert running.wait(15) == 0
    assert engine.containers() == []


SLOW = """
    import pathlib, time
    from cog import BasePredictor


    class Predictor(BasePredictor):
        def predict(self) -> str:
            pathlib.Path("reached").touch()
            time.sleep(4)
            return "through"
"""


def test_container_that_others_stop_finishes_its_prediction(workspace, engine):
    """`docker stop` gives it the time it needs, and a signal that it obeys."""
    port = free_port()
    with workspace.predictor(SLOW).started("serve", "-p", str(port)) as running, ThreadPoolExecutor() as threads:
        wait_status(port, "READY")
        answer = threads.submit(post, f"http://127.0.0.1:{port}/predictions", {"input": {}})
        wait_for((workspace.directory / "reached").exists, "the prediction to begin")
        (container,) = engine.containers()
        engine.docker("stop", container)
        assert answer.result()["output"] == "through"
        assert running.wait(15) == 0, running.err


def test_container_that_others_stop_before_it_was_seen_to_answer(hello, engine):
    port = free_port()
    with hello.started("serve", "-p", str(port)) as running:
        # Before it, the build runs others.
        wait_for(lambda: "cog-serve-" in engine.docker("ps", "--format", "{{.Names}}").stdout, "the container")
        running.process.send_signal(signal.SIGSTOP)
        wait_status(port, "READY")
        engine.docker("stop", *engine.containers())
        running.process.send_signal(signal.SIGCONT)
        assert running.wait(15) == 0, running.err


def test_interrupt_during_the_build(workspace, engine):
    workspace.with_model().build('python_version: "3.12"', 'run: ["echo the long step && sleep 300"]')
    with workspace.started("serve", "-p", str(free_port()), "--progress", "plain") as running:
        running.says("the long step")
        running.interrupt()
        assert running.wait(15) == 0
    assert not (workspace.directory / ".cog" / "build").exists()


def test_edited_source_needs_no_new_layers(workspace, engine):
    workspace.with_model()
    outputs, layers = [], []
    for word in ("hello ", "goodbye "):
        workspace.write("predict.py", workspace.read("predict.py").replace("hello ", word))
        port = free_port()
        with workspace.started("serve", "-p", str(port)) as running:
            wait_status(port, "READY")
            outputs.append(post(f"http://127.0.0.1:{port}/predictions", {"input": {"s": "you"}})["output"])
            running.interrupt()
            assert running.wait(15) == 0
        layers.append(engine.layers("cog-project"))
    assert outputs == ["hello you", "goodbye you"]
    shared = [layer for layer in layers[0] if layer in layers[1]]
    assert len(shared) >= len(layers[0]) - 1  # the document alone


def test_on_all_addresses(hello, engine):
    port = free_port()
    with hello.started("serve", "-p", str(port), "--host", "0.0.0.0") as running:
        running.says(f"Serving at http://0.0.0.0:{port} (http://localhost:{port})\n")
        wait_status(port, "READY")
        wait_for(lambda: get(f"http://{bridge_address(engine)}:{port}/health-check"), "the other address")
        running.interrupt()
        assert running.wait(15) == 0


SLOW_SETUP = """
    import time
    from cog import BasePredictor


    class Predictor(BasePredictor):
        def setup(self) -> None:
            time.sleep(60)

        def predict(self, s: str) -> str:
            return s
"""


def test_setup_that_takes_too_long(workspace):
    """A server that is started by hand stays, and says what is wrong."""
    workspace.predictor(SLOW_SETUP)
    workspace.config(workspace.read("cog.yaml") + "environment: [COG_SETUP_TIMEOUT=1]\n")
    port = free_port()
    with workspace.started("serve", "-p", str(port)) as running:
        wait_status(port, "SETUP_FAILED")
        running.interrupt()
        assert running.wait(15) == 0


def test_environment_option(workspace):
    source = """
        import os
        from cog import BasePredictor


        class Predictor(BasePredictor):
            def predict(self) -> str:
                return os.environ["WORD"]
    """
    port = free_port()
    with workspace.predictor(source).started("serve", "-p", str(port), "-e", "WORD=given") as running:
        wait_status(port, "READY")
        assert post(f"http://127.0.0.1:{port}/predictions", {"input": {}})["output"] == "given"
        running.interrupt()
        assert running.wait(15) == 0


def test_model_that_exits(workspace):
    source = """
        import sys
        from cog import BasePredictor


        class Predictor(BasePredictor):
            def predict(self, leave: bool) -> str:
                if leave:
                    sys.exit(3)
                return "still here"
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}/predictions"
    with workspace.predictor(source).started("serve", "-p", str(port)) as running:
        wait_status(port, "READY")
        assert post(url, {"input": {"leave": True}})["status"] == "failed"
        wait_status(port, "READY")
        assert post(url, {"input": {"leave": False}})["output"] == "still here"
        running.interrupt()
        assert running.wait(15) == 0


@pytest.fixture
def uploads(engine):
    """A server on the containers' side of this machine that keeps what is put there."""
    received = {}

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self):
            received[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer((bridge_address(engine), 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], received
    server.shutdown()
    server.server_close()


FILE_OUTPUT = """
    from cog import BasePredictor, Path


    class Predictor(BasePredictor):
        def predict(self) -> Path:
            Path("/tmp/picture.png").write_bytes(b"not really a picture")
            return Path("/tmp/picture.png")
"""


def test_files_are_uploaded(workspace, uploads):
    upload_port, received = uploads
    port = free_port()
    upload_url = f"http://host.docker.internal:{upload_port}/files/"
    with workspace.predictor(FILE_OUTPUT).started("serve", "-p", str(port), "--upload-url", upload_url) as running:
        wait_status(port, "READY")
        answer = post(f"http://127.0.0.1:{port}/predictions", {"input": {}})
        assert answer["output"] == upload_url + "picture.png"
        running.interrupt()
        assert running.wait(15) == 0
    assert received == {"/files/picture.png": b"not really a picture"}


def test_files_are_data_urls_without_an_upload_url(workspace):
    port = free_port()
    with workspace.predictor(FILE_OUTPUT).started("serve", "-p", str(port)) as running:
        wait_status(port, "READY")
        output = post(f"http://127.0.0.1:{port}/predictions", {"input": {}})["output"]
        assert output == "data:image/png;base64," + base64.b64encode(b"not really a picture").decode()
        running.interrupt()
        assert running.wait(15) == 0


def test_server_that_ends_by_itself(workspace, engine):
    """A container that is gone ends the command, and with a failure."""
    port = free_port()
    with workspace.with_model().started("serve", "-p", str(port)) as running:
        wait_status(port, "READY")
        engine.docker("kill", engine.containers()[0])
        assert running.wait(15) == 1
        assert "container exited with status 137" in running.err


def test_port_in_use(hello):
    port = free_port()
    with hello.started("serve", "-p", str(port)) as running:
        wait_status(port, "READY")
        result = hello.cog("serve", "-p", str(port))
        assert result.status == 1
        assert "port" in result.err
        running.interrupt()
        assert running.wait(15) == 0


def refusal(port: int) -> str | None:
    """What a port says that answers with status 503; None where it answers otherwise, or not."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)
    except urllib.error.HTTPError as error:
        return json.load(error)["detail"] if error.code == 503 else None
    except OSError:
        return None
    return None


def test_edited_sources_are_served(workspace, engine):
    """With --reload; while the code is broken, the port says why."""
    port = free_port()

    def output() -> str | None:
        answer = None
        with contextlib.suppress(OSError):  # Starting again.
            answer = post(f"http://127.0.0.1:{port}/predictions", {"input": {"s": "you"}})
        return answer and answer["output"]

    with workspace.with_model().started("serve", "--reload", "-p", str(port)) as running:
        running.says(f"Serving at http://localhost:{port}\n")
        wait_for(lambda: output() == "hello you", "the model")
        source = workspace.read("predict.py")
        workspace.write("predict.py", "import nowhere\n" + source)
        assert "No module named 'nowhere'" in wait_for(lambda: refusal(port), "the reason")
        workspace.write("predict.py", source.replace("hello ", "edited "))
        wait_for(lambda: output() == "edited you", "the edited model")
        running.interrupt()
        assert running.wait(15) == 0
    assert engine.containers() == []


def test_a_command_that_is_killed_leaves_no_container(hello, engine):
    with hello.started("serve", "-p", str(free_port())) as running:
        running.says("Serving at")
        running.process.kill()
        wait_for(lambda: not engine.containers(), "no container left", 60)
