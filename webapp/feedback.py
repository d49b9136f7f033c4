"""Feedback on a prediction: a flag, another class, or the outcome for the Model Feedback API."""

import json
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest, NotFound, RequestEntityTooLarge, UnsupportedMediaType

from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.records import LabelRecord, PredictionRecord, RelabelRecord, Task
from gourmetgram.sources import Source
from gourmetgram.store import StoreUnavailableError
from webapp.archive import Archive
from webapp.delivery import was_handled
from webapp.model_feedback import ModelFeedbackError
from webapp.predictions import write_of
from webapp.services import services

blueprint = Blueprint("feedback", __name__)

MAX_BODY_BYTES = 64 * 1024
THANKS = "Thank you for your feedback!"


@blueprint.post("/feedback")
def feedback() -> Response | tuple[Response, int]:
    """Take feedback in any of its shapes."""
    body = _json_object()
    if body.get("prediction_id"):
        record = _find(body["prediction_id"])
        return relabel(record, body["corrected_class"]) if "corrected_class" in body else flag(record)
    if "prediction" in body or "actual" in body:
        return _model_feedback(body)
    # Clients of the photo feedback read the one, those of the Model Feedback API the other.
    missing = {"message": "Missing required parameters", "error": "Missing required fields"}
    return jsonify(success=False, **missing), 400


def flag(record: PredictionRecord) -> Response:
    """Ask the annotators about a prediction that a user thinks is wrong."""
    parts = services()
    place = keys.task(record.prediction_id, Source.USER_FLAG)
    try:
        asked = parts.archive.get_record(place, Task) is not None or was_handled(parts.store, place)
    except StoreUnavailableError:
        asked = False  # the task goes to the spool, and delivery checks this again
    if not asked:
        task = Task.of(record, Source.USER_FLAG, parts.store.bucket_prefix, preselect=True)
        parts.archive.keep([write_of(place, task)])
        parts.metrics.observe_feedback(record, "flag")
    return jsonify(success=True, message=THANKS)


def relabel(record: PredictionRecord, corrected_class: object) -> Response:
    """Keep the class that a user gives to a photo; the latest one counts."""
    parts = services()
    archive = parts.archive
    if corrected_class not in CLASSES:
        raise BadRequest("corrected_class must be one of the classes of /api/classes.")
    try:
        earlier = _earlier_class(archive, record.prediction_id)
        if corrected_class == (earlier or record.prediction):
            return jsonify(success=True, message="No changes needed - class already correct")
    except StoreUnavailableError:
        earlier = None  # the class goes to the spool, whatever the latest one is
    place = keys.relabel(record.prediction_id)
    relabelled = RelabelRecord(
        prediction_id=record.prediction_id,
        prediction=record.prediction,
        corrected_class=corrected_class,
        created_at=datetime.now(UTC),
    )
    archive.keep([write_of(place, relabelled)])
    if earlier is None:
        parts.metrics.observe_feedback(record, "relabel")
    return jsonify(success=True, message="Class updated successfully!", output_json_path=str(place))


def _earlier_class(archive: Archive, prediction_id: str) -> str | None:
    """Return the latest class that a user gave, pending or processed; None if no user gave any.

    Raises:
        StoreUnavailableError: none is in the spool, and the store did not answer.
    """
    if waiting := archive.get_record(keys.relabel(prediction_id), RelabelRecord):
        return waiting.corrected_class
    done = archive.get_record(keys.label(prediction_id, Source.USER_RELABEL), LabelRecord)
    return done.actual if done else None


def _find(prediction_id: object) -> PredictionRecord:
    try:
        place = keys.prediction(str(prediction_id))
    except ValueError:
        record = None
    else:
        record = services().archive.get_record(place, PredictionRecord)
    if record is None:
        raise NotFound("Prediction not found!")
    return record


def _model_feedback(body: dict[str, Any]) -> Response | tuple[Response, int]:
    try:
        return jsonify(success=True, metrics=services().model_feedback.add(body))
    except ModelFeedbackError as error:
        return jsonify(error=str(error)), 400


def _json_object() -> dict[str, Any]:
    request.max_content_length = MAX_BODY_BYTES
    if not request.is_json:
        raise UnsupportedMediaType("Send feedback as application/json.")
    try:
        body = json.loads(request.get_data())
    except RequestEntityTooLarge:
        raise RequestEntityTooLarge("This feedback is too large: the limit is 64 KiB.") from None
    except (ValueError, RecursionError):
        raise BadRequest("The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    return body
