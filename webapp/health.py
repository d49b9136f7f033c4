"""The endpoints for liveness, readiness and metrics."""

from flask import Blueprint, Response, jsonify, request
from prometheus_client.exposition import choose_encoder

from webapp.services import services

blueprint = Blueprint("health", __name__)

PROBE_SECONDS = 1.0


@blueprint.get("/healthz")
def alive() -> Response:
    """Answer the liveness probe."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """Say whether an upload can be answered and saved now; without the store, the spool must have room."""
    parts = services()
    predictor = parts.predictor.is_ready(PROBE_SECONDS)
    room = parts.spool.has_room_for(parts.settings.max_photo_bytes)
    usage = parts.spool.usage()
    body = {
        "ready": predictor and room,
        "predictor": "ready" if predictor else "unavailable",
        "store": "ready" if parts.archive.store_answers(PROBE_SECONDS) else "unavailable",
        "spool": "room" if room else "full",
        "waiting": usage.entries,
        "oldest_seconds": round(usage.oldest_seconds, 1),
    }
    return jsonify(body), 200 if body["ready"] else 503


@blueprint.get("/metrics")
def metrics() -> Response:
    """Expose the metrics to Prometheus."""
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(services().metrics.registry), content_type=content_type)
