"""Sends the requests for files that the server doesn't fetch, by the same rules: proxies, certificates, addresses."""

from __future__ import annotations

import os
import socket
from typing import Any

_ALLOWED = frozenset({"", "1", "true", "yes", "on"})
_FORBIDDEN = "is at a loopback, link-local, private, or reserved address, and this server has"


def opener(redirects: Any) -> Any:
    """Make an opener of URLs.

    Args:
        redirects: the handler that decides about redirects.
    """
    import urllib.request

    found = urllib.request.getproxies()
    proxies = {scheme: found.get(scheme) or found.get("all") for scheme in ("http", "https")}
    handlers: list[Any] = [
        urllib.request.ProxyHandler({name: url for name, url in proxies.items() if url}),
        # Cookies that a redirect sets go back to the same host.
        urllib.request.HTTPCookieProcessor(),
        redirects,
    ]
    context = _context()
    if os.environ.get("COG_ALLOW_PRIVATE_ADDRESSES", "").lower() not in _ALLOWED:
        handlers += _checking_handlers(context)
    elif context is not None:
        handlers.append(urllib.request.HTTPSHandler(context=context))
    return urllib.request.build_opener(*handlers)


def _context() -> Any:
    """Return the TLS context for the certificates in the environment (as in `requests`); None for Python's default."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        if path := os.environ.get(name):
            import ssl

            if os.path.isdir(path):
                return ssl.create_default_context(capath=path)
            return ssl.create_default_context(cafile=path)
    return None


def _checking_handlers(context: Any) -> list[Any]:
    import http.client
    import urllib.request

    # A proxy makes the connection itself, so only an address written in the URL can be checked here.
    class Plain(http.client.HTTPConnection):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._create_connection = _connected

    class Encrypted(http.client.HTTPSConnection):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._create_connection = _connected

    class PlainHandler(urllib.request.HTTPHandler):
        def http_open(self, req: Any) -> Any:
            if not req.has_proxy():
                return self.do_open(Plain, req)
            _check_written(req.full_url)
            return self.do_open(http.client.HTTPConnection, req)

    class EncryptedHandler(urllib.request.HTTPSHandler):
        def https_open(self, req: Any) -> Any:
            if req._tunnel_host is None:
                return self.do_open(Encrypted, req, context=context)
            _check_written(req.full_url)
            return self.do_open(http.client.HTTPSConnection, req, context=context)

    return [PlainHandler(), EncryptedHandler()]


def _check_written(url: str) -> None:
    """Refuse a URL whose host is an address that isn't public, or a name that always stands for one."""
    from urllib.error import URLError
    from urllib.parse import urlsplit

    host = urlsplit(url).hostname or ""
    name = host.removesuffix(".")
    if name == "localhost" or name.endswith(".localhost") or _is_public(name) is False:
        raise URLError(_forbidden(host))


def _forbidden(host: str) -> str:
    return f"host {host!r} {_FORBIDDEN} COG_ALLOW_PRIVATE_ADDRESSES=0"


def _connected(address: tuple[str, int], timeout: Any = None, source_address: Any = None) -> socket.socket:
    """Connect as `socket.create_connection` does, but only to public addresses."""
    failure = OSError(_forbidden(address[0]))
    for family, kind, protocol, _, found in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
        if _is_public(str(found[0])) is not True:
            continue
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(timeout)
            connection.connect(found)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise failure


def _is_public(text: str) -> bool | None:
    """Return whether an address is public, in any spelling that systems accept; None if it isn't an address."""
    import ipaddress

    # Python's own answer depends on its version.
    from .._server_tables import SPECIAL_ADDRESSES

    address: Any
    try:
        address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        try:
            # Also `127.1` and `0x7f000001`.
            address = ipaddress.ip_address(socket.inet_aton(text))
        except OSError:
            return None
    if address.version == 6:
        embedded = address.ipv4_mapped or address.sixtofour
        if embedded is None and address in ipaddress.ip_network("64:ff9b::/96"):
            embedded = ipaddress.ip_address(int(address) & 0xFFFFFFFF)
        if embedded is not None:
            address = embedded
        elif address not in ipaddress.ip_network("2000::/3"):
            return False
    return not any(address in ipaddress.ip_network(network) for network in SPECIAL_ADDRESSES)
