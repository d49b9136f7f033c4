import pytest

from tests.unit.predictor.conftest import Post


def test_the_course_gets_a_class_and_its_probability(post: Post, photo: bytes, b64: str) -> None:
    headers = {"content-type": "image/jpeg"}
    (ours,) = post("/v1/models/food11:predict", content=photo, headers=headers).json()["predictions"]
    course = post("/predict", json={"image": b64}).json()
    assert course == {"prediction": ours["prediction"], "probability": ours["confidence"]}


@pytest.mark.parametrize("payload", [None, [], {}, {"image": 1}, {"image": "%"}, {"image": "aGVsbG8="}])
def test_another_body_is_refused_with_a_sentence(post: Post, payload: object) -> None:
    response = post("/predict", json=payload)
    assert response.status_code == 400
    assert response.json()["error"].endswith(".")
