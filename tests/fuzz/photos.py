"""Photos: the place goes, or the file is refused; the predictor decodes it, or says why not."""

from collections.abc import Iterator
from contextlib import suppress

from predictor.images import ImageRejected, to_square
from tests.unit.webapp.test_metadata import FORMATS, GROWTH_BYTES, phone_photo
from webapp.metadata import TooManyPiecesError, without_place
from webapp.photos import content_type_of


def seeds() -> Iterator[bytes]:
    """Give a phone's photo in each format."""
    return (phone_photo(kind) for kind in FORMATS)


def attempt(body: bytes) -> None:
    """Treat bytes as an upload; anything but a refusal is a defect."""
    content_type = content_type_of(body)
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
