"""PNGs with chunks that describe colours: alone, combined and invalid."""

import struct
import zlib

from PIL import ImageCms

from gourmetgram.colours import SRGB, Chromaticities, gamma
from tests.corpus.png import GREY, RGB, write
from tests.corpus.samples import DISPLAY_P3, LINEAR, ramps
from tests.png_chunks import chunk

_D65 = (0.3127, 0.3290)
_P3 = Chromaticities(_D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
_ADOBE = Chromaticities(_D65, (0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
_PROPHOTO = Chromaticities((0.3457, 0.3585), (0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001))
_ONE_POINT = Chromaticities(_D65, (0.3, 0.3), (0.3, 0.3), (0.3, 0.3))

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SWAPPED = PROFILE.replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")
"""A profile in which red and green are swapped."""
LINEAR_RGB = gamma(1)
LINEAR_GREY = LINEAR_RGB.replace(b"RGB ", b"GRAY").replace(b"rTRC", b"kTRC")


def gama(value: int) -> bytes:
    """Make a gAMA chunk; the value is in units of 1/100,000."""
    return chunk(b"gAMA", value.to_bytes(4))


def chrm(chromaticities: Chromaticities) -> bytes:
    """Make a cHRM chunk."""
    return chunk(b"cHRM", struct.pack(">8I", *(round(v * 100_000) for pair in chromaticities for v in pair)))


def cicp(*numbers: int) -> bytes:
    """Make a cICP chunk."""
    return chunk(b"cICP", bytes(numbers))


def iccp(profile: bytes) -> bytes:
    """Make an iCCP chunk."""
    return chunk(b"iCCP", b"name\0\0" + zlib.compress(profile))


_INTENDED, _UNKNOWN_INTENT = chunk(b"sRGB", b"\0"), chunk(b"sRGB", b"\x09")
_ADOBE_GAMMA = gama(45_471) + chrm(_ADOBE)

_CHUNKS = {
    **{f"gAMA {value}": gama(value) for value in (0, 1, 1_000, 22_727, 35_714, 43_100, 43_200, 45_455)},
    **{
        f"gAMA {value}": gama(value)
        for value in (47_700, 47_800, 55_556, 62_500, 100_000, 200_000, 1_000_000)
    },
    "gAMA and sRGB's cHRM": gama(45_455) + chrm(SRGB),
    "gAMA and Display P3's cHRM": gama(45_455) + chrm(_P3),
    "gAMA and Adobe's cHRM": _ADOBE_GAMMA,
    "gAMA and ProPhoto's cHRM": gama(55_556) + chrm(_PROPHOTO),
    "cHRM alone": chrm(_ADOBE),
    "a cHRM of one point": LINEAR + chrm(_ONE_POINT),
    "a cHRM of nothing": LINEAR + chunk(b"cHRM", bytes(32)),
    "two gAMA": LINEAR + gama(45_455),
    "a short gAMA": chunk(b"gAMA", b"\0\1\x86"),
    "a gAMA with a wrong checksum": chunk(b"gAMA", (100_000).to_bytes(4), wrong=True),
    **{
        f"cICP of primaries {number}": cicp(number, 13, 0, 1)
        for number in (1, 2, 4, 5, 6, 7, 8, 9, 11, 12, 22)
    },
    **{f"cICP of transfer {number}": cicp(12, number, 0, 1) for number in (1, 2, 4, 5, 6, 7, 8, 13, 14, 15)},
    "cICP of limited range": cicp(12, 13, 0, 0),
    "iCCP": iccp(SWAPPED),
    "a broken iCCP and gAMA": iccp(b"nonsense") + LINEAR,
    "cICP before iCCP": DISPLAY_P3 + iccp(SWAPPED),
    "cICP before gAMA": DISPLAY_P3 + LINEAR,
    "an unspecified cICP and iCCP": cicp(2, 2, 0, 1) + iccp(SWAPPED),
    "an unspecified cICP and gAMA": cicp(2, 2, 0, 1) + LINEAR,
    "iCCP before sRGB": iccp(SWAPPED) + _INTENDED,
    "iCCP before gAMA": iccp(SWAPPED) + _ADOBE_GAMMA,
    "sRGB before gAMA": _INTENDED + _ADOBE_GAMMA,
    "a broken iCCP before sRGB before gAMA": iccp(b"nonsense") + _INTENDED + LINEAR,
    "sRGB of unknown intent and gAMA": _UNKNOWN_INTENT + LINEAR,
}

DESCRIBED = {name: write(ramps(3, 8), RGB, 8, chunks) for name, chunks in _CHUNKS.items()}
MODELS = {
    "grey with a profile of grey": write(ramps(1, 8), GREY, 8, iccp(LINEAR_GREY)),
    "grey with a profile of colours": write(ramps(1, 8), GREY, 8, iccp(LINEAR_RGB)),
    "grey of 16 bits with a profile of grey": write(ramps(1, 16), GREY, 16, iccp(LINEAR_GREY)),
    "colours with a profile of grey": write(ramps(3, 8), RGB, 8, iccp(LINEAR_GREY)),
}
HDR = {
    name: write(ramps(1, 8).repeat(3, 2), RGB, 8, cicp(9, code, 0, 1))
    for name, code in (("PQ", 16), ("HLG", 18))
}
