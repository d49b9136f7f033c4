"""Forms from older programs can be read, and each limit has its own message."""

import pytest
from flask import Request
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from tests.conftest import ROOT
from tests.unit.webapp.conftest import JPEG, MemoryStore
from tests.unit.webapp.uploads import AS_JSON
from webapp.forms import photo_of

PHOTO = b'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + JPEG
NAMELESS = b'Content-Disposition: form-data; name="file"\r\n\r\n'
TEXT = b'Content-Disposition: form-data; name="note"\r\n\r\n'
KIB = 1024


def sent(client: FlaskClient, *parts: bytes, boundary: str = "XbX") -> tuple[int, str]:
    body = b"".join(b"--XbX\r\n" + part + b"\r\n" for part in parts) + b"--XbX--\r\n"
    content_type = f"multipart/form-data; boundary={boundary}"
    answer = client.post("/predict", data=body, content_type=content_type, headers=AS_JSON)
    return answer.status_code, answer.get_json().get("error", "")


def test_a_file_name_in_latin_1_is_understood(client: FlaskClient) -> None:
    """Curl on Windows sends it this way."""
    body = (ROOT / "tests/data/uploads/form_latin1_filename.bin").read_bytes()
    answer = client.post(
        "/predict", data=body, content_type="multipart/form-data; boundary=XbX", headers=AS_JSON
    )
    assert (answer.status_code, answer.get_json()["filename"]) == (200, "crème.jpg")


def test_a_photo_may_hold_the_text_of_the_boundary() -> None:
    photo = JPEG + b"--XbX\r\n--XbXbX\r\nend"
    body = b"--XbX\r\n" + PHOTO.removesuffix(JPEG) + photo + b"\r\n--XbX--\r\n"
    content_type = "multipart/form-data; boundary=XbX"
    request = Request(EnvironBuilder(method="POST", data=body, content_type=content_type).get_environ())
    found = photo_of(request)
    assert found is not None
    assert found.read() == photo


@pytest.mark.parametrize(
    ("parts", "status", "sentence"),
    [
        ([NAMELESS + JPEG], 400, "has no file name"),
        ([NAMELESS + JPEG.ljust(600 * KIB, b"\0")], 400, "has no file name"),
        ([PHOTO.ljust(17 * KIB * KIB, b"\0")], 413, "This photo is too large: the limit is 16 MiB."),
        (
            [PHOTO, TEXT + bytes(65 * KIB)],
            413,
            "A text field of this form is too large: the limit is 64 KiB.",
        ),
        ([PHOTO, *[TEXT] * 100], 413, "This form has too many parts: the limit is 100."),
        ([b"X-Long: " + b"a" * 300 * KIB], 413, "The headers in this form are too large"),
        ([TEXT], 400, "the form contains no file"),
    ],
)
def test_each_limit_says_which_it_is(
    client: FlaskClient, store: MemoryStore, parts: list[bytes], status: int, sentence: str
) -> None:
    answer, said = sent(client, *parts)
    assert (answer, sentence in said, store.objects) == (status, True, {})


@pytest.mark.parametrize("boundary", ["other", '""', "é", "X" * 5000])
def test_a_form_that_can_not_be_read_has_no_file(client: FlaskClient, boundary: str) -> None:
    assert sent(client, PHOTO, boundary=boundary)[0] == 400


def test_a_form_may_have_text_around_its_photo(client: FlaskClient) -> None:
    assert sent(client, TEXT + bytes(60 * KIB), PHOTO, TEXT + b"more") == (200, "")


def test_feedback_has_a_limit_of_its_own(client: FlaskClient) -> None:
    answer = client.post("/feedback", data=b" " * 65 * KIB, content_type="application/json")
    assert (answer.status_code, answer.get_json()["message"]) == (
        413,
        "This feedback is too large: the limit is 64 KiB.",
    )
