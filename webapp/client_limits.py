"""Limits what one client may send in a minute: uploads, their bytes, and feedback.

The counts are in memory, or in a Redis that all replicas share. If that does not answer, nobody is refused.
"""

import logging
import time
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import cast

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from werkzeug.exceptions import TooManyRequests

from webapp.settings import WebappSettings

UPLOAD, FEEDBACK = "predictions.predict", "feedback.feedback"
KIB = 1024
IPV6_SITE = 64
"""Prefix length of the smallest network that a provider assigns to one customer."""
REDIS_SECONDS = 0.5

log = logging.getLogger(__name__)


class ClientLimits:
    """Counts what each client sends."""

    def __init__(self, settings: WebappSettings) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(_storage(settings.limits_storage))
        self._counts = {
            UPLOAD: _limit(settings.client_uploads_per_minute),
            FEEDBACK: _limit(settings.client_feedback_per_minute),
        }
        self._bytes = {UPLOAD: _limit(settings.client_upload_bytes_per_minute // KIB)}
        self._most = settings.max_photo_bytes

    def admit(self, view: str | None, address: str, size: int | None) -> None:
        """Count a request from an address; a ``size`` of None is unknown.

        Raises:
            TooManyRequests: the client has sent too much; it says when to retry.
        """
        if view not in self._counts:
            return
        client = _client(address)
        kib = min(self._most if size is None else size, self._most) // KIB  # no more is ever read
        try:
            self._hit(self._counts[view], f"{view} requests", client, 1)
            self._hit(self._bytes.get(view), f"{view} bytes", client, kib)
        except StorageError as error:
            log.warning("rate limits are not enforced, their storage does not respond: %s", error)

    def _hit(self, limit: RateLimitItem | None, what: str, client: str, cost: int) -> None:
        if limit is None or self._limiter.hit(limit, what, client, cost=cost):
            return
        reset = self._limiter.get_window_stats(limit, what, client).reset_time
        raise TooManyRequests(retry_after=max(1, round(reset - time.time())))


def _client(address: str) -> str:
    """Count all addresses of an IPv6 site as one client: a machine there can use as many as it likes."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((known, IPV6_SITE), strict=False)) if isinstance(known, IPv6Address) else address


def _limit(amount: int) -> RateLimitItem | None:
    return RateLimitItemPerMinute(amount) if amount else None


def _storage(uri: str) -> Storage:
    options: Mapping[str, float] = {}
    if uri.startswith("redis"):
        options = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
    return cast("Storage", storage_from_string(uri, wrap_exceptions=True, **options))
