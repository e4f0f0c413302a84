"""The command line of the server."""

from __future__ import annotations

# `typing` is not imported for this, because `python -m` looks for it in the model's folder first.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from argparse import ArgumentParser

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
