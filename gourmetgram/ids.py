"""Prediction ids: UUIDv7, so that an id sorts by time, can't be guessed and carries its own date.

The standard library's uuid7 comes with Python 3.14, and libraries that have it spend most of the
random bits on a counter; here all 74 are random.
"""

import secrets
import time
import uuid
from datetime import UTC, date, datetime


def new_prediction_id() -> str:
    """Make a UUIDv7 in canonical form (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    bits = milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=bits))


def created_at(prediction_id: str) -> datetime:
    """Read the time (UTC) that an id carries.

    Raises:
        ValueError: it is not a UUIDv7 in canonical form.
    """
    parsed = uuid.UUID(prediction_id)
    if parsed.version != 7 or str(parsed) != prediction_id:  # noqa: PLR2004
        message = f"{prediction_id!r} is not a prediction id"
        raise ValueError(message)
    return datetime.fromtimestamp((parsed.int >> 80) / 1000, UTC)


def created_on(prediction_id: str) -> date:
    """Read the date (UTC) under which an id's records are kept.

    Raises:
        ValueError: it is not a UUIDv7 in canonical form.
    """
    return created_at(prediction_id).date()
