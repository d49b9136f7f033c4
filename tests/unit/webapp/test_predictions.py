"""An upload is answered with its class once it is stored or spooled, else with an error message."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.records import PredictionRecord, Task
from gourmetgram.sources import Source
from tests.unit.webapp.conftest import JPEG, MemoryStore
from tests.unit.webapp.stub_predictor import Say, StubPredictor, answer, hangs_up, says, says_text
from tests.unit.webapp.uploads import AS_JSON, predicted, upload
from webapp.services import Services
from webapp.settings import WebappSettings


def test_the_photo_and_its_record_are_stored(client: FlaskClient, store: MemoryStore) -> None:
    body = predicted(client)
    record = PredictionRecord.model_validate(body)
    assert store.objects[record.image.location] == JPEG
    assert store.get_record(keys.prediction(record.prediction_id), PredictionRecord) == record
    assert (record.prediction, record.class_dir, record.filename) == ("Soup", "class_09", "ramen.jpg")
    assert body["stored"] == "stored"


def test_the_photo_goes_to_the_predictor_as_it_is(client: FlaskClient, predictor: StubPredictor) -> None:
    predicted(client)
    assert (predictor.asked[0].photo, predictor.asked[0].content_type) == (JPEG, "image/jpeg")


def test_a_sure_prediction_becomes_no_task(client: FlaskClient, store: MemoryStore) -> None:
    predicted(client)
    assert {place.bucket for place in store.objects} == {"production", "tracking"}


@pytest.mark.parametrize(("confidence", "tasks"), [(0.69, 1), (0.7, 0)])
def test_a_prediction_below_the_threshold_becomes_a_task(
    client: FlaskClient,
    store: MemoryStore,
    predictor: StubPredictor,
    confidence: float,
    tasks: int,
) -> None:
    predictor.predict = [says(answer(confidence=confidence))]
    prediction_id = predicted(client)["prediction_id"]
    assert store.exists(keys.task(prediction_id, Source.LOW_CONFIDENCE)) == bool(tasks)


def test_the_photo_is_written_before_what_points_to_it(
    client: FlaskClient, store: MemoryStore, predictor: StubPredictor
) -> None:
    predictor.predict = [says(answer(confidence=0.5))]
    predicted(client)
    assert [place.bucket for place in store.objects] == ["production", "tracking", "labelstudio"]


def test_the_task_shows_the_photo_and_does_not_preselect_the_models_class(
    client: FlaskClient, store: MemoryStore, predictor: StubPredictor
) -> None:
    predictor.predict = [says(answer(confidence=0.5))]
    body = predicted(client)
    task = store.get_record(keys.task(body["prediction_id"], Source.LOW_CONFIDENCE), Task)
    assert task.data.image == f"s3://production/{body['image']['key']}"
    assert task.predictions == []


def test_the_runners_up_are_the_next_classes(client: FlaskClient, predictor: StubPredictor) -> None:
    ranked: dict[str, Any] = answer("Rice", 0.4)
    ranked["predictions"][0]["probabilities"] |= {"Egg": 0.3, "Meat": 0.2}
    predictor.predict = [says(ranked)]
    assert [runner["prediction"] for runner in predicted(client)["runners_up"]] == ["Egg", "Meat"]


def test_a_person_gets_the_snippet(client: FlaskClient, store: MemoryStore) -> None:
    response = upload(client)
    prediction_id = next(place.key for place in store.objects if place.bucket == "tracking")[-41:-5]
    assert response.mimetype == "text/html"
    assert f'data-prediction-id="{prediction_id}"' in response.text
    assert "feedback-btn" in response.text


def test_two_photos_of_one_name_do_not_meet(client: FlaskClient, store: MemoryStore) -> None:
    predicted(client)
    predicted(client)
    assert len([place for place in store.objects if place.bucket == "production"]) == 2


def test_while_the_store_is_away_an_upload_is_answered_and_waits(
    client: FlaskClient, store: MemoryStore, services: Services
) -> None:
    store.away = True
    body = predicted(client)
    assert body["stored"] == "waiting"
    store.away = False
    services.delivery.deliver_all()
    assert store.exists(keys.prediction(body["prediction_id"]))
    assert store.objects[PredictionRecord.model_validate(body).image.location] == JPEG


class TestFullSpool:
    @pytest.fixture
    def settings(self, settings: WebappSettings) -> WebappSettings:
        return settings.model_copy(update={"spool_max_bytes": 0})

    def test_what_can_not_be_kept_is_not_answered_with_success(
        self, client: FlaskClient, store: MemoryStore
    ) -> None:
        store.away = True
        response = upload(client, headers=AS_JSON)
        assert response.status_code == 503
        assert response.headers["Retry-After"]
        assert "No more uploads" in response.get_json()["error"]


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"GIF89a", 415), (b"<svg onload=alert(1)>", 415), (b"\xff\xd8", 415)]
)
def test_what_is_no_photo_is_refused_in_a_sentence(
    client: FlaskClient, store: MemoryStore, body: bytes, status: int
) -> None:
    response = upload(client, body)
    assert response.status_code == status
    assert "badge-warning" in response.text
    assert store.objects == {}


def test_a_form_without_a_photo_is_refused(client: FlaskClient) -> None:
    assert client.post("/predict", data={"other": "x"}).status_code == 400
    assert client.post("/predict", data=b"\x00", content_type="text/plain").status_code == 400


class TestSizes:
    @pytest.fixture
    def settings(self, settings: WebappSettings) -> WebappSettings:
        return settings.model_copy(update={"max_photo_bytes": 1000})

    @pytest.mark.parametrize(("size", "status"), [(1000, 200), (1001, 413), (100_000, 413)])
    def test_a_photo_may_be_as_large_as_the_limit(self, client: FlaskClient, size: int, status: int) -> None:
        response = upload(client, JPEG.ljust(size, b"\0"))
        assert response.status_code == status

    def test_the_limit_is_told(self, client: FlaskClient) -> None:
        assert "too large" in upload(client, bytes(100_000)).text


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_the_predictors_reason_reaches_the_person(
    client: FlaskClient, predictor: StubPredictor, status: int
) -> None:
    predictor.predict = [says({"error": "This JPEG is <cut> off."}, status)]
    response = upload(client)
    assert response.status_code == status
    assert "This JPEG is &lt;cut&gt; off." in response.text


@pytest.mark.parametrize(
    "say",
    [
        *(says("", status) for status in (404, 429, 500, 503)),
        hangs_up,
        says({"predictions": []}),
        says(answer("Pizza")),
        says_text("not JSON"),
    ],
)
def test_without_the_predictor_nothing_is_kept_and_a_person_is_asked_to_wait(
    client: FlaskClient, store: MemoryStore, predictor: StubPredictor, say: Say
) -> None:
    predictor.predict = [say]
    response = upload(client)
    assert response.status_code == 503
    assert "try again" in response.text
    assert store.objects == {}


def test_a_file_without_a_name_was_not_chosen(client: FlaskClient) -> None:
    part = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n' + JPEG + b"\r\n--b--\r\n"
    )
    response = client.post("/predict", data=part, content_type="multipart/form-data; boundary=b")
    assert response.status_code == 400


def test_a_file_name_is_kept_but_not_trusted(client: FlaskClient, store: MemoryStore) -> None:
    body = json.loads(upload(client, name="../<b>x</b>\u202e.jpg", headers=AS_JSON).text)
    assert body["filename"] == "b>.jpg"
    assert all("x" not in place.key for place in store.objects)


def test_opening_the_address_shows_the_page(client: FlaskClient) -> None:
    response = client.get("/predict")
    assert (response.status_code, response.location) == (303, "/")


def test_the_classes_are_listed_in_order(client: FlaskClient) -> None:
    assert client.get("/api/classes").get_json() == list(CLASSES)
