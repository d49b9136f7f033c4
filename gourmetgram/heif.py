"""What Pillow does not read of HEIC and AVIF files, or reads too strictly.

Their boxes are laid out as in ISO/IEC 14496-12 and 23008-12.
"""

import re

from gourmetgram import colours

_NCLX = re.compile(rb"colrnclx(..)(..)", re.DOTALL)
"""The box with CICP's numbers; that of the main picture comes first."""
_EXIF_ITEM = re.compile(rb"(infe\x02.{7})Exif", re.DOTALL)
_SRGB, _BT709 = 13, (1, 6, 14, 15)
"""Transfer characteristics; Chromium takes all of these for sRGB's."""


def profile(body: bytes) -> bytes | None:
    """Return an ICC profile of the colours that a file describes by numbers; None if they are sRGB's.

    A profile that the file embeds, which Pillow reads, takes precedence.
    """
    if not (found := _NCLX.search(body)):
        return None
    primaries, transfer = int.from_bytes(found[1]), int.from_bytes(found[2])
    if transfer in _BT709:
        transfer = _SRGB
    return None if (primaries, transfer) == (1, _SRGB) else colours.coded(primaries, transfer)


def without_exif(body: bytes) -> bytes:
    """Hide a file's EXIF block: Pillow and libavif refuse an AVIF photo for a broken one."""
    return _EXIF_ITEM.sub(rb"\1free", body, count=1)
