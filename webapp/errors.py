"""Errors as one sentence: JSON for programs, the warning badge for people."""

import logging

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException, ServiceUnavailable, TooManyRequests

from gourmetgram.store import StoreUnavailableError
from webapp.admission import TooBusyError
from webapp.predictor_client import PhotoRefusedError, PredictorUnavailableError
from webapp.services import services
from webapp.spool import SpoolFullError

log = logging.getLogger(__name__)

RETRY_SECONDS = 5


def install(app: Flask) -> None:
    """Make an application answer every error this way."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(TooManyRequests, _too_much)
    app.register_error_handler(TooBusyError, _too_busy)
    app.register_error_handler(PhotoRefusedError, _refused)
    app.register_error_handler(PredictorUnavailableError, _predictor_away)
    app.register_error_handler(StoreUnavailableError, _store_away)
    app.register_error_handler(SpoolFullError, _spool_full)
    app.register_error_handler(Exception, _unexpected)


def wants_json() -> bool:
    """Return whether the client is a program: it asks for JSON or has sent some."""
    if request.is_json or request.blueprint in {"feedback", "health"}:
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _sentence(status: int, sentence: str, **headers: str) -> Response:
    if request.blueprint == "feedback":
        response = jsonify(success=False, message=sentence)
    elif wants_json():
        response = jsonify(error=sentence)
    else:
        response = make_response(render_template("warning.html", message=sentence))
    response.status_code = status
    response.headers.update(headers)
    return response


def _http(error: HTTPException) -> Response:
    return _sentence(error.code or 500, error.description or error.name)


def _too_much(error: TooManyRequests) -> Response:
    seconds = str(error.retry_after or RETRY_SECONDS)
    sentence = f"You have sent too many requests in the last minute. Please try again in {seconds} seconds."
    return _sentence(429, sentence, **{"Retry-After": seconds})


def _refused(error: PhotoRefusedError) -> Response:
    return _sentence(error.status, str(error))


def _too_busy(_: TooBusyError) -> Response:
    return _later("Too many photos are being processed right now. Please try again in a moment.")


def _predictor_away(error: PredictorUnavailableError) -> Response:
    log.warning("%s", error)
    services().metrics.predictor_errors.inc()
    return _later("The classifier is busy or unavailable. Please try again in a moment.")


def _store_away(error: StoreUnavailableError) -> Response:
    log.warning("%s", error)
    return _later("The photo store is not responding right now. Please try again in a moment.")


def _spool_full(error: SpoolFullError) -> Response:
    log.error("no more uploads can be accepted: %s", error)
    return _later("No more uploads can be accepted right now. Please try again later.")


def _later(sentence: str) -> Response:
    return _sentence(ServiceUnavailable.code, sentence, **{"Retry-After": str(RETRY_SECONDS)})


def _unexpected(error: Exception) -> Response:
    log.error("a request failed", exc_info=error)
    if not wants_json():
        return _sentence(500, "Something went wrong on our side. Please try again.")
    response = jsonify(error="Internal server error")
    response.status_code = 500
    return response
