"""Parses the upload form; every limit has its own error message."""

import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from flask import Request
from werkzeug.datastructures import FileStorage, Headers
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

MAX_PARTS = 100
MAX_TEXT_BYTES = 64 * 1024
"""The limit for a text field, and for the headers of a part."""
CHUNK_BYTES = 64 * 1024
PHOTO = "file"
"""Name of the form field that holds the photo."""


class _Boundary:
    """Searches from where a boundary's text is; werkzeug's pattern by itself tries every byte of a photo."""

    def __init__(self, pattern: re.Pattern[bytes], boundary: bytes) -> None:
        self._pattern = pattern
        self._text = b"--" + boundary

    def search(self, data: bytes) -> re.Match[bytes] | None:
        """Find the pattern, which begins with one or two bytes of a line break before the text."""
        found = data.find(self._text)
        return None if found < 0 else self._pattern.search(data, max(0, found - 2))


class _Decoder(MultipartDecoder):
    """Reads headers in UTF-8, as browsers send them, and else in Latin-1, as curl does on Windows."""

    def __init__(self, boundary: bytes) -> None:
        super().__init__(boundary)
        self.boundary_re = _Boundary(self.boundary_re, boundary)  # type: ignore[assignment]

    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        try:
            data.decode()
        except UnicodeDecodeError:
            data = data.decode("latin-1").encode()
        return super()._parse_headers(data)


class _Part(NamedTuple):
    """A part's headers and its content."""

    head: File | Field
    body: io.BytesIO


def photo_of(request: Request) -> FileStorage | None:
    """Read the photo's part of a form into memory; None if the form has none.

    Raises:
        BadRequest: it came as text, without a file name.
        RequestEntityTooLarge: something else in the form is too large.
    """
    boundary = request.mimetype_params.get("boundary", "")
    if request.mimetype != "multipart/form-data" or not boundary:
        return None
    try:
        parts = list(_parts(_events(request, boundary.encode("ascii"))))
    except ValueError:  # it is not a multipart form, or is cut off
        return None
    found = [part for part in parts if part.head.name == PHOTO]
    for head, body in found:
        if isinstance(head, File):
            return FileStorage(body, head.filename, head.name)
    if found:
        raise BadRequest(
            "The photo has no file name: send it as a file, for example with curl -F file=@photo.jpg"
        )
    return None


def _events(request: Request, boundary: bytes) -> Iterator[Event]:
    decoder = _Decoder(boundary)
    while True:
        chunk = request.stream.read(CHUNK_BYTES)
        decoder.receive_data(chunk or None)
        while not isinstance(event := decoder.next_event(), NeedData):
            yield event
            if isinstance(event, Epilogue):
                return
        if len(decoder.buffer) > MAX_TEXT_BYTES + 2 * CHUNK_BYTES:  # no part, however large, waits here
            raise RequestEntityTooLarge("The headers in this form are too large: the limit is 64 KiB.")


def _parts(events: Iterator[Event]) -> Iterator[_Part]:
    """Assemble parts; of a text field, only as much is kept as it takes to recognise it."""
    count = 0
    part = None
    for event in events:
        if isinstance(event, File | Field):
            part, count = _Part(event, io.BytesIO()), count + 1
            if count > MAX_PARTS:
                raise RequestEntityTooLarge(f"This form has too many parts: the limit is {MAX_PARTS}.")
        elif isinstance(event, Data) and part:
            part.body.write(event.data)
            _refuse_long_text(part)
            if not event.more_data:
                part.body.seek(0)
                yield part


def _refuse_long_text(part: _Part) -> None:
    if isinstance(part.head, Field) and part.head.name != PHOTO and part.body.tell() > MAX_TEXT_BYTES:
        raise RequestEntityTooLarge("A text field of this form is too large: the limit is 64 KiB.")
