"""The types for model signatures."""

from __future__ import annotations

import io
import os
import pathlib
import sys
from abc import abstractmethod
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, AsyncIterator, Iterator, NoReturn, TypeVar  # noqa: UP035 - subclassed below

from ._download.filename import FILENAME_ILLEGAL_CHARS, FILENAME_MAX_LENGTH, get_filename, shortened
from ._download.urlfile import HTTPError, URLFile
from ._types.frozen import Frozen, LazySerializer

__all__ = [
    "FILENAME_ILLEGAL_CHARS",
    "FILENAME_MAX_LENGTH",
    "AsyncConcatenateIterator",
    "ConcatenateIterator",
    "File",
    "HTTPError",
    "Opaque",
    "Path",
    "Secret",
    "URLFile",
    "URLPath",
    "get_filename",
]

_URL_SCHEMES = ("data", "http", "https")

_Item = TypeVar("_Item", covariant=True)


if TYPE_CHECKING:
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Secret:
        """A value that must not be shown: its str and repr are asterisks."""

        secret_value: str | None = None

        def get_secret_value(self) -> str | None:
            """Return the value itself."""
            ...

else:

    class Secret(Frozen):
        """A value that must not be shown: its str and repr are asterisks."""

        _names = ("secret_value",)
        _types = {"secret_value": "Optional[str]"}

        def __init__(self, secret_value=None):
            self.__dict__["secret_value"] = secret_value

        def __repr__(self):
            return f"Secret({self})"

        def __str__(self):
            return "**********" if self.secret_value is not None else ""

        def get_secret_value(self):
            """Return the value itself."""
            return self.secret_value

        # pydantic looks for this if it has no type to go by, as in a field of type Any.
        __pydantic_serializer__ = LazySerializer()

        @classmethod
        def __get_pydantic_core_schema__(cls, source, handler):
            # Otherwise, pydantic would take the dataclass apart and show the value.
            from pydantic_core import core_schema

            return core_schema.no_info_plain_validator_function(
                lambda value: value if isinstance(value, cls) else cls(value),
                serialization=core_schema.plain_serializer_function_ser_schema(
                    lambda secret: str(secret) if secret.secret_value is not None else None
                ),
            )

        @classmethod
        def __get_pydantic_json_schema__(cls, core_schema, handler):
            return {"type": "string", "format": "password", "writeOnly": True, "x-cog-secret": True}


class File(io.IOBase):
    """A file as an open file object. `Path` is the better choice for new models."""

    @classmethod
    def validate(cls, value: Any) -> io.IOBase:
        """Open a value that a client sent.

        Args:
            value: an open file, or the text of a data, http or https URL.

        Returns:
            The file itself, the bytes of the data URL, or a file that is fetched on the first read.

        Raises:
            ValueError: the text isn't such a URL.
        """
        if isinstance(value, io.IOBase):
            return value
        from urllib.parse import urlparse

        scheme = urlparse(value).scheme
        if scheme == "data":
            from urllib.request import urlopen

            with urlopen(value) as response:
                return io.BytesIO(response.read())
        if scheme in ("http", "https"):
            return URLFile(value)
        raise ValueError(f"'{scheme}' is not a valid URL scheme. 'data', 'http', or 'https' is supported.")


class Path(pathlib.PosixPath):
    """A file, as its path. Inputs are fetched before the model runs and removed afterwards."""

    @classmethod
    def validate(cls, value: Any) -> pathlib.Path:
        """Convert a value that a client sent to a path.

        Args:
            value: a path, the text of a data, http or https URL, or the text of a local path.

        Returns:
            The path itself, a `URLPath` that isn't fetched yet, or a `Path`.
        """
        if isinstance(value, pathlib.Path):
            return value
        from urllib.parse import urlparse

        if urlparse(value).scheme in _URL_SCHEMES:
            return URLPath(source=value, filename=get_filename(value), fileobj=File.validate(value))
        return cls(value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            lambda value: (_path_for_pydantic.get() or Path.validate)(value)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "string", "format": "uri"}


# Makes the paths of pydantic models while those are built from a client's input; None otherwise.
_path_for_pydantic: ContextVar[Callable[[Any], pathlib.PurePath] | None] = ContextVar("cog.types.path", default=None)


class URLPath(pathlib.PosixPath):
    """A file that hasn't been fetched yet. `convert` fetches it.

    Args:
        source: the URL.
        filename: the end of the local file's name.
        fileobj: the content.
    """

    source: str
    filename: str
    fileobj: io.IOBase
    _converted: Path | None

    def __new__(cls, *, source: str, filename: str, fileobj: io.IOBase) -> URLPath:
        return super().__new__(cls, shortened(filename))

    def __init__(self, *, source: str, filename: str, fileobj: io.IOBase) -> None:
        filename = shortened(filename)
        if sys.version_info >= (3, 12):
            super().__init__(filename)
        self.source = source
        self.filename = filename
        self.fileobj = fileobj
        self._converted = None

    def with_segments(self, *segments: str | os.PathLike[str]) -> pathlib.PosixPath:
        """Return a plain path: the parents and siblings of a URL aren't downloads."""
        return pathlib.PosixPath(*segments)

    def convert(self) -> Path:
        """Fetch the file, once.

        Returns:
            The path of a new temporary file; the same one at every call.

        Raises:
            OSError: the download failed.
        """
        if self._converted is None:
            import shutil
            from tempfile import NamedTemporaryFile

            with NamedTemporaryFile(suffix=self.filename, delete=False) as copy:
                try:
                    shutil.copyfileobj(self.fileobj, copy)
                except BaseException:
                    os.unlink(copy.name)
                    raise
            self._converted = Path(copy.name)
        return self._converted

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove the temporary file, if there is one.

        Args:
            missing_ok: don't raise if it is already gone.

        Raises:
            FileNotFoundError: the file is already gone.
        """
        if self._converted is not None:
            self._converted.unlink(missing_ok=missing_ok)

    def __str__(self) -> str:
        return self.source

    def __fspath__(self) -> str:
        return self.source

    def __repr__(self) -> str:
        return f"URLPath({self.source!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle 'URLPath' object: call convert() and pickle what it returns")


if TYPE_CHECKING:
    from typing import Protocol

    # As protocols, they are valid annotations of a generator function.
    class ConcatenateIterator(Iterator[_Item], Protocol[_Item]):
        """Annotation for a model that yields its text piece by piece; clients show the pieces as one text."""

    class AsyncConcatenateIterator(AsyncIterator[_Item], Protocol[_Item]):
        """The same for an asynchronous model."""

else:

    class ConcatenateIterator(Iterator[_Item]):
        """Annotation for a model that yields its text piece by piece; clients show the pieces as one text."""

        @abstractmethod
        def __next__(self): ...

    class AsyncConcatenateIterator(AsyncIterator[_Item]):
        """The same for an asynchronous model."""

        @abstractmethod
        async def __anext__(self): ...


class _Opaque:
    """Marks a type whose values are plain JSON objects to clients: `Annotated[T, Opaque]`."""

    def __repr__(self) -> str:
        return "cog.Opaque"

    def __copy__(self) -> _Opaque:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> _Opaque:
        return self


Opaque = _Opaque()
