"""Refuses cross-site requests: another site's page must not upload or label in its visitors' names."""

from flask import request
from werkzeug.exceptions import Forbidden


def refuse_other_sites() -> None:
    """Refuse a change that a browser sends on behalf of another site.

    Browsers say so by Sec-Fetch-Site, or, over plain HTTP, by Origin; programs send neither.

    Raises:
        Forbidden: it comes from another site.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site:
        foreign = site not in {"same-origin", "none"}
    else:
        foreign = origin is not None and origin.partition("://")[2].lower() != request.host.lower()
    if foreign:
        raise Forbidden("This request comes from another site.")
