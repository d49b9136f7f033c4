"""Believes forwarding headers only from the configured proxies: anybody can send such a header."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any

from webapp.settings import Network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")


class TrustedProxies:
    """WSGI middleware that replaces trusted proxies with the client behind them.

    From anybody else, forwarding headers and the one that names a person are removed.
    """

    def __init__(self, app: "WSGIApplication", networks: Sequence[Network], identity_header: str) -> None:
        self._app = app
        self._networks = networks
        self._identity = f"HTTP_{identity_header.upper().replace('-', '_')}"
        self._is_trusted = lru_cache(maxsize=4096)(self._look_up)

    def __call__(self, environ: dict[str, Any], start: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        environ["REMOTE_ADDR"] = _as_ipv4(environ.get("REMOTE_ADDR", ""))
        if self._is_trusted(environ["REMOTE_ADDR"]):
            self._believe(environ)
        else:
            environ.pop(self._identity, None)
        for header in _FORWARDED:
            environ.pop(header, None)
        return self._app(environ, start)

    def _believe(self, environ: dict[str, Any]) -> None:
        """Take the last address that is not a trusted proxy's, and the nearest proxy's scheme and host."""
        for address in reversed(_parts(environ.get("HTTP_X_FORWARDED_FOR", ""))):
            environ["REMOTE_ADDR"] = _as_ipv4(address)
            if not self._is_trusted(environ["REMOTE_ADDR"]):
                break
        scheme = _parts(environ.get("HTTP_X_FORWARDED_PROTO", ""))[-1:]
        if scheme and scheme[0] in {"http", "https"}:
            environ["wsgi.url_scheme"] = scheme[0]
        if host := _parts(environ.get("HTTP_X_FORWARDED_HOST", ""))[-1:]:
            environ["HTTP_HOST"] = host[0]

    def _look_up(self, address: str) -> bool:
        try:
            known = ip_address(address)
        except ValueError:
            return False
        return any(known in network for network in self._networks)


def _as_ipv4(address: str) -> str:
    """Write an IPv4 address as such that a socket for both versions shows as ``::ffff:1.2.3.4``."""
    try:
        mapped = IPv6Address(address).ipv4_mapped
    except ValueError:
        return address
    return str(mapped or address)


def _parts(header: str) -> list[str]:
    return [part.strip() for part in header.split(",") if part.strip()]
