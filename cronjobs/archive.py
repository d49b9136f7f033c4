"""Where processed and quarantined answers are kept.

Each version has its own name, so that no run overwrites what another has written.
"""

from datetime import datetime
from urllib.parse import quote

from gourmetgram import keys
from gourmetgram.keys import Location
from gourmetgram.sources import Asked


def archive(source: Asked, prediction_id: str) -> str:
    """Return the folder, below processed/ or quarantine/, for all answers about a prediction."""
    return f"{keys.outputs(source)}{prediction_id}/"


def archive_name(name: str, version: datetime, suffix: str = ".json") -> str:
    """Return the archive name of a version of an answer; its time is in UTC."""
    return f"{name}-{version:%Y%m%dT%H%M%S.%fZ}{suffix}"


def unreadable(source: Asked, key: str) -> Location:
    """Locate where an unreadable answer is kept, under a name that every store accepts."""
    name = quote(key.removeprefix(keys.outputs(source)), safe="").replace(".", "%2E")
    return keys.quarantined(Location(keys.LABELSTUDIO, f"{keys.outputs(source)}unreadable/{name}"))
