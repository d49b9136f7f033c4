"""Feedback: a flag becomes a task, a corrected class an output, and anything else an error message."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from gourmetgram import keys
from gourmetgram.keys import Location
from gourmetgram.records import LabelRecord, RelabelRecord, Task
from gourmetgram.sources import Source
from gourmetgram.store import JSON
from tests.unit.webapp.conftest import MemoryStore
from tests.unit.webapp.uploads import predicted
from webapp.services import Services

THANKS = {"success": True, "message": "Thank you for your feedback!"}
UNKNOWN = {"success": False, "message": "Prediction not found!"}
UNCHANGED = {"success": True, "message": "No changes needed - class already correct"}


@pytest.fixture
def prediction_id(client: FlaskClient) -> str:
    return str(predicted(client)["prediction_id"])


def send(client: FlaskClient, **body: object) -> tuple[int, Any]:
    response = client.post("/feedback", json=body)
    return response.status_code, response.get_json()


def choose(client: FlaskClient, prediction_id: str, choice: str) -> str:
    status, body = send(client, prediction_id=prediction_id, corrected_class=choice)
    assert status == 200
    return str(body["message"])


def relabelled(store: MemoryStore, prediction_id: str) -> str:
    return store.get_record(keys.relabel(prediction_id), RelabelRecord).corrected_class


def process_relabel(store: MemoryStore, prediction_id: str) -> None:
    """Move a relabel as the processing job does."""
    relabel = store.get_record(keys.relabel(prediction_id), RelabelRecord)
    label = LabelRecord(
        prediction_id=prediction_id,
        predicted=relabel.prediction,
        actual=relabel.corrected_class,
        source=Source.USER_RELABEL,
        annotator="user",
        labelled_at=relabel.created_at,
    )
    store.put_record(keys.label(prediction_id, Source.USER_RELABEL), label)
    del store.objects[keys.relabel(prediction_id)]


def test_a_flag_becomes_a_task(client: FlaskClient, store: MemoryStore, prediction_id: str) -> None:
    assert send(client, prediction_id=prediction_id) == (200, THANKS)
    task = store.get_record(keys.task(prediction_id, Source.USER_FLAG), Task)
    assert (task.data.ml_prediction, task.data.source) == ("Soup", Source.USER_FLAG)
    assert task.predictions[0]["result"][0]["value"]["choices"] == ["Soup"]


def test_a_second_flag_changes_nothing(client: FlaskClient, store: MemoryStore, prediction_id: str) -> None:
    send(client, prediction_id=prediction_id)
    before = store.objects.copy()
    assert send(client, prediction_id=prediction_id) == (200, THANKS)
    assert store.objects == before


@pytest.mark.parametrize("moved", [keys.processed, keys.quarantined])
def test_a_flag_that_was_handled_is_thanked_for(
    client: FlaskClient, store: MemoryStore, prediction_id: str, moved: Callable[[Location], Location]
) -> None:
    task = keys.task(prediction_id, Source.USER_FLAG)
    store.put(moved(task), b"{}", JSON)
    assert send(client, prediction_id=prediction_id) == (200, THANKS)
    assert task not in store.objects


def test_a_relabel_becomes_an_output(client: FlaskClient, store: MemoryStore, prediction_id: str) -> None:
    status, body = send(client, prediction_id=prediction_id, corrected_class="Rice")
    path = f"labelstudio/output/userfeedback2/{prediction_id}.json"
    assert status == 200
    assert body == {"success": True, "message": "Class updated successfully!", "output_json_path": path}
    assert relabelled(store, prediction_id) == "Rice"


def test_a_second_relabel_wins(client: FlaskClient, store: MemoryStore, prediction_id: str) -> None:
    choose(client, prediction_id, "Rice")
    assert choose(client, prediction_id, "Egg") == "Class updated successfully!"
    assert relabelled(store, prediction_id) == "Egg"


def test_the_class_it_has_already_needs_no_change(
    client: FlaskClient, store: MemoryStore, prediction_id: str
) -> None:
    assert send(client, prediction_id=prediction_id, corrected_class="Soup") == (200, UNCHANGED)
    assert not store.exists(keys.relabel(prediction_id))
    choose(client, prediction_id, "Rice")
    assert send(client, prediction_id=prediction_id, corrected_class="Rice") == (200, UNCHANGED)


def test_a_user_can_go_back_to_the_models_class(
    client: FlaskClient, store: MemoryStore, prediction_id: str
) -> None:
    choose(client, prediction_id, "Rice")
    assert choose(client, prediction_id, "Soup") == "Class updated successfully!"
    assert relabelled(store, prediction_id) == "Soup"


def test_a_relabel_that_was_processed_is_remembered(
    client: FlaskClient, store: MemoryStore, prediction_id: str
) -> None:
    choose(client, prediction_id, "Rice")
    process_relabel(store, prediction_id)
    assert send(client, prediction_id=prediction_id, corrected_class="Rice") == (200, UNCHANGED)
    assert choose(client, prediction_id, "Soup") == "Class updated successfully!"


@pytest.mark.parametrize("choice", ["Pizza", "", "bread", None, 3, ["Rice"], {"a": 1}])
def test_an_unknown_class_is_refused(
    client: FlaskClient, store: MemoryStore, prediction_id: str, choice: object
) -> None:
    status, body = send(client, prediction_id=prediction_id, corrected_class=choice)
    assert status == 400
    assert body["success"] is False
    assert not store.exists(keys.relabel(prediction_id))


@pytest.mark.parametrize(
    "unknown",
    ["01a219ef-1abb-7ab3-bdc1-379424020096", "x", "../../x", 7, 1.5, True, [1], {"a": 1}, "\x00", "f" * 36,
     "ffffffff-ffff-7fff-bfff-ffffffffffff"],
)  # fmt: skip
@pytest.mark.parametrize("more", [{}, {"corrected_class": "Rice"}])
def test_an_unknown_prediction_is_not_found(
    client: FlaskClient, unknown: object, more: dict[str, str]
) -> None:
    assert send(client, prediction_id=unknown, **more) == (404, UNKNOWN)


@pytest.mark.parametrize(
    "body", [{}, {"corrected_class": "Rice"}, {"prediction_id": ""}, {"prediction_id": None}, {"other": 1}]
)
def test_feedback_on_nothing_is_refused_in_both_words(client: FlaskClient, body: dict[str, object]) -> None:
    words = {"success": False, "message": "Missing required parameters", "error": "Missing required fields"}
    assert send(client, **body) == (400, words)


@pytest.mark.parametrize(
    "body", ["", "x", "[]", "1", "null", '"a"', "{", "[" * 50_000, '{"a": 1' + "0" * 9999]
)
def test_a_body_that_is_no_object_is_refused(client: FlaskClient, body: str) -> None:
    response = client.post("/feedback", data=body, content_type="application/json")
    assert response.status_code == 400
    assert "JSON" in response.get_json()["message"]


def test_a_body_of_another_type_is_refused(client: FlaskClient) -> None:
    response = client.post("/feedback", data={"prediction_id": "x"})
    assert response.status_code == 415
    assert response.get_json()["success"] is False


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    response = client.post("/feedback", data=b"[" + b" " * 100_000, content_type="application/json")
    assert response.status_code == 413
    assert response.get_json()["success"] is False


class TestStoreAway:
    @pytest.fixture
    def waiting_id(self, client: FlaskClient, store: MemoryStore) -> str:
        store.away = True
        return str(predicted(client)["prediction_id"])

    def test_an_id_that_waits_can_be_flagged(
        self, client: FlaskClient, store: MemoryStore, services: Services, waiting_id: str
    ) -> None:
        assert send(client, prediction_id=waiting_id) == (200, THANKS)
        store.away = False
        services.delivery.deliver_all()
        assert store.exists(keys.task(waiting_id, Source.USER_FLAG))

    def test_an_id_that_waits_can_be_relabelled_twice(
        self, client: FlaskClient, store: MemoryStore, services: Services, waiting_id: str
    ) -> None:
        choose(client, waiting_id, "Rice")
        assert choose(client, waiting_id, "Rice") == UNCHANGED["message"]
        choose(client, waiting_id, "Egg")
        store.away = False
        services.delivery.deliver_all()
        assert relabelled(store, waiting_id) == "Egg"

    def test_a_class_that_may_be_the_latest_is_kept(
        self, client: FlaskClient, store: MemoryStore, services: Services, waiting_id: str
    ) -> None:
        assert choose(client, waiting_id, "Soup") != UNCHANGED["message"]
        store.away = False
        services.delivery.deliver_all()
        assert relabelled(store, waiting_id) == "Soup"

    def test_an_id_that_may_exist_is_not_said_to_be_unknown(
        self, client: FlaskClient, store: MemoryStore, prediction_id: str
    ) -> None:
        store.away = True
        status, body = send(client, prediction_id=prediction_id)
        assert status == 503
        assert "try again" in body["message"]

    def test_an_id_that_can_not_exist_is_unknown(self, client: FlaskClient, store: MemoryStore) -> None:
        store.away = True
        assert send(client, prediction_id="x") == (404, UNKNOWN)
