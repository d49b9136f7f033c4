import pytest

from gourmetgram.classes import CLASSES
from tests.unit.predictor.conftest import Post, picture

PATH = "/v1/models/food11:predict"


@pytest.mark.parametrize("format_", ["jpeg", "png", "webp"])
def test_a_raw_picture_gets_one_prediction(post: Post, format_: str) -> None:
    response = post(PATH, content=picture(format_), headers={"content-type": f"image/{format_}"})
    (prediction,) = response.json()["predictions"]
    assert response.status_code == 200
    assert list(prediction["probabilities"]) == list(CLASSES)
    assert sum(prediction["probabilities"].values()) == pytest.approx(1, abs=1e-4)
    assert prediction["confidence"] == max(prediction["probabilities"].values())
    assert prediction["probabilities"][prediction["prediction"]] == prediction["confidence"]


def test_a_prediction_names_the_model_and_its_version(post: Post, photo: bytes) -> None:
    (prediction,) = post(PATH, content=photo, headers={"content-type": "image/jpeg"}).json()["predictions"]
    assert (prediction["model_name"], prediction["model_version"]) == ("food11", "tiny-1")


def test_instances_are_answered_in_order_in_every_shape_that_samples_use(post: Post, b64: str) -> None:
    one = post(PATH, json={"instances": [{"b64": b64}]}).json()["predictions"]
    three = post(PATH, json={"instances": [{"image": {"b64": b64}}, {"b64": b64}, {"b64": b64}]})
    assert three.json()["predictions"] == one * 3


def test_a_picture_gets_the_same_prediction_raw_and_in_json(post: Post, photo: bytes, b64: str) -> None:
    raw = post(PATH, content=photo, headers={"content-type": "image/jpeg"}).json()
    assert post(PATH, json={"instances": [{"b64": b64}]}).json() == raw


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        {},
        {"instances": None},
        {"instances": {}},
        {"instances": []},
        {"instances": ["text"]},
        {"instances": [{}]},
        {"instances": [{"b64": 7}]},
        {"instances": [{"b64": "%%%"}]},
        {"instances": [{"b64": "é"}]},
        {"instances": [{"b64": ""}]},
        {"instances": [{"image": {"b64": None}}]},
        {"instances": [{"b64": "aGVsbG8="}] * 4},
    ],
)
def test_json_of_another_shape_is_refused_with_a_sentence(post: Post, payload: object) -> None:
    response = post(PATH, json=payload)
    assert response.status_code == 400
    assert response.json()["error"].endswith(".")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 9000])
def test_what_is_no_json_is_refused(post: Post, body: bytes) -> None:
    assert post(PATH, content=body, headers={"content-type": "application/json"}).status_code == 400


@pytest.mark.parametrize("body", [b"[" + b"0," * 3_000_000 + b"0]", b"[" + b"[]," * 20_000 + b"0]"])
def test_json_of_far_too_many_values_is_refused_before_it_takes_memory(post: Post, body: bytes) -> None:
    response = post(PATH, content=body, headers={"content-type": "application/json"})
    assert response.json() == {"error": "The request body has too many JSON values."}


@pytest.mark.parametrize("body", [b"", b"hello", b"GIF89a", b"\xff\xd8\xff\xe0 no more"])
def test_what_is_no_picture_is_refused_with_a_sentence(post: Post, body: bytes) -> None:
    response = post(PATH, content=body, headers={"content-type": "image/jpeg"})
    assert response.status_code == 400
    assert response.json()["error"].startswith(("The photo", "Only"))


def test_a_picture_of_too_many_pixels_is_refused(post: Post) -> None:
    response = post(PATH, content=picture("PNG", (1200, 1000)), headers={"content-type": "image/png"})
    assert (response.status_code, "too large" in response.json()["error"]) == (400, True)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "nonsense"])
def test_another_content_type_is_refused(post: Post, photo: bytes, content_type: str) -> None:
    assert post(PATH, content=photo, headers={"content-type": content_type}).status_code == 415


def test_parameters_of_a_content_type_do_not_matter(post: Post, photo: bytes) -> None:
    assert post(PATH, content=photo, headers={"content-type": "Image/JPEG; q=1"}).status_code == 200
