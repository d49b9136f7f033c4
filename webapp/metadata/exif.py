"""EXIF: rewritten with only the tags listed here, so that no unreferenced byte survives.

The layout is that of TIFF 6.0, section 2; the tags are those of CIPA DC-008 (Exif 2.32), section 4.6. The
time zone is not among them: it gives away the country.
"""

import struct
from typing import NamedTuple

MAX_ENTRIES = 500
MAX_VALUE_BYTES = 64
"""No listed tag has a longer value."""

_EXIF = 0x8769
_PICTURE_TAGS = frozenset(
    # Make, Model, Orientation, XResolution, YResolution, ResolutionUnit, DateTime, YCbCrPositioning
    {0x010F, 0x0110, 0x0112, 0x011A, 0x011B, 0x0128, 0x0132, 0x0213}
)
_EXIF_TAGS = frozenset(
    {
        *(0x829A, 0x829D, 0x8822, 0x8827),  # ExposureTime, FNumber, ExposureProgram, ISO
        *(0x9000, 0x9003, 0x9004, 0x9101),  # ExifVersion, DateTimeOriginal, DateTimeDigitized, components
        *range(0x9201, 0x920B),  # ShutterSpeed to FocalLength, with Flash and LightSource
        *(0xA001, 0xA002, 0xA003),  # ColorSpace, width, height
        *range(0xA402, 0xA40B),  # ExposureMode to Sharpness, with WhiteBalance and the digital zoom
        *(0xA432, 0xA433, 0xA434),  # LensSpecification, LensMake, LensModel
    }
)
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
"""Bytes of a value, by TIFF type."""
_TEXT = 2
_POINTER_BYTES = 4


class _Value(NamedTuple):
    kind: int
    items: int
    body: bytes


def rewritten(tiff: bytes) -> bytes:
    """Return an EXIF block, without its identifier, with only the listed tags; empty if it has none."""
    try:
        order = {b"II*\0": "<", b"MM\0*": ">"}[tiff[:4]]
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        picture = _read(tiff, start, order, _PICTURE_TAGS | {_EXIF})
        pointer = picture.pop(_EXIF, None)
        further = _further(tiff, pointer, order) if pointer else {}
    except (KeyError, struct.error):
        return b""
    return _written(tiff[:4], order, picture, further) if picture or further else b""


def _further(tiff: bytes, pointer: _Value, order: str) -> dict[int, _Value]:
    try:
        (start,) = struct.unpack(f"{order}I", pointer.body)
        return _read(tiff, start, order, _EXIF_TAGS)
    except struct.error:
        return {}


def _read(tiff: bytes, start: int, order: str, tags: frozenset[int]) -> dict[int, _Value]:
    (count,) = struct.unpack_from(f"{order}H", tiff, start)
    values: dict[int, _Value] = {}
    for number in range(min(count, MAX_ENTRIES)):
        entry = start + 2 + 12 * number
        tag, kind, items, offset = struct.unpack_from(f"{order}HHII", tiff, entry)
        size = _SIZES.get(kind, 0) * items
        where = entry + 8 if size <= _POINTER_BYTES else offset
        body = tiff[where : where + size]
        if tag in tags and 0 < size == len(body) <= MAX_VALUE_BYTES and _is_plain(kind, body):
            values.setdefault(tag, _Value(kind, items, body))
    return values


def _is_plain(kind: int, body: bytes) -> bool:
    """Return whether a text is plain text: a forged offset could point it at the numbers of a location."""
    return kind != _TEXT or (body.isascii() and body.rstrip(b"\0").decode().isprintable())


def _written(signature: bytes, order: str, picture: dict[int, _Value], further: dict[int, _Value]) -> bytes:
    header = signature + struct.pack(f"{order}I", 8)
    if not further:
        return header + _directory(picture, order, 8)
    placeholder = picture | {_EXIF: _Value(4, 1, bytes(_POINTER_BYTES))}
    start = 8 + len(_directory(placeholder, order, 8))
    whole = picture | {_EXIF: _Value(4, 1, struct.pack(f"{order}I", start))}
    return header + _directory(whole, order, 8) + _directory(further, order, start)


def _directory(values: dict[int, _Value], order: str, start: int) -> bytes:
    """Write a directory that begins ``start`` bytes after the signature, followed by its values."""
    entries, data = b"", b""
    data_start = start + 2 + 12 * len(values) + 4
    for tag, value in sorted(values.items()):
        inside = value.body.ljust(_POINTER_BYTES, b"\0")
        if len(value.body) > _POINTER_BYTES:
            inside = struct.pack(f"{order}I", data_start + len(data))
            data += value.body + bytes(len(value.body) % 2)
        entries += struct.pack(f"{order}HHI", tag, value.kind, value.items) + inside
    return struct.pack(f"{order}H", len(values)) + entries + bytes(4) + data
