"""A photo's location is removed from any kind of file, and the picture stays bit for bit the same."""

import io
import struct
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from tests.png_chunks import chunk, with_chunk
from tests.unit.webapp.conftest import MemoryStore
from tests.unit.webapp.stub_predictor import StubPredictor
from tests.unit.webapp.uploads import upload
from webapp import metadata
from webapp.metadata import TooManyPiecesError, exif, pieces
from webapp.settings import WebappSettings

PLACE = b"38.7223 N, 9.1393 W: Rua Augusta, Lisbon, with the table by the window of the tavern"
FORMATS = ("JPEG", "PNG", "WEBP")
GROWTH_BYTES = 5000
"""An EXIF block with overlapping values grows when they are separated: by at most 64 bytes per tag."""
XMP = b"<x:xmpmeta><rdf:Description exif:GPSLatitude='" + PLACE + b"'/></x:xmpmeta>"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def stripped(kind: str, body: bytes) -> bytes:
    return metadata.without_place(body, f"image/{kind.lower()}")


def block() -> bytes:
    """Make an EXIF block as phones do, with the location in every tag that phones use for it."""
    made = Image.Exif()
    made[ExifTags.Base.Make] = "Fairphone"
    made[ExifTags.Base.Orientation] = 6
    made[ExifTags.Base.ImageDescription] = PLACE.decode()
    made.get_ifd(ExifTags.IFD.Exif).update(
        {
            ExifTags.Base.DateTimeOriginal: "2026:03:14 12:00:00",
            ExifTags.Base.OffsetTimeOriginal: "+01:00",
            ExifTags.Base.ISOSpeedRatings: 100,
            ExifTags.Base.MakerNote: PLACE,
            ExifTags.Base.UserComment: PLACE,
        }
    )
    made.get_ifd(ExifTags.IFD.GPSInfo).update(
        {ExifTags.GPS.GPSLatitude: (38.0, 43.0, 20.28), ExifTags.GPS.GPSAreaInformation: PLACE}
    )
    return made.tobytes()


def photo(kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image = Image.radial_gradient("L").convert("RGB")
    image.save(file, kind, icc_profile=PROFILE, **options)
    return file.getvalue()


def phone_photo(kind: str) -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    text.add_text("Location", PLACE.decode(), zip=True)
    more = {"pnginfo": text} if kind == "PNG" else {"xmp": XMP}
    return photo(kind, exif=block(), **more, **({"comment": PLACE} if kind == "JPEG" else {}))


def pixels(body: bytes) -> bytes:
    with Image.open(io.BytesIO(body)) as image:
        return image.tobytes()


def kept_exif(body: bytes) -> Image.Exif:
    with Image.open(io.BytesIO(body)) as image:
        return image.getexif()


@pytest.mark.parametrize("kind", FORMATS)
def test_a_phones_photo_loses_the_place_and_keeps_the_picture(kind: str) -> None:
    before = phone_photo(kind)
    after = stripped(kind, before)
    assert PLACE not in after
    assert not kept_exif(after).get_ifd(ExifTags.IFD.GPSInfo)
    assert pixels(after) == pixels(before)
    with Image.open(io.BytesIO(after)) as image:
        assert image.info["icc_profile"] == PROFILE
        assert not {"xmp", "comment", "Location", "XML:com.adobe.xmp"} & set(image.info)


@pytest.mark.parametrize("kind", FORMATS)
def test_which_side_is_up_the_camera_and_the_time_stay(kind: str) -> None:
    kept = kept_exif(stripped(kind, phone_photo(kind)))
    details = kept.get_ifd(ExifTags.IFD.Exif)
    assert (kept[ExifTags.Base.Orientation], kept[ExifTags.Base.Make]) == (6, "Fairphone")
    assert details == {
        ExifTags.Base.DateTimeOriginal: "2026:03:14 12:00:00",
        ExifTags.Base.ISOSpeedRatings: 100,
    }


@pytest.mark.parametrize("kind", FORMATS)
def test_a_photo_without_metadata_stays_byte_for_byte(kind: str) -> None:
    body = photo(kind)
    assert stripped(kind, body) == body


@pytest.mark.parametrize("kind", FORMATS)
def test_removing_twice_changes_nothing_more(kind: str) -> None:
    once = stripped(kind, phone_photo(kind))
    assert stripped(kind, once) == once


@pytest.mark.parametrize("kind", FORMATS)
def test_what_follows_the_picture_goes(kind: str) -> None:
    body = photo(kind)
    assert stripped(kind, body + b"\0\0\0\x18ftypmp42" + PLACE) == body


def test_a_broken_block_costs_neither_the_photo_nor_leaves_the_place() -> None:
    body = photo("JPEG", exif=b"Exif\0\0II*\0" + b"\xff" * 8 + PLACE)
    assert stripped("JPEG", body) == photo("JPEG")


def test_an_identifier_that_ends_outside_of_its_segment_is_none() -> None:
    body = photo("JPEG")
    assert stripped("JPEG", body[:2] + b"\xff\xe0\x00\x06JFIF\0" + PLACE + body[2:]) == body


@pytest.mark.parametrize("length", [0, 2, 10, 60])
def test_a_segment_that_ends_before_its_place_does_not_leave_it(length: int) -> None:
    body = photo("JPEG")
    segment = b"\xff\xe1" + length.to_bytes(2) + b"Exif\0\0" + PLACE
    assert stripped("JPEG", body[:2] + segment + body[2:]) == body


@pytest.mark.parametrize("marker", [0xE1, 0xE4, 0xEB, 0xED, 0xEF, 0xF0, 0xFE, 0x02])
def test_no_segment_that_is_not_known_stays(marker: int) -> None:
    body = photo("JPEG")
    segment = bytes([0xFF, marker]) + (2 + len(PLACE)).to_bytes(2) + PLACE
    assert stripped("JPEG", body[:2] + segment + body[2:]) == body


def test_a_segment_between_the_scans_goes_too() -> None:
    file = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").save(file, "JPEG", progressive=True)
    body = file.getvalue()
    scan = body.rindex(b"\xff\xda")
    segment = b"\xff\xfe" + (2 + len(PLACE)).to_bytes(2) + PLACE
    assert stripped("JPEG", body[:scan] + segment + body[scan:]) == body


def test_a_frame_of_an_animation_keeps_its_image_alone() -> None:
    file = io.BytesIO()
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    body = file.getvalue()
    at = body.index(b"ANMF")
    size = int.from_bytes(body[at + 4 : at + 8], "little")
    hidden = b"XMP " + struct.pack("<I", len(PLACE)) + PLACE
    longer = body[: at + 4] + struct.pack("<I", size + len(hidden)) + body[at + 8 : at + 8 + size] + hidden
    rest = body[at + 8 + size :]
    whole = b"RIFF" + struct.pack("<I", len(longer) + len(rest) - 8) + longer[8:] + rest
    assert stripped("WEBP", whole) == body


def test_a_text_that_points_at_numbers_is_none() -> None:
    entry = struct.pack("<HHII", ExifTags.Base.Make, 2, 24, 26)
    latitude = struct.pack("<6I", 38, 1, 43, 1, 2028, 100)
    assert exif.rewritten(b"II*\0\x08\0\0\0\x01\0" + entry + bytes(4) + latitude) == b""


def pieces_of(kind: str, number: int) -> bytes:
    """Make a file of that many pieces."""
    empty = {
        "JPEG": b"\xff\xd8" + b"\xff\xe5\x00\x02" * number,
        "PNG": b"\x89PNG\r\n\x1a\n" + (struct.pack(">I4s", 0, b"tEXt") + bytes(4)) * number,
        "WEBP": b"RIFF" + struct.pack("<I", 4 + 8 * number) + b"WEBP" + b"junk\0\0\0\0" * number,
    }
    return empty[kind]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_of_too_many_pieces_is_given_up(kind: str) -> None:
    with pytest.raises(TooManyPiecesError):
        stripped(kind, pieces_of(kind, pieces.MAX_PIECES + 1))


def _in_png(tiff: bytes) -> bytes:
    return with_chunk(photo("PNG"), chunk(b"eXIf", tiff))


def _in_jpeg(tiff: bytes) -> bytes:
    body = photo("JPEG")
    return body[:2] + b"\xff\xe1" + (8 + len(tiff)).to_bytes(2) + b"Exif\0\0" + tiff + body[2:]


@pytest.mark.parametrize(("kind", "inside"), [("PNG", _in_png), ("JPEG", _in_jpeg)])
@given(st.sampled_from([b"II*\0", b"MM\0*", b""]), st.binary(max_size=300), st.binary(max_size=300))
@example(b"II*\0", b"\x08\0\0\0\xff\xff" + b"\x12\x01\x03\0" * 70, b"")
def test_any_block_around_a_place_loses_it(
    kind: str, inside: Callable[[bytes], bytes], start: bytes, before: bytes, behind: bytes
) -> None:
    body = inside(start + before + PLACE + behind)
    after = stripped(kind, body)
    assert PLACE not in after
    assert pixels(after) == pixels(photo(kind))


@pytest.mark.parametrize("kind", FORMATS)
@given(st.data())
def test_no_damage_raises_or_makes_a_file_much_longer(kind: str, data: st.DataObject) -> None:
    body = bytearray(phone_photo(kind))
    for at in data.draw(st.lists(st.integers(0, len(body) - 1), max_size=20)):
        body[at] = data.draw(st.integers(0, 255))
    body = body[: data.draw(st.integers(12, len(body)))]
    assert len(stripped(kind, bytes(body))) <= len(body) + GROWTH_BYTES


def test_neither_the_store_nor_the_predictor_gets_the_place(
    client: FlaskClient, store: MemoryStore, predictor: StubPredictor
) -> None:
    assert upload(client, phone_photo("JPEG")).status_code == 200
    kept = [*store.objects.values(), *(asked.photo for asked in predictor.asked)]
    assert not [body for body in kept if PLACE in body]
    assert "place where it was taken is removed" in client.get("/").text


class TestKept:
    """With the setting that keeps the metadata."""

    @pytest.fixture
    def settings(self, settings: WebappSettings) -> WebappSettings:
        return settings.model_copy(update={"keep_photo_metadata": True})

    def test_the_photo_is_kept_as_it_was_sent_and_the_page_says_so(
        self, client: FlaskClient, store: MemoryStore
    ) -> None:
        body = phone_photo("JPEG")
        assert upload(client, body).status_code == 200
        assert body in store.objects.values()
        assert "often the time and the place" in " ".join(client.get("/").text.split())


def test_a_file_of_too_many_pieces_is_refused_with_a_sentence(client: FlaskClient) -> None:
    response = upload(client, pieces_of("JPEG", pieces.MAX_PIECES + 1))
    assert (response.status_code, "too many parts" in response.text) == (400, True)
