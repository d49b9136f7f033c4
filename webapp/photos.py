"""The uploaded photo, recognised by its first bytes and not by its name."""

from contextlib import closing
from pathlib import PurePosixPath
from typing import NamedTuple

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from webapp import metadata
from webapp.conversion import to_jpeg

MAX_FILENAME = 255
CONVERTED = {"image/avif", "image/heic"}
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"mif2")
FTYP_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys(HEIC_BRANDS, "image/heic"),
}
"""Content types by the major brand of an ISO 14496-12 file."""


class Photo(NamedTuple):
    """An uploaded photo."""

    body: bytes
    content_type: str
    filename: str


def read_photo(upload: FileStorage | None, max_bytes: int, *, keep_metadata: bool = False) -> Photo:
    """Read a photo from a form, without anything that may tell where it was taken unless ``keep_metadata``.

    HEIC and AVIF become JPEG.

    Raises:
        BadRequest: there is none, it has more pieces than any real photo, or can't be converted.
        RequestEntityTooLarge: it has more than ``max_bytes``.
        UnsupportedMediaType: it is not a JPEG, PNG, WebP, HEIC or AVIF.
    """
    body = _taken_out(upload, max_bytes + 1) if upload else b""
    if upload is None or not body:
        raise BadRequest("Choose a photo first: the form contains no file, or an empty one.")
    if len(body) > max_bytes:
        raise RequestEntityTooLarge(too_large(max_bytes))
    content_type = content_type_of(body)
    if content_type is None:
        raise UnsupportedMediaType("This file is not a JPEG, PNG, WebP, HEIC or AVIF photo.")
    if content_type in CONVERTED:
        body, content_type = to_jpeg(body), "image/jpeg"
    if not keep_metadata:
        body = _without_place(body, content_type)
    return Photo(body, content_type, clean_filename(upload.filename or ""))


def _without_place(body: bytes, content_type: str) -> bytes:
    try:
        return metadata.without_place(body, content_type)
    except metadata.TooManyPiecesError:
        raise BadRequest("This photo is damaged: it has too many parts.") from None


def _taken_out(upload: FileStorage, max_bytes: int) -> bytes:
    with closing(upload):  # otherwise its copy lives as long as the request
        return upload.stream.read(max_bytes)


def too_large(max_bytes: int) -> str:
    """Say that a photo is too large."""
    return f"This photo is too large: the limit is {max_bytes // (1024 * 1024)} MiB."


def content_type_of(body: bytes) -> str | None:
    """Detect the content type by the first bytes; None if it is not an accepted kind of photo."""
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if body.startswith(b"RIFF") and body[8:12] == b"WEBP":
        return "image/webp"
    return FTYP_BRANDS.get(body[8:12]) if body[4:8] == b"ftyp" else None


def clean_filename(name: str) -> str:
    """Clean a file name for people to read: no folders, no control characters, at most 255 characters."""
    printable = "".join(character for character in name if character.isprintable())
    return PurePosixPath(printable.replace("\\", "/")).name[:MAX_FILENAME]
