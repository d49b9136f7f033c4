"""ICC profiles of colours that a file describes by numbers, where Pillow only knows those that it embeds.

The numbers are CICP's (ITU-T H.273, tables 2 and 3), as HEIC, AVIF and PNG have them, or chromaticities and a
gamma. The profiles are of the simplest kind that ICC.1:2022 defines: three colorants and one curve.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

Triple = tuple[float, float, float]

_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
"""Adapts colours to another white, as ICC.1:2022, annex E, recommends."""
_LARGEST = 32767.0
"""That ICC's numbers can hold."""


class Chromaticities(NamedTuple):
    """Where a device's white and its primary colours lie in CIE 1931: x and y of each."""

    white: tuple[float, float]
    red: tuple[float, float]
    green: tuple[float, float]
    blue: tuple[float, float]


_D65 = (0.3127, 0.3290)
SRGB = Chromaticities(_D65, (0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
_SMPTE_170M = Chromaticities(_D65, (0.630, 0.340), (0.310, 0.595), (0.155, 0.070))
_PRIMARIES = {
    1: SRGB,
    4: Chromaticities((0.310, 0.316), (0.67, 0.33), (0.21, 0.71), (0.14, 0.08)),
    5: Chromaticities(_D65, (0.64, 0.33), (0.29, 0.60), (0.15, 0.06)),
    6: _SMPTE_170M,
    7: _SMPTE_170M,
    8: Chromaticities((0.310, 0.316), (0.681, 0.319), (0.243, 0.692), (0.145, 0.049)),
    9: Chromaticities(_D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    11: Chromaticities((0.314, 0.351), (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    12: Chromaticities(_D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    22: Chromaticities(_D65, (0.630, 0.340), (0.295, 0.605), (0.155, 0.077)),
}
_BT709 = (2.4,)
"""What a screen makes of it (ITU-R BT.1886), as in Chromium."""
_TRANSFERS = {
    1: _BT709,
    4: (2.2,),
    5: (2.8,),
    6: _BT709,
    7: (1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4, 0.0912),
    8: (1.0,),
    13: (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
    14: _BT709,
    15: _BT709,
}
"""A gamma, or g, a, b, c, d: light is (a x + b) ** g, and c x below d."""
_TONES = {
    16: (0, 1, 5, 15, 30, 48, 70, 98, 132, 175, 213, 237, 255, 255, 255, 255, 255),
    18: (0, 3, 14, 29, 43, 57, 71, 85, 99, 115, 135, 160, 189, 212, 228, 243, 255),
}
"""How bright Chromium 156 shows each sixteenth of PQ's and of HLG's range, which reach beyond a screen's."""


@lru_cache(maxsize=64)
def coded(primaries: int, transfer: int) -> bytes | None:
    """Return the profile of CICP's colour primaries and transfer characteristics; None if unspecified."""
    if primaries not in _PRIMARIES:
        return None
    if transfer in _TONES:
        return _profile(_PRIMARIES[primaries], _table(_TONES[transfer]))
    curve = _TRANSFERS.get(transfer)
    return _profile(_PRIMARIES[primaries], _parametric(curve)) if curve else None


def gamma(exponent: float, chromaticities: Chromaticities = SRGB) -> bytes:
    """Return the profile of a screen whose light is a sample to the power of the exponent.

    Raises:
        ZeroDivisionError: the primaries do not span a plane.
    """
    return _profile(chromaticities, _parametric((min(exponent, _LARGEST),)))


def _profile(chromaticities: Chromaticities, curve: bytes) -> bytes:
    red, green, blue = (_xyz(colorant) for colorant in _colorants(chromaticities))
    name = _text("Colours described by numbers")
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    tags = {b"desc": name, b"cprt": name, b"wtpt": _xyz(_D50), b"rXYZ": red, b"gXYZ": green, b"bXYZ": blue}
    table, data, start = b"", b"", 132 + 12 * len(tags | curves)
    for tag, value in (tags | curves).items():
        table += struct.pack(">4sII", tag, start + len(data), len(value))
        data += value + bytes(-len(value) % 4)
    date = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    header = b"\x04\x40\0\0mntrRGB XYZ " + date + b"acsp" + bytes(28) + _fixed(_D50) + bytes(48)
    count = struct.pack(">I", len(tags | curves))
    return struct.pack(">I4x", start + len(data)) + header + count + table + data


def _colorants(chromaticities: Chromaticities) -> list[Triple]:
    """Return X, Y and Z of red, green and blue, scaled to add up to white and seen under D50."""
    white, *primaries = (_light(*each) for each in chromaticities)
    shares = _product(_inverse(tuple(zip(*primaries, strict=True))), white)
    cones = [now / before for now, before in zip(_cones(_D50), _cones(white), strict=True)]
    back = _inverse(_BRADFORD)
    lights = (
        tuple(share * each for each in primary) for share, primary in zip(shares, primaries, strict=True)
    )
    return [_product(back, tuple(map(float.__mul__, cones, _cones(light)))) for light in lights]


def _light(x: float, y: float) -> Triple:
    return x / y, 1.0, (1 - x - y) / y


def _cones(light: Sequence[float]) -> Triple:
    return _product(_BRADFORD, light)


def _product(rows: Sequence[Sequence[float]], vector: Sequence[float]) -> Triple:
    one, two, three = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in rows)
    return one, two, three


def _inverse(rows: Sequence[Sequence[float]]) -> Sequence[Sequence[float]]:
    one, two, three = rows
    columns = _cross(two, three), _cross(three, one), _cross(one, two)
    determinant = sum(a * b for a, b in zip(one, columns[0], strict=True))
    return [[value / determinant for value in row] for row in zip(*columns, strict=True)]


def _cross(one: Sequence[float], other: Sequence[float]) -> Triple:
    (a, b, c), (d, e, f) = one, other
    return b * f - c * e, c * d - a * f, a * e - b * d


def _fixed(numbers: Sequence[float]) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def _xyz(light: Triple) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(light)


def _text(text: str) -> bytes:
    return (
        b"mluc"
        + struct.pack(">4xII2s2sII", 1, 12, b"en", b"US", 2 * len(text), 28)
        + text.encode("utf-16-be")
    )


def _parametric(curve: Sequence[float]) -> bytes:
    return b"para" + struct.pack(">4xHH", 3 if len(curve) > 1 else 0, 0) + _fixed(curve)


def _table(tones: Sequence[int]) -> bytes:
    light = [((tone / 255 + 0.055) / 1.055) ** 2.4 for tone in tones]  # but for the darkest, as sRGB has it
    return b"curv" + struct.pack(f">4xI{len(light)}H", len(light), *(round(65535 * each) for each in light))
