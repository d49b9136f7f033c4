"""Photos: the location is removed or the file refused, and the predictor decodes it or says why not."""

from collections.abc import Iterator
from contextlib import suppress

from werkzeug.exceptions import BadRequest

from predictor.images import ImageRejected, to_square
from tests.unit.webapp.test_metadata import FORMATS, GROWTH_BYTES, phone_photo
from webapp.conversion import to_jpeg
from webapp.metadata import TooManyPiecesError, without_place
from webapp.photos import CONVERTED, content_type_of


def seeds() -> Iterator[bytes]:
    """Return a phone's photo in each format."""
    return (phone_photo(kind) for kind in (*FORMATS, "HEIF", "AVIF"))


def attempt(body: bytes) -> None:
    """Treat bytes as an upload; anything but a refusal is a defect."""
    content_type = content_type_of(body)
    if content_type in CONVERTED:
        with suppress(ImageRejected):  # as the predictor does with direct requests
            to_square(body, max_pixels=4_000_000)
        try:
            body, content_type = to_jpeg(body), "image/jpeg"
        except BadRequest:
            return
    if content_type:
        try:
            cleaned = without_place(body, content_type)
        except TooManyPiecesError:
            return
        assert len(cleaned) <= len(body) + GROWTH_BYTES
        assert without_place(cleaned, content_type) == cleaned
        body = cleaned
    with suppress(ImageRejected):
        to_square(body, max_pixels=4_000_000)
