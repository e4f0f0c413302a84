"""HAProxy in front of some servers, which it probes by the status of `/readyz`."""

import os
import socket
import subprocess
from pathlib import Path

from fleet import RollingError, Server, free_port, wait_for

CONFIGURATION = """
global
    maxconn 1000
    stats socket unix@haproxy.sock mode 600
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend models
    bind 127.0.0.1:{port}
    default_backend servers
backend servers
    balance leastconn
    option httpchk GET /readyz
    http-check expect status 200
    default-server check inter {interval} fall 2 rise 1
"""


class Balancer:
    """A running HAProxy."""

    def __init__(self, program: str, libraries: str | None, folder: Path, servers: list[Server], interval: str) -> None:
        self.port = free_port()
        # The address of a socket is at most 107 bytes long.
        self._folder = folder
        self._log = folder / "haproxy.log"
        lines = [f"    server {server.name} 127.0.0.1:{server.port}" for server in servers]
        text = CONFIGURATION.format(port=self.port, interval=interval)
        (folder / "haproxy.cfg").write_text(text + "\n".join(lines) + "\n")
        environment = {**os.environ, **({"LD_LIBRARY_PATH": libraries} if libraries else {})}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [program, "-db", "-f", "haproxy.cfg"], cwd=folder, env=environment, stdout=log, stderr=log
            )
        wait_for(lambda: all(self.is_up(server) for server in servers), "HAProxy to find all servers")

    def is_up(self, server: Server) -> bool:
        """Whether it sends requests to a server."""
        for line in self._statistics().splitlines():
            fields = line.split(",")
            if fields[:2] == ["servers", server.name]:
                return fields[17] == "UP"
        return False

    def _statistics(self) -> str:
        if self._process.poll() is not None:
            raise RollingError(f"HAProxy has ended:\n{self._log.read_text()}")
        text = b""
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                # Opened through the folder's descriptor, because the path of a test's folder can be too long.
                folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
                try:
                    connection.connect(f"/proc/self/fd/{folder}/haproxy.sock")
                finally:
                    os.close(folder)
                connection.sendall(b"show stat\n")
                while part := connection.recv(65_536):
                    text += part
            except OSError:
                return ""
        return text.decode()

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
