"""Fixtures of the black-box suites; a conftest imports this module's names."""

import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .environment import PEER, PYTHONS
from .receiver import Receiver
from .server import Server


def pytest_configure(config: pytest.Config) -> None:
    # Under nohup the servers would inherit that a hang-up is ignored. A handler is not inherited.
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)
    config.addinivalue_line(
        "markers", "every_python: runs on each interpreter of COG_TEST_PYTHONS, not the first alone"
    )
    config.addinivalue_line("markers", "ours(strict=True): better than the original on purpose, and fails there")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On the original, what is better on purpose must fail: a test that passes there shows nothing."""
    for item in items:
        mark = item.get_closest_marker("ours")
        if PEER and mark:
            item.add_marker(pytest.mark.xfail(strict=mark.kwargs.get("strict", True), reason="better on purpose"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "python" in metafunc.fixturenames:
        every = metafunc.definition.get_closest_marker("every_python")
        chosen = PYTHONS if every else PYTHONS[:1]
        # The environment's folder names the interpreter: "test-3.13", "peer-venv", ".venv".
        names = [p.split("/")[-3] if p.count("/") >= 3 else p for p in chosen]
        metafunc.parametrize("python", chosen, ids=names if every else ["first"], scope="session")


Start = Callable[..., Server]


@pytest.fixture
def fresh(python: str) -> Iterator[Start]:
    """Starts servers for this test alone; at its end each must stop and leave nothing behind."""
    started: list[Server] = []

    def start(*args: Any, until: str | None = "READY", **kwargs: Any) -> Server:
        server = Server(python, *args, **kwargs)
        started.append(server)
        return server.start(until)

    yield start
    _end(started)


@pytest.fixture(scope="module")
def _shared_servers() -> Iterator[dict[str, Server]]:
    servers: dict[str, Server] = {}
    yield servers
    _end(list(servers.values()))


@pytest.fixture
def shared(python: str, _shared_servers: dict[str, Server]) -> Start:
    """Gives a server that the tests of a module share; a new one if it is gone or not ready any more."""

    def get(*args: Any, **kwargs: Any) -> Server:
        key = repr((python, args, sorted(kwargs.items())))
        server = _shared_servers.get(key)
        if server:
            try:
                server.wait_status("READY", seconds=5)
                return server
            except (AssertionError, OSError):
                server.discard()
        # Recorded before it starts: a start that fails is cleaned up at the module's end.
        server = _shared_servers[key] = Server(python, *args, **kwargs)
        return server.start()

    return get


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def _end(servers: list[Server]) -> None:
    """Stops servers; the ones a test has ended itself are looked after only."""
    problems = []
    for server in servers:
        try:
            if server.running():
                status = server.stop()
                if status != 0:
                    problems.append(f"exit status {status}:\n{server.log_text()[-4000:]}")
            elif server.process:
                server.wait_until_gone()
        except AssertionError as error:
            problems.append(str(error))
        finally:
            server.discard()
    assert PEER or not problems, "\n".join(problems)
