"""Malformed requests to the predictor, generated from a seed and so the same in each run."""

import base64
import json
import random
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

from PIL import Image

from tests.png_chunks import chunk, with_chunk

V1, V2, COURSE = "/v1/models/food11:predict", "/v2/models/food11/infer", "/predict"
JSON = {"Content-Type": "application/json"}
FORMATS = ("JPEG", "PNG", "WEBP")


class Request(NamedTuple):
    """A request, with a name that says what is wrong with it."""

    name: str
    path: str
    headers: dict[str, str]
    body: bytes


def requests(seed: int) -> Iterator[Request]:
    """Generate all of them."""
    chance = random.Random(seed)
    yield from damaged_photos(chance)
    yield from bombs()
    yield from wrong_json()
    yield from damaged_json(chance)
    yield from wrong_tensors(chance)
    yield from odd_headers()


def photo(format_: str, size: tuple[int, int] = (160, 120), mode: str = "RGB", **options: object) -> bytes:
    """Draw a valid photo."""
    image = Image.radial_gradient("L").resize(size).convert(mode)
    file = BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


def image_type(format_: str) -> dict[str, str]:
    return {"Content-Type": f"image/{format_.lower()}"}


def damaged_photos(chance: random.Random) -> Iterator[Request]:
    """Truncate photos, flip their bits, cut out pieces, and put noise behind their signatures."""
    for format_ in FORMATS:
        whole = photo(format_)
        for _ in range(15):
            yield Request(
                f"truncated {format_}", V1, image_type(format_), whole[: chance.randrange(len(whole))]
            )
            flipped = bytearray(whole)
            for _ in range(chance.choice([1, 8, 64])):
                flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
            yield Request(f"flipped {format_}", V1, image_type(format_), bytes(flipped))
            start = chance.randrange(len(whole))
            cut = whole[:start] + whole[start + chance.randrange(100) :]
            yield Request(f"cut {format_}", V1, image_type(format_), cut)
            noise = whole[: chance.choice([4, 12, 30])] + chance.randbytes(2000)
            yield Request(f"noise {format_}", V1, image_type(format_), noise)


def bombs() -> Iterator[Request]:
    """Pack many pixels, scans or lots of text into a few bytes."""
    for edge in (5_001, 9_000, 16_383):
        yield Request(f"WebP of {edge}²", V1, image_type("webp"), webp_of(edge))
        yield Request(f"PNG of {edge}²", V1, image_type("png"), png_of(edge, edge))
    yield Request("PNG of 2³¹ x 1", V1, image_type("png"), png_of(2**31 - 1, 1))
    yield Request("largest WebP", V1, image_type("webp"), photo("WEBP", (5000, 5000), "RGBA", lossless=True))
    yield Request("largest PNG", V1, image_type("png"), photo("PNG", (5000, 5000), "RGBA"))
    progressive = photo("JPEG", progressive=True)
    scan = progressive[progressive.rindex(b"\xff\xda") : -2]
    yield Request("scans", V1, image_type("jpeg"), progressive[:-2] + 20_000 * scan + progressive[-2:])
    text = zlib.compress(bytes(200_000_000))
    for kind, data in ((b"zTXt", b"a\0\0" + text), (b"iCCP", b"a\0\0" + text), (b"IDAT", text)):
        yield Request(
            f"PNG with a {kind!r} bomb", V1, image_type("png"), with_chunk(photo("PNG"), chunk(kind, data))
        )


def png_of(width: int, height: int) -> bytes:
    """Write the beginning of a PNG of any size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000)))


def webp_of(edge: int) -> bytes:
    """Write the beginning of a lossless WebP of any size."""
    bits = struct.pack("<BI", 0x2F, (edge - 1) | (edge - 1) << 14)
    return b"RIFF" + struct.pack("<I", 4 + 8 + 64) + b"WEBPVP8L" + struct.pack("<I", 64) + bits + bytes(59)


def wrong_json() -> Iterator[Request]:
    """Send JSON of every wrong shape to every path."""
    for path, field in ((V1, "instances"), (V2, "inputs"), (COURSE, "image")):
        values: list[object] = [
            None,
            True,
            0,
            -1.5,
            "",
            "x",
            "é",
            [],
            [None],
            [[]],
            [{}],
            ["x"],
            {},
            {"b64": 1},
        ]
        values += [[{"b64": value}] for value in (None, 3, "", "%", "aGVsbG8=", "A" * 101, ["x"])]
        values += [
            [{"name": "i", "shape": [1], "datatype": kind, "data": ["x"]}] for kind in ("BYTES", "FP32", "X")
        ]
        for value in values:
            yield Request(f"{field}: {value!r:.40}", path, JSON, json.dumps({field: value}).encode())
        for body in (b"", b"null", b"[]", b'"', b"{", b"\xff", b"\0", b"NaN", b"{" * 5000, b"[" * 5_000_000):
            yield Request(f"{body[:8]!r} x {len(body)}", path, JSON, body)
        for piece in (b"[],", b"{},", b"0,", b'"",', b"[[[[0]]]],"):
            body = b'{"%s": [' % field.encode() + piece * (15_000_000 // len(piece)) + b"0]}"
            yield Request(f"15 MB of {piece!r}", path, JSON, body)


def damaged_json(chance: random.Random) -> Iterator[Request]:
    """Flip bytes of valid requests."""
    b64 = base64.b64encode(photo("JPEG", (32, 32))).decode()
    tensor = {"name": "image", "shape": [1], "datatype": "BYTES", "data": [b64]}
    fine = {V1: {"instances": [{"b64": b64}]}, V2: {"inputs": [tensor]}, COURSE: {"image": b64}}
    for path, payload in fine.items():
        for _ in range(10):
            body = bytearray(json.dumps(payload).encode())
            for _ in range(3):
                body[chance.choice([chance.randrange(60), chance.randrange(len(body))])] = chance.randrange(
                    256
                )
            yield Request("flipped JSON", path, JSON, bytes(body))


def wrong_tensors(chance: random.Random) -> Iterator[Request]:
    """Send V2 requests whose binary tensor doesn't fit."""
    for datatype, shape in (("BYTES", [1]), ("FP32", [1, 3, 224, 224]), ("FP32", [-1]), ("FP16", [2**63])):
        for size in (0, 3, 4, 1000):
            parameters = {"binary_data_size": chance.choice([size, size + 1, -size, "x"])}
            item = {"name": "image", "shape": shape, "datatype": datatype, "parameters": parameters}
            header = json.dumps({"inputs": [item]}).encode()
            length = chance.choice([len(header), len(header) - 1, 0, -1, 10**20])
            headers = {
                "Content-Type": "application/octet-stream",
                "Inference-Header-Content-Length": str(length),
            }
            yield Request(f"{datatype} {shape} of {size}", V2, headers, header + chance.randbytes(size))


def odd_headers() -> Iterator[Request]:
    """Send a valid photo with headers that no one should send."""
    body = photo("JPEG")
    for content_type in (
        "",
        "x",
        "text/html",
        "image",
        "image/gif",
        "multipart/form-data",
        ";;;",
        "a" * 5000,
    ):
        yield Request(f"type {content_type[:20]}", V1, {"Content-Type": content_type}, body)
    for name, value in (
        ("Content-Encoding", "gzip"),
        ("Inference-Header-Content-Length", "²".encode().decode("latin-1")),
        ("ce-specversion", "9.9"),
        ("ce-id", ""),
        ("Accept", "application/x-nothing"),
        ("Cookie", "c" * 30_000),
        ("X-Request-Id", "%n%s\x01"),
    ):
        for path in (V1, V2, COURSE):
            yield Request(f"{name}: {value[:20]}", path, {**image_type("jpeg"), name: value}, body)
    yield Request("17 MiB", V1, image_type("jpeg"), body + bytes(17 * 2**20))
    for path in (
        "/v1/models/%00:predict",
        "/v1/models/..%2f..:predict",
        "/v2/models/x/infer",
        "/%ff",
        "//predict",
    ):
        yield Request(path, path, image_type("jpeg"), body)
