"""More arrives at once than is processed in one turn: none of it is forgotten."""

import signal
import textwrap

import pytest
from support import processes
from support.waiting import wait_for

BLOCKED = "import os, time\nopen('blocked', 'w').close()\nwhile not os.path.exists('go'): time.sleep(0.01)\nreturn 'go'"


def wait_for_all(server, *wanted):
    """Waits until each of the predictions n0 to n149 has one of the statuses `wanted`."""
    for n in range(150):
        wait_for(lambda n=n: server.get(f"/predictions/n{n}").json.get("status") in wanted, f"n{n} to be {wanted}")


def while_the_loop_is_blocked(server):
    """A prediction that holds the model's event loop until the file "go" is there."""
    blocking = server.begin({"code": BLOCKED})
    server.mark_reached("blocked")
    return blocking


@pytest.mark.ours
@pytest.mark.every_python
@pytest.mark.parametrize("wait", ["", "import asyncio; await asyncio.sleep(0)\n"], ids=["at once", "after a wait"])
def test_requests_that_come_while_the_loop_is_blocked_are_all_answered(fresh, wait):
    server = fresh("script_async", env={"COG_MAX_CONCURRENCY": "200"})
    blocking = while_the_loop_is_blocked(server)
    running = [server.begin({"code": f"{wait}return {n}"}, id=f"n{n}") for n in range(150)]
    wait_for_all(server, "processing")
    (server.cwd / "go").touch()
    assert blocking.result().json["output"] == "go"
    assert [r.result().json["output"] for r in running] == list(range(150))


@pytest.mark.ours
def test_slots_of_clients_that_leave_while_the_loop_is_blocked_are_free_again(fresh):
    server = fresh("script_async", env={"COG_MAX_CONCURRENCY": "200"})
    blocking = while_the_loop_is_blocked(server)
    clients = [server.raw() for _ in range(150)]
    body = b'{"input":{"code":""}}'
    head = b"PUT /predictions/n%d HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    for n, client in enumerate(clients):
        client.send(head % (n, len(body)) + body)
    wait_for_all(server, "processing")
    for client in clients:
        client.close()
    (server.cwd / "go").touch()
    assert blocking.result().json["output"] == "go"
    wait_for_all(server, "canceled", "succeeded")


@pytest.mark.ours
def test_cancel_comes_through_after_many_others(fresh):
    """The model can't take cancels while its loop is blocked; clients may repeat them as often as they like."""
    server = fresh("script_async", env={"COG_MAX_CONCURRENCY": "3"})
    worker = server.worker_pid()
    waiting = "open('WAITS', 'w').close()\nimport asyncio; await asyncio.sleep(600)"
    one, two = (server.begin({"code": waiting.replace("WAITS", id)}, id=id) for id in ("one", "two"))
    server.mark_reached("one")
    server.mark_reached("two")
    blocking = while_the_loop_is_blocked(server)
    again, count = b"POST /predictions/one/cancel HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 700
    with server.raw() as client:
        for _ in range(100):
            client.send(again * count)
            for _ in range(count):
                assert client.read_response().status == 200
    assert server.cancel("two").status == 200
    (server.cwd / "go").touch()
    assert blocking.result().json["output"] == "go"
    assert [running.result().json["status"] for running in (one, two)] == ["canceled", "canceled"]
    assert server.worker_pid() == worker


def answer_of_a_worker_that_dies_unseen(server, code):
    """The response for a prediction whose worker ends while the server is stopped, with all it sent unread."""
    wait = "import os, time\nopen('reached', 'w').close()\nwhile not os.path.exists('go'): time.sleep(0.01)\n"
    running = server.begin({"code": wait + textwrap.dedent(code)})
    server.mark_reached("reached")
    server.signal(signal.SIGSTOP)
    try:
        (server.cwd / "go").touch()
        wait_for(lambda: processes.zombies(server.pid), "the worker to die")
    finally:
        server.signal(signal.SIGCONT)
    return running.result().json


@pytest.mark.ours
def test_what_was_said_between_many_files_is_kept_when_the_worker_dies(fresh):
    """The kernel ends each read at a file that was passed along, so the server has to read often."""
    code = """
        import os, pathlib
        for n in range(60):
            print(n)
            file = pathlib.Path(f"{n}.txt"); file.touch(); yield file
        os._exit(3)
    """
    answer = answer_of_a_worker_that_dies_unseen(fresh("script_stream"), code)
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Worker crashed")
    assert answer["logs"].partition("Worker crashed")[0].split() == [str(n) for n in range(60)]


@pytest.mark.ours
def test_prediction_that_had_ended_with_many_files_outlives_its_worker(fresh):
    code = """
        import _coglet, os, pathlib
        files = [pathlib.Path(f"{n}.txt") for n in range(60)]
        for file in files: file.write_text(file.name)
        send = _coglet.send
        def send_and_die(*frame):
            send(*frame)
            if frame[0] == 38: os._exit(3)  # the frame that ends a prediction
        _coglet.send = send_and_die
        return files
    """
    answer = answer_of_a_worker_that_dies_unseen(fresh("script"), code)
    assert answer["status"] == "succeeded", answer
    assert len(answer["output"]) == 60
