"""Who may use the page: everybody, or only people signed in at a proxy.

The proxy names the person in a header, which `webapp.proxies` removes from all other requests. The name is
not stored.
"""

from flask import request
from werkzeug.exceptions import Unauthorized

from webapp.services import services


def require_person() -> None:
    """Refuse a request in which no proxy names a person; health and metrics are for machines.

    Raises:
        Unauthorized: nobody has signed in.
    """
    header = services().settings.identity_header
    if header and request.blueprint != "health" and not request.headers.get(header):
        raise Unauthorized("Please sign in first.")
