"""The page, ready in one round trip.

Its style and scripts are inlined; the content security policy allows exactly those, by their hashes, and
nothing from any other host.
"""

import base64
import functools
import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from gourmetgram.classes import SUBJECT
from webapp.photos import too_large
from webapp.services import services

STATIC = Path(__file__).parent / "static"
STYLES = ("page.css",)
SCRIPTS = ("feedback.js", "upload.js")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""The policy for answers that are not pages, in case a browser is tricked into rendering one."""

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def page() -> Response:
    """Show the page, compressed: it then fits into the first packets of a connection."""
    max_bytes = services().settings.max_photo_bytes
    html = render_template("index.html", max_bytes=max_bytes, too_large=too_large(max_bytes)).encode()
    response = Response(html, mimetype="text/html")
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(html, mtime=0))
        response.content_encoding = "gzip"
    response.cache_control.no_cache = True
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.app_context_processor
def for_templates() -> dict[str, Callable[[str], Markup] | bool | str]:
    """Let templates inline a file from ``static/``, and say what is asked and what is stored."""
    kept = services().settings.keep_photo_metadata
    return {"inlined": _inlined, "keep_photo_metadata": kept, "subject": SUBJECT}


@blueprint.after_app_request
def secure(response: Response) -> Response:
    """Allow a browser only what the page needs."""
    response.headers.update(HEADERS)
    response.headers["Content-Security-Policy"] = _policy() if response.mimetype == "text/html" else NOTHING
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


@functools.cache
def _inlined(name: str) -> Markup:
    return Markup((STATIC / name).read_text("utf-8"))  # noqa: S704 - our own file, not a user's text


@functools.cache
def _policy() -> str:
    return (
        f"default-src 'none'; style-src {_hashes(STYLES)}; script-src {_hashes(SCRIPTS)}; "
        "connect-src 'self'; img-src blob: data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _hashes(names: tuple[str, ...]) -> str:
    digests = (hashlib.sha256(_inlined(name).encode()).digest() for name in names)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
