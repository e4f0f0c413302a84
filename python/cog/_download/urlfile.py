"""`URLFile`: a file that is fetched over HTTP when it is first read."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from typing import Any


class HTTPError(OSError):
    """The server answered with an error; the text names the status and the URL."""


class URLFile(io.IOBase):
    """A lazy file over HTTP. Attributes beyond those of a file are the response's (`status`, `headers`, …).

    Args:
        url: the http or https URL.
        filename: the file's name, instead of the last component of the URL.

    Raises:
        ValueError: the URL has another scheme.
    """

    __slots__ = ("__target__", "__url__", "name")

    def __init__(self, url: str, filename: str | None = None) -> None:
        from urllib.parse import urlparse

        url = url.strip()
        parts = urlparse(url)
        if parts.scheme not in ("http", "https"):
            raise ValueError("URLFile requires URL to conform to HTTP or HTTPS protocol")
        object.__setattr__(self, "name", filename or os.path.basename(parts.path))
        object.__setattr__(self, "__url__", url)

    def __del__(self) -> None:
        try:
            target = object.__getattribute__(self, "__target__")
        except AttributeError:
            return
        target.close()

    def __getstate__(self) -> dict[str, Any]:
        return {"name": self.name, "url": object.__getattribute__(self, "__url__")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        object.__setattr__(self, "name", state["name"])
        object.__setattr__(self, "__url__", state["url"])

    def __reduce__(self) -> Any:
        return _empty, (type(self),), self.__getstate__()

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.__reduce__()

    @property
    def __wrapped__(self) -> Any:
        """The response; reading this fetches it."""
        try:
            return object.__getattribute__(self, "__target__")
        except AttributeError:
            target = open_url(object.__getattribute__(self, "__url__"))
            object.__setattr__(self, "__target__", target)
            return target

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self.__wrapped__, name)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.__wrapped__)

    def __next__(self) -> bytes:
        return next(self.__wrapped__)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        try:
            target = object.__getattribute__(self, "__target__")
        except AttributeError:
            from .url import printable

            return (
                f"<{type(self).__name__} at 0x{id(self):x} for {printable(object.__getattribute__(self, '__url__'))!r}>"
            )
        return f"<{type(self).__name__} at 0x{id(self):x} wrapping {target!r}>"

    def readable(self) -> bool:
        """Return False without fetching anything."""
        return False

    def seekable(self) -> bool:
        """Return False, because the content can be read only once."""
        return False

    def read(self, size: int | None = -1) -> bytes:
        """Return up to `size` bytes, or all that are left."""
        return self.__wrapped__.read(size)  # type: ignore[no-any-return]

    def readline(self, size: int | None = -1) -> bytes:
        """Return the next line."""
        return self.__wrapped__.readline(size)  # type: ignore[no-any-return]

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        """Return the lines that are left."""
        return self.__wrapped__.readlines(hint)  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close the connection, if there is one."""
        try:
            target = object.__getattribute__(self, "__target__")
        except AttributeError:
            return
        target.close()

    @property
    def closed(self) -> bool:
        """Whether the content was fetched and closed."""
        try:
            target = object.__getattribute__(self, "__target__")
        except AttributeError:
            return False
        return bool(target.closed)


def _empty(cls: type[URLFile]) -> URLFile:
    return cls.__new__(cls)


URLFile.__module__ = HTTPError.__module__ = "cog.types"


class Response(io.BufferedReader):
    """The decoded body of a response; other attributes are those of `http.client.HTTPResponse`."""

    def __init__(self, response: Any, body: Any) -> None:
        self._response = response
        super().__init__(body)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_response"], name)

    def __repr__(self) -> str:
        from .url import printable

        return f"<cog.HTTPResponse {self._response.status} {printable(self._response.url)}>"

    def close(self) -> None:
        """Close the body and the connection."""
        super().close()
        self._response.close()


class _Inflated(io.RawIOBase):
    """Decodes a body as it is read."""

    def __init__(self, response: Any, encoding: str) -> None:
        import zlib

        self._response = response
        # 47: gzip or zlib, depending on the first bytes. "deflate" is sometimes sent without zlib's header.
        self._new: Callable[[], Any] = lambda: zlib.decompressobj(47)
        self._raw: Callable[[], Any] | None = (lambda: zlib.decompressobj(-15)) if encoding == "deflate" else None
        self._decoder: Any = self._new()
        self._pending = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        while True:
            if not self._pending:
                self._pending = self._response.read(65536)
                if not self._pending:
                    if not self._decoder.eof:
                        raise EOFError("the compressed body ended before its end-of-stream marker")
                    return 0
            if self._decoder.eof:  # The next member of a gzip body.
                self._decoder = self._new()
            decoded = self._decode(self._pending, len(view))
            self._pending = self._decoder.unconsumed_tail or self._decoder.unused_data
            if decoded:
                view[: len(decoded)] = decoded
                return len(decoded)

    def _decode(self, data: bytes, limit: int) -> bytes:
        import zlib

        try:
            decoded: bytes = self._decoder.decompress(data, limit)
        except zlib.error:
            if self._raw is None:
                raise
            self._decoder, self._raw = self._raw(), None
            decoded = self._decoder.decompress(data, limit)
        return decoded


def open_url(url: str) -> Response:
    """Send the GET request for `url` and check the status.

    Args:
        url: the http or https URL.

    Returns:
        The body, to be read.

    Raises:
        HTTPError: the status is 400 or above, or a redirect leads away from http and https.
        ConnectionError: the server can't be reached.
        TimeoutError: the server didn't answer within ten seconds.
        ValueError: the URL is invalid.
    """
    import urllib.request

    headers = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
    if agent := os.environ.get("COG_USER_AGENT"):
        headers["User-Agent"] = agent
    from .url import printable, target

    wanted = target(url)
    request = urllib.request.Request(wanted.url, headers=headers)
    if wanted.user is not None:
        from base64 import b64encode

        credentials = b64encode(f"{wanted.user}:{wanted.password}".encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {credentials}")
    response = _response(request, printable(url))
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("gzip", "x-gzip", "deflate"):
        return Response(response, _Inflated(response, encoding))
    return Response(response, response)


def _response(request: Any, url: str) -> Any:
    """Send a request, and send it again after a failure that may be temporary; `url` is for messages."""
    import http.client
    import time
    import urllib.error

    from .._server_tables import DOWNLOAD_STALL_SECONDS, RETRY_AFTER_LIMIT_SECONDS, RETRY_SECONDS

    opener = _opener()
    for wait in (*RETRY_SECONDS, None):
        try:
            return opener.open(request, timeout=DOWNLOAD_STALL_SECONDS)
        except urllib.error.HTTPError as error:
            with error:
                if wait is None or not (error.code == 429 or error.code >= 500):
                    kind = "Client" if error.code < 500 else "Server"
                    raise HTTPError(f"{error.code} {kind} Error: {error.reason} for url: {url}") from None
                wait = max(wait, min(_asked_wait(error.headers), RETRY_AFTER_LIMIT_SECONDS))
        except TimeoutError:
            raise TimeoutError(f"Read timed out. (read timeout={DOWNLOAD_STALL_SECONDS:g}) for url: {url}") from None
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise TimeoutError(f"Connect timed out. (timeout={DOWNLOAD_STALL_SECONDS:g}) for url: {url}") from None
            if wait is None or not isinstance(error.reason, ConnectionError):
                raise ConnectionError(f"{error.reason} for url: {url}") from None
        except (ConnectionError, http.client.HTTPException) as error:
            if wait is None:
                raise ConnectionError(f"{error} for url: {url}") from None
        time.sleep(wait)


def _asked_wait(headers: Any) -> float:
    """Read `Retry-After`, a number of seconds or a date; 0 without one."""
    import time
    from email.utils import mktime_tz, parsedate_tz

    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    date = parsedate_tz(text)
    return max(0.0, mktime_tz(date) - time.time()) if date else 0.0


def _opener() -> Any:
    import urllib.request

    from .opener import opener
    from .url import printable, target

    class Redirects(urllib.request.HTTPRedirectHandler):
        # The library itself also follows redirects to ftp.
        def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
            if not newurl.lower().startswith(("http://", "https://")):
                shown = printable(req.full_url)
                raise HTTPError(f"{code} redirects to a URL that is not http or https, for url: {shown}")
            try:
                return super().redirect_request(req, fp, code, msg, headers, target(newurl).url)
            except ValueError as error:
                raise HTTPError(f"{code} redirects to an {error}, for url: {printable(req.full_url)}") from None

    return opener(Redirects)
