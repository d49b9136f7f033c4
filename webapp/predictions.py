"""Predictions: a photo comes in, its class goes out, and both are stored."""

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from gourmetgram import keys
from gourmetgram.classes import CLASSES, class_dir
from gourmetgram.ids import created_at, new_prediction_id
from gourmetgram.keys import EXTENSIONS, PRODUCTION
from gourmetgram.records import Image, PredictionRecord, Record, Task
from gourmetgram.sources import Source
from gourmetgram.store import JSON
from webapp.entries import Write
from webapp.errors import wants_json
from webapp.forms import photo_of
from webapp.photos import Photo, read_photo, too_large
from webapp.predictor_client import Prediction
from webapp.services import Services, services

blueprint = Blueprint("predictions", __name__)

RUNNERS_UP = 2


@blueprint.get("/predict")
def show_page() -> BaseResponse:
    """Redirect to the page."""
    return redirect(url_for("pages.page"), 303)


@blueprint.post("/predict")
def predict() -> Response:
    """Classify an uploaded photo; the answer is sent only once everything is saved."""
    parts = services()
    limit = parts.settings.max_photo_bytes
    with parts.admission.admit(min(request.content_length or limit, limit)):
        keep_metadata = parts.settings.keep_photo_metadata
        photo = read_photo(_form_photo(limit), limit, keep_metadata=keep_metadata)
        prediction = parts.predictor.predict(photo.body, photo.content_type)
        record = record_of(photo, prediction, parts.settings.confidence_threshold)
        stored = parts.archive.keep(_writes(record, photo, parts))
    parts.metrics.observe_prediction(record)
    return _answer(record, waiting=not stored)


def _form_photo(limit: int) -> FileStorage | None:
    try:
        return photo_of(request)
    except RequestEntityTooLarge as error:
        if error.description == RequestEntityTooLarge.description:  # the request as a whole
            raise RequestEntityTooLarge(too_large(limit)) from None
        raise


@blueprint.get("/api/classes")
def classes() -> Response:
    """List the classes, in the order of the model's outputs."""
    return jsonify(list(CLASSES))


def record_of(photo: Photo, prediction: Prediction, confidence_threshold: float) -> PredictionRecord:
    """Give a prediction its id and its locations in the store."""
    prediction_id = new_prediction_id()
    folder = class_dir(prediction.prediction)
    image = keys.photo(PRODUCTION, folder, prediction_id, EXTENSIONS[photo.content_type])
    return PredictionRecord(
        prediction_id=prediction_id,
        filename=photo.filename,
        image=Image(bucket=image.bucket, key=image.key),
        class_dir=folder,
        low_confidence=prediction.confidence < confidence_threshold,
        created_at=created_at(prediction_id),
        **prediction.model_dump(),
    )


def _writes(record: PredictionRecord, photo: Photo, parts: Services) -> list[Write]:
    # In this order no record ever points to a photo that is not there, and no task to a missing record.
    writes = [
        Write(record.image.location, photo.content_type, photo.body),
        write_of(keys.prediction(record.prediction_id), record),
    ]
    if record.low_confidence:
        # Blind: annotators who see the model's class tend to agree, and these labels count in the accuracy.
        task = Task.of(record, Source.LOW_CONFIDENCE, parts.store.bucket_prefix, preselect=False)
        writes.append(write_of(keys.task(record.prediction_id, Source.LOW_CONFIDENCE), task))
    return writes


def write_of(location: keys.Location, record: Record) -> Write:
    """Write a record as JSON."""
    return Write(location, JSON, record.model_dump_json().encode())


def _answer(record: PredictionRecord, *, waiting: bool) -> Response:
    ranked = sorted(record.probabilities.items(), key=lambda item: item[1], reverse=True)
    runners_up = [item for item in ranked if item[0] != record.prediction][:RUNNERS_UP]
    if wants_json():
        shown = [{"prediction": name, "probability": value} for name, value in runners_up]
        return jsonify(
            **record.model_dump(mode="json"), runners_up=shown, stored="waiting" if waiting else "stored"
        )
    return make_response(
        render_template(
            "prediction.html",
            record=record,
            runners_up=runners_up,
            classes=CLASSES,
            waiting=waiting,
        )
    )
