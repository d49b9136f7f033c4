import gzip
from base64 import b64encode

import pytest

from predictor.serving.model import FoodClassifier
from tests.unit.predictor.conftest import Post


@pytest.mark.parametrize(
    "path", ["/", "/v2/health/live", "/v2/health/ready", "/v1/models/food11", "/v2/models/food11/ready"]
)
def test_a_loaded_model_is_alive_and_ready(request_: Post, path: str) -> None:
    assert request_("GET", path).status_code == 200


def test_a_model_that_is_not_ready_says_so(
    request_: Post, model: FoodClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "ready", False)
    statuses = [
        request_("GET", path).status_code
        for path in ("/v1/models/food11", "/v2/health/ready", "/v2/health/live")
    ]
    assert statuses == [503, 503, 200]


def test_metadata_describes_the_tensors(request_: Post) -> None:
    metadata = request_("GET", "/v2/models/food11").json()
    assert [tensor["datatype"] for tensor in metadata["inputs"]] == ["BYTES"]
    assert [tensor["name"] for tensor in metadata["outputs"]] == ["prediction", "confidence", "probabilities"]
    assert metadata["versions"] == ["tiny-1"]


@pytest.mark.parametrize(
    "path", ["/v1/models/other:predict", "/v2/models/other/infer", "/v1/models/a%0Ab:predict", "/nowhere"]
)
def test_what_is_not_there_is_not_found(post: Post, path: str) -> None:
    response = post(path, content=b"{}")
    assert (response.status_code, list(response.json())) == (404, ["error"])


def test_the_version_that_is_announced_is_served_and_no_other(
    request_: Post, post: Post, photo: bytes
) -> None:
    (version,) = request_("GET", "/v2/models/food11").json()["versions"]
    tensor = {"name": "image", "datatype": "BYTES", "shape": [1], "data": [b64encode(photo).decode()]}
    for named, status in ((version, 200), ("other", 404)):
        path = f"/v2/models/food11/versions/{named}"
        assert [request_("GET", each).status_code for each in (path, f"{path}/ready")] == [status] * 2
        assert post(f"{path}/infer", json={"inputs": [tensor]}).status_code == status


@pytest.mark.parametrize("name", ["other", "a%0Ab"])
def test_an_unknown_model_is_not_ready(request_: Post, name: str) -> None:
    assert request_("GET", f"/v1/models/{name}").status_code == 404


@pytest.mark.parametrize("action", ["load", "unload"])
def test_no_client_can_unload_the_model(post: Post, action: str) -> None:
    assert post(f"/v2/repository/models/food11/{action}").status_code == 404


@pytest.mark.parametrize("path", ["/predict", "/v1/models/food11:predict"])
def test_a_wrong_method_is_refused(request_: Post, path: str) -> None:
    assert request_("GET", path).status_code == 405


def test_a_probe_can_ask_without_taking_the_body(request_: Post) -> None:
    answer = request_("HEAD", "/v2/health/ready")
    assert (answer.status_code, answer.content) == (200, b"")


def test_answers_are_counted_by_status(request_: Post, post: Post, photo: bytes) -> None:
    post("/v1/models/food11:predict", content=photo, headers={"content-type": "image/jpeg"})
    post("/v1/models/food11:predict", content=photo, headers={"content-type": "text/plain"})
    metrics = request_("GET", "/metrics").text
    assert 'gourmetgram_predictor_responses_total{code="200"}' in metrics
    assert 'gourmetgram_predictor_responses_total{code="415"}' in metrics
    assert 'request_predict_seconds_count{model_name="food11"}' in metrics


def test_a_refusal_is_logged_in_one_line_without_the_body(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "predictor")
    post("/v1/models/food11:predict", content=b"secret", headers={"content-type": "image/jpeg"})
    assert [record.levelname for record in caplog.records if record.name.startswith("predictor")] == ["INFO"]
    assert "secret" not in caplog.text


def test_a_defect_is_answered_without_its_details(
    post: Post, model: FoodClassifier, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "_classify", None)
    response = post("/v1/models/food11:predict", content=photo, headers={"content-type": "image/jpeg"})
    assert (response.status_code, response.json()) == (
        500,
        {"error": "The predictor failed on this request."},
    )


def test_only_the_extension_that_is_served_is_announced(request_: Post) -> None:
    assert request_("GET", "/v2").json()["extensions"] == ["binary_tensor_data"]


@pytest.mark.parametrize("path", ["/v1/models/food11:predict", "/v2/models/food11/infer", "/predict"])
def test_a_compressed_body_is_refused_with_the_reason(post: Post, path: str) -> None:
    answer = post(path, content=gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, "Content-Encoding" in answer.json()["error"]) == (415, True)
