"""A photo's type is recognized by its first bytes; its name is arbitrary text."""

import pytest

from webapp.photos import clean_filename, content_type_of


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVE", None),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "image/heic"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", "image/heic"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "image/avif"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", None),
        (b"GIF89a", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_the_first_bytes_tell_the_content_type(body: bytes, content_type: str | None) -> None:
    assert content_type_of(body) == content_type


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("ramen.jpg", "ramen.jpg"),
        ("Käse & Brot (2).jpg", "Käse & Brot (2).jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\ramen.jpg", "ramen.jpg"),
        ("a\r\nb\x00\u202e\ud800.jpg", "ab.jpg"),
        ("x" * 300, "x" * 255),
        ("..", ".."),
        ("", ""),
    ],
)
def test_a_file_name_keeps_what_can_be_read(name: str, clean: str) -> None:
    assert clean_filename(name) == clean
