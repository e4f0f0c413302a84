"""Starts the prediction server: `python -m cog.server.http`.

It reads the command line and the environment, finds the interpreter's shared library, and replaces itself with the
server's own binary, `coglet`. Slow modules are imported only where needed, because this is part of every start.
"""

from __future__ import annotations

import os
import sys

from cog import _server_tables

from .failing import fail
from .libpython import find_libpython
from .options import Options, parse

# `typing` is not imported for this, because `python -m` looks for it in the model's folder first.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import NoReturn

_DEFAULT_PORT = 5000
_SAGEMAKER_PORT = 8080


def main(arguments: list[str] | None = None) -> NoReturn:
    """Start the server; doesn't return.

    Args:
        arguments: the command line, by default the program's own.

    Raises:
        SystemExit: 2 for a wrong command line, 1 for a wrong environment, 0 after `--help` and `--version`.
    """
    # Imports from here on must not find a file of the model with the same name.
    sys.path[:] = [each for each in sys.path if each not in ("", os.getcwd())]
    start(parse(sys.argv[1:] if arguments is None else arguments))


if not TYPE_CHECKING:

    def __getattr__(name):
        if name == "Mode":  # Old code imports the enumeration from here.
            from cog.mode import Mode

            return Mode
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def start(options: Options, reference: str | None = None, port: int | None = None) -> NoReturn:
    """Replace this process with the server.

    Args:
        options: the command line.
        reference: the model; by default the value in the environment.
        port: the port; by default the value in the environment.

    Raises:
        SystemExit: the environment is wrong, or something is not installed. The reason is on standard error.
    """
    from cog._version import version

    command = [
        "coglet",
        "--host",
        _address(options.host),
        "--port",
        str(_port(options) if port is None else port),
        "--mode",
        options.mode,
        "--reference",
        reference or _reference(options.mode),
        "--python",
        sys.executable,
        "--libpython",
        find_libpython(),
        "--python-version",
        "%d.%d.%d" % sys.version_info[:3],  # noqa: UP031 - sys.version_info[:3] has no names for an f-string
        "--sdk-version",
        version,
    ]
    if options.upload_url:
        command += ["--upload-url", options.upload_url]
    if options.sagemaker:
        command.append("--sagemaker")
    if options.await_explicit_shutdown:
        command.append("--await-explicit-shutdown")
    bundle = _certifi_bundle()
    if bundle:
        command += ["--certifi", bundle]
    binary = _binary()
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execv(binary, command)
    except OSError as error:
        fail(f"ERROR: {binary} can't be started: {error.strerror}.")


def _reference(mode: str) -> str:
    variable = "COG_TRAIN_TYPE_STUB" if mode == "train" else "COG_PREDICT_TYPE_STUB"
    reference = os.environ.get(variable)
    if not reference:
        example = "train.py:train" if mode == "train" else "predict.py:Predictor"
        fail(
            f"ERROR: {variable} environment variable is not set.",
            "This should be set automatically by 'cog build'. If running manually,",
            f"set it to your predictor reference (e.g. {variable}={example}).",
        )
    return reference


def _port(options: Options) -> int:
    """Return the port set by the platform or the environment."""
    if options.sagemaker:
        name, standard = "SAGEMAKER_BIND_TO_PORT", _SAGEMAKER_PORT
    else:
        # Vertex AI sends requests to its own port, whatever the image says.
        name, standard = "AIP_HTTP_PORT" if os.environ.get("AIP_HTTP_PORT") else "PORT", _DEFAULT_PORT
    text = os.environ.get(name)
    if text is None:
        return standard
    message = f"ERROR: the environment variable {name} must be a number from 0 to 65535."
    try:
        port = int(text)
    except ValueError as error:
        fail(message, f"ValueError: {error}")
    if not 0 <= port <= 65535:
        fail(message, f"OverflowError: {name} is {port}")
    return port


def _address(host: str) -> str:
    """Return the numeric address of a host."""
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if host.count(".") == 3 and host.replace(".", "").isdecimal():
        return host
    import socket

    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        fail(f"ERROR: --host {host}: no such address: {getattr(error, 'strerror', None) or error}.")
    # The first IPv4 address, if there is one: `localhost` means 127.0.0.1 to most clients.
    addresses = sorted(found, key=lambda entry: entry[0] != socket.AF_INET)
    return str(addresses[0][4][0])


def _binary() -> str:
    override = os.environ.get("COGLET_BINARY")
    if override:
        return override
    try:
        import coglet

        path: str = coglet.binary_path("coglet")
        return path
    except (ImportError, FileNotFoundError) as error:
        fail(
            f"ERROR: the prediction server is not installed: {error}.",
            f"Install it with: {sys.executable} -m pip install coglet",
        )


def _certifi_bundle() -> str:
    """Return the path of certifi's certificates if the system has none of its own; "" if there is nothing to add.

    Looks where an import would, because importing certifi, or asking importlib for it, would slow down startup.
    """
    if any(map(_has_content, _server_tables.SYSTEM_BUNDLES)):
        return ""
    for folder in sys.path:
        package = os.path.join(folder or os.curdir, "certifi")
        if os.path.isfile(os.path.join(package, "__init__.py")):
            bundle = os.path.abspath(os.path.join(package, "cacert.pem"))
            return bundle if _has_content(bundle) else ""
    return ""


def _has_content(path: str) -> bool:
    try:
        return os.stat(path).st_size > 0
    except OSError:
        return False


if __name__ == "__main__":
    main()
