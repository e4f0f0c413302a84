"""`cog exec`: any command in the model's environment."""

import os
import socket
import subprocess
import urllib.request

import pytest
from pty_session import Terminal
from running import free_port, wait_for
from terminal import COG


def test_runs_a_command(hello):
    result = hello.cog("exec", "echo", "hello", "world").ok()
    assert (result.out, result.err) == ("hello world\n", "")


def test_older_spelling_runs_a_command_too(hello):
    assert hello.cog("run", "echo", "hello", "world").ok().out == "hello world\n"
    assert hello.cog("run", "-p", str(free_port()), "echo", "published").ok().out == "published\n"


def test_needs_no_model(workspace):
    workspace.config('build:\n  python_version: "3.12"\n')
    assert workspace.cog("exec", "python", "-c", "print(6 * 7)").ok().out == "42\n"
    assert not (workspace.directory / ".cog" / "openapi_schema.json").exists()


def test_python_is_the_configured_one(hello, engine):
    expected = engine.run("python:3.12-slim", "python", "-V")
    assert hello.cog("exec", "python", "-V").ok().out == expected


def test_reads_standard_input(hello):
    assert hello.cog("exec", "cat", stdin="abc").ok().out == "abc"


def test_input_that_nobody_reads(hello):
    assert hello.cog("exec", "true", stdin="unread\n" * 1_000_000).ok().out == ""


def test_output_is_passed_on_byte_by_byte(hello):
    """Standard output and error stay apart, and no byte is changed."""
    script = "import sys; sys.stdout.buffer.write(bytes(range(256))); sys.stderr.write('to stderr')"
    done = subprocess.run(
        [COG, "exec", "python", "-c", script],
        cwd=hello.directory,
        env=hello.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == bytes(range(256))
    assert b"to stderr" in done.stderr


def test_under_a_terminal(hello):
    terminal = Terminal(hello, "exec", "bash")
    try:
        before = terminal.settings()
        terminal.read_until(r"root@\w+:/src# ")
        terminal.type("echo x$((1+1))y; tty\n")
        terminal.read_until(r"\rx2y\r\n/dev/pts/\d+\r\n")
        terminal.type("exit 4\n")
        assert terminal.wait() == 4
        assert terminal.settings() == before
    finally:
        terminal.close()


def test_interrupt_at_a_terminal_goes_to_the_command(hello):
    """The terminal is raw: Ctrl-C is a byte for the command in the container, which goes on."""
    terminal = Terminal(hello, "exec", "bash")
    try:
        terminal.read_until(r"root@\w+:/src# ")
        terminal.type("sleep 1000\n")
        terminal.type("\x03")
        terminal.read_until(r"root@\w+:/src# ")
        terminal.type("echo still$((1+1))here\n")
        terminal.read_until("still2here")
        terminal.type("exit\n")
        # A shell leaves with the status of its last command.
        assert terminal.wait() == 0
    finally:
        terminal.close()


def test_interrupt_without_a_terminal_ends_the_command(hello, engine):
    with hello.started("exec", "sleep", "1000") as running:
        wait_for(engine.containers, "the container")
        running.interrupt()
        assert running.wait(15) != 0
    wait_for(lambda: not engine.containers(), "no container left", 5)


def test_environment(hello):
    assert hello.cog("exec", "-e", "A=1", "--env", "B=two words", "printenv", "A", "B").ok().out == "1\ntwo words\n"


def test_environment_of_this_machine_stays_out(hello):
    assert "SECRET_OF_MINE" not in hello.cog("exec", "printenv", env={"SECRET_OF_MINE": "1"}).ok().out
    assert "RUST_LOG=debug" in hello.cog("exec", "printenv", env={"RUST_LOG": "debug"}).ok().out


def test_variable_without_a_value_is_removed(workspace):
    workspace.with_model().config(workspace.read("cog.yaml") + "environment: [MODE=fast]\n")
    assert workspace.cog("exec", "printenv", "MODE").ok().out == "fast\n"
    workspace.cog("exec", "-e", "MODE", "printenv", "MODE", env={"MODE": "mine"}).fails(
        "container exited with status 1"
    )


def test_project_is_the_working_directory(hello):
    assert {"cog.yaml", "predict.py"} <= set(hello.cog("exec", "ls", "/src").ok().out.split())
    assert hello.cog("exec", "pwd").ok().out == "/src\n"


def test_files_appear_in_the_project(workspace):
    workspace.with_model().cog("exec", "sh", "-c", "echo written > from-the-container").ok()
    assert workspace.read("from-the-container") == "written\n"


def test_status_is_passed_on(hello):
    hello.cog("exec", "sh", "-c", "exit 3").fails("container exited with status 3", status=3)


def test_unknown_command(hello):
    result = hello.cog("exec", "no-such-command")
    assert result.status not in (0, 1)
    assert "no-such-command" in result.err


def test_flags_after_the_command_are_its_own(hello):
    script = "import sys; print(sys.argv)"
    out = hello.cog("exec", "python", "-c", script, "-x", "--flag", "--", "-e", "A=1", "-h").ok().out
    assert out == "['-c', '-x', '--flag', '--', '-e', 'A=1', '-h']\n"


def test_published_port_is_for_this_machine_alone(hello, engine):
    port = free_port()
    with hello.started("exec", "-p", str(port), "python", "-m", "http.server", str(port)) as running:
        wait_for(lambda: reachable("127.0.0.1", port), "the published port")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/cog.yaml", timeout=10) as answer:
            assert answer.read().decode() == hello.read("cog.yaml")
        assert not reachable(bridge_address(engine), port)
        running.interrupt()
        running.wait(15)
    wait_for(lambda: not engine.containers(), "no container left", 5)


def reachable(host, port):
    """Whether an HTTP server answers; the engine's own proxy takes connections before the container does."""
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def bridge_address(engine):
    """This machine's address on the containers' network: not the loopback one."""
    template = "{{(index .IPAM.Config 0).Gateway}}"
    address = engine.docker("network", "inspect", "bridge", "--format", template).stdout.strip()
    assert address and not address.startswith("127.")
    return address


def test_port_on_a_given_address(hello, engine):
    port, address = free_port(), bridge_address(engine)
    with hello.started("exec", "-p", f"{address}:{port}", "python", "-m", "http.server", str(port)) as running:
        wait_for(lambda: reachable(address, port), "the published port")
        assert not reachable("127.0.0.1", port)
        running.interrupt()
        running.wait(15)


@pytest.mark.parametrize("port", ["0", ":80", "[::1", "65536", "x", "[::1]80"])
def test_invalid_port_fails_before_anything_is_built(hello, port):
    result = hello.cog("exec", "-p", port, "true").fails(f'invalid port "{port}"')
    assert "Building Docker image" not in result.err


def test_port_in_use(hello):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = hello.cog("exec", "-p", str(port), "true")
        assert result.status != 0
        assert "address already in use" in result.err


def test_layers_are_shared_with_the_full_image(workspace, engine):
    """The image of `exec` has no source and no labels, and every layer of it is in the full image."""
    workspace.with_model().cog("build", "-t", "full-image").ok()
    workspace.cog("exec", "true").ok()
    light = engine.layers("cog-project")
    assert engine.layers("full-image")[: len(light)] == light
    assert engine.run("cog-project", "ls", "-A", "/src") == ""
    assert not engine.labels("cog-project")
    config = engine.inspect("cog-project")["Config"]
    assert config["Entrypoint"] == ["/sbin/tini", "--"]


def test_umask_and_owner(workspace):
    """Files of the project keep their owner and mode in the image's view."""
    workspace.with_model().write("tool.sh", "#!/bin/sh\necho ran\n")
    os.chmod(workspace.directory / "tool.sh", 0o755)
    assert workspace.cog("exec", "./tool.sh").ok().out == "ran\n"
