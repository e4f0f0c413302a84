"""Starts the prediction server: `python -m cog.server.http`.

It reads the command line and the environment, finds the interpreter's shared library, and replaces itself with the
server's own binary, `coglet`. Slow modules are imported only where needed, because this is part of every start.
"""

from __future__ import annotations

import os
import sys

from cog import _server_tables

# `typing` is not imported for this, because `python -m` looks for it in the model's folder first.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator
    from typing import NoReturn

_DEFAULT_PORT = 5000
_SAGEMAKER_PORT = 8080
_TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})
_FALSE = frozenset({"", "0", "false", "no", "off", "n", "f"})
_VALUED = ("--host", "--x-mode", "--await-explicit-shutdown", "--upload-url", "--threads")


class Options:
    """The command line.

    Args:
        host: the address to listen on, or a host's name.
        mode: "predict" or "train".
        await_explicit_shutdown: ignore SIGTERM.
        upload_url: where output files are uploaded to.
        sagemaker: answer as a SageMaker container does.
    """

    def __init__(
        self,
        host: str = "0.0.0.0",
        mode: str = "predict",
        await_explicit_shutdown: bool = False,
        upload_url: str | None = None,
        sagemaker: bool = False,
    ) -> None:
        self.host = host
        self.mode = mode
        self.await_explicit_shutdown = await_explicit_shutdown
        self.upload_url = upload_url
        self.sagemaker = sagemaker


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


# MARK: - Command line


def parse(arguments: list[str]) -> Options:
    """Read the command line.

    Args:
        arguments: without the program's name.

    Raises:
        SystemExit: 2 for a wrong one, 0 after `--help` and `--version`.
    """
    options = _parse_plain(arguments)
    return options if options is not None else _parse_fully(arguments)


def _parse_plain(arguments: list[str]) -> Options | None:
    """Read a simple command line; None leaves it to argparse, which is slow to import."""
    options = Options()
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if argument == "serve":
            options.sagemaker = True
            continue
        if name not in _VALUED:
            return None
        if not equals:
            value = next(rest, "-")
            if value.startswith("-"):
                return None
        if not _apply(options, name, value):
            return None
    return options


def _apply(options: Options, name: str, value: str) -> bool:
    if name == "--host":
        options.host = value
    elif name == "--x-mode":
        options.mode = value
        return value in ("predict", "train")
    elif name == "--await-explicit-shutdown":
        try:
            options.await_explicit_shutdown = _boolean(value)
        except ValueError:
            return False
    elif name == "--upload-url":
        options.upload_url = value or None
    else:
        return value.isdecimal()
    return True


def _boolean(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise ValueError(text)


def _mode(text: str) -> str:
    if text not in ("predict", "train"):
        raise ValueError(text)
    return text


# argparse names these in its messages.
_mode.__name__ = "Mode"
_boolean.__name__ = "boolean"


if not TYPE_CHECKING:

    def __getattr__(name):
        if name == "Mode":  # Old code imports the enumeration from here.
            from cog.mode import Mode

            return Mode
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _parse_fully(arguments: list[str]) -> Options:
    parser = _parser()
    found = parser.parse_args(arguments)
    if found.command not in (None, "serve"):
        parser.error(f"unrecognized arguments: {found.command}")
    return Options(
        found.host, found.mode, found.await_explicit_shutdown, found.upload_url or None, found.command == "serve"
    )


def _parser() -> ArgumentParser:
    import argparse

    from cog._version import version

    parser = argparse.ArgumentParser(prog="http.py", description="Cog HTTP server")
    # Without choices, so that another word gets the usual message.
    parser.add_argument(
        "command", nargs="?", metavar="serve", help="answer as a SageMaker container does, on port 8080"
    )
    parser.add_argument("-v", "--version", action="version", version=f"coglet {version}")
    parser.add_argument("--host", default="0.0.0.0", metavar="HOST", help="address or name to listen on (0.0.0.0)")
    parser.add_argument(
        "--await-explicit-shutdown",
        type=_boolean,
        default=False,
        metavar="BOOL",
        help="true: ignore SIGTERM; end on POST /shutdown, SIGINT, or SIGHUP",
    )
    parser.add_argument(
        "--x-mode", dest="mode", type=_mode, default="predict", metavar="MODE", help="predict (default) or train"
    )
    parser.add_argument("--threads", type=int, metavar="N", help="accepted for old command lines, has no effect")
    parser.add_argument("--upload-url", metavar="URL", help="where output files are uploaded to")
    return parser


# MARK: - Start


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
        _fail(f"ERROR: {binary} can't be started: {error.strerror}.")


def _fail(*lines: str) -> NoReturn:
    print(*lines, sep="\n", file=sys.stderr)
    raise SystemExit(1)


def _reference(mode: str) -> str:
    variable = "COG_TRAIN_TYPE_STUB" if mode == "train" else "COG_PREDICT_TYPE_STUB"
    reference = os.environ.get(variable)
    if not reference:
        example = "train.py:train" if mode == "train" else "predict.py:Predictor"
        _fail(
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
        _fail(message, f"ValueError: {error}")
    if not 0 <= port <= 65535:
        _fail(message, f"OverflowError: {name} is {port}")
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
        _fail(f"ERROR: --host {host}: no such address: {getattr(error, 'strerror', None) or error}.")
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
        _fail(
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


# MARK: - libpython


def find_libpython() -> str:
    """Find the shared library of the running interpreter.

    Returns:
        Its path.

    Raises:
        SystemExit: there is none; the message says which package contains it.
    """
    for path in _candidates():
        if os.path.isfile(path):
            return path
    series = "%d.%d" % sys.version_info[:2]  # noqa: UP031
    _fail(
        f"ERROR: Python's shared library (libpython{series}.so) was not found.",
        f"On Debian and Ubuntu install it with: apt-get install libpython{series}",
        "With pyenv, build Python with: PYTHON_CONFIGURE_OPTS=--enable-shared",
    )


def _candidates() -> Iterator[str]:
    series = "%d.%d" % sys.version_info[:2]  # noqa: UP031
    stem = f"libpython{series}{getattr(sys, 'abiflags', '')}.so"
    names = (f"{stem}.1.0", stem, f"{stem}.1")
    # An interpreter that is linked with the library has already loaded it.
    loaded = _loaded_library(stem)
    if loaded:
        yield loaded
    multiarch = getattr(sys.implementation, "_multiarch", "")
    folders = [os.path.join(sys.base_prefix, "lib")]
    if multiarch:
        folders += [os.path.join(sys.base_prefix, "lib", multiarch), os.path.join("/usr/lib", multiarch)]
    for folder in folders:
        for name in names:
            yield os.path.join(folder, name)
    import sysconfig

    folder = sysconfig.get_config_var("LIBDIR") or ""
    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    base = os.path.dirname(os.path.realpath(sys.executable))
    for name in (sysconfig.get_config_var("INSTSONAME"), sysconfig.get_config_var("LDLIBRARY"), *names):
        if name and ".so" in name:
            yield os.path.join(folder, name)
            yield os.path.join(folder, multiarch, name)
            yield os.path.join(base, name)
            yield os.path.join(os.path.dirname(base), "lib", name)


def _loaded_library(stem: str) -> str:
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
            for line in maps:
                path = line[line.find("/") :].rstrip("\n") if "/" in line else ""
                if os.path.basename(path).startswith(stem):
                    return path
    except OSError:
        pass
    return ""


if __name__ == "__main__":
    main()
