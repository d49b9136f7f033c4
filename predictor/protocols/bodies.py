"""Parses request bodies into JSON or photos, with limits on their expansion."""

import base64
import binascii
from typing import Any

import orjson
from kserve.errors import InvalidInput

MAX_COMMAS = 3_000_000
"""Enough for sixteen photos as lists of numbers."""
MAX_BRACKETS = 20_000
"""Enough for sixteen photos as lists of lists; empty lists take twenty times their JSON in memory."""


def read_json(body: bytes) -> Any:  # noqa: ANN401 - whatever the client sent
    """Parse a JSON body.

    Raises:
        InvalidInput: it is not JSON, or would take far more memory than its text.
    """
    require_modest_json(body)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("The request body is not valid JSON.") from error


def require_modest_json(body: bytes) -> None:
    """Refuse JSON with more values than any legitimate request has, before it is parsed.

    Raises:
        InvalidInput: it has more.
    """
    if body.count(b",") >= MAX_COMMAS or body.count(b"[") + body.count(b"{") > MAX_BRACKETS:
        raise InvalidInput("The request body has too many JSON values.")


def read_base64(text: Any) -> bytes:  # noqa: ANN401 - whatever the client sent
    """Decode a photo that came inside JSON.

    Raises:
        InvalidInput: it is not a string of base64.
    """
    if not isinstance(text, str):
        raise InvalidInput("A photo must be a string of base64.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("A photo is not valid base64.") from error
