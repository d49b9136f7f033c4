"""The HTTP server: KServe's V1 and V2 paths and the course's, around one model.

KServe's own ``ModelServer`` is left out: it buffers bodies of any size, lets every client unload the model,
and answers a dozen kinds of malformed requests with 500 and a traceback. Its parts are used instead.
"""

import logging
from collections.abc import Awaitable, Callable
from functools import partial

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from gourmetgram.memory import trim
from predictor.protocols import course, v1, v2
from predictor.protocols.responses import REFUSALS, fail, refuse
from predictor.serving.admission import Admission
from predictor.serving.fast_paths import FastPaths
from predictor.serving.health import health_routes
from predictor.serving.model import FoodClassifier
from predictor.serving.request_heads import BoundedHeads
from predictor.settings import PredictorSettings

log = logging.getLogger(__name__)

KEEP_ALIVE_SECONDS = 65
"""Longer than clients keep idle connections, so that none sends into one that is being closed."""

Answer = Callable[[Request, bytes, FoodClassifier], Awaitable[Response]]
ANSWERS: dict[str, Answer] = {
    "/v1/models/{name}:predict": v1.predict,
    "/v2/models/{name}/infer": v2.infer,
    "/v2/models/{name}/versions/{version}/infer": v2.infer,
    "/predict": course.predict,
}


def serve(settings: PredictorSettings) -> None:
    """Load the model and serve it until SIGTERM; nothing listens before it has answered a warm-up.

    Raises:
        ModelUnusableError: there is no model that can be served.
    """
    model = FoodClassifier(settings)
    model.load()
    if settings.follow_seconds:
        from predictor.registry.following import follow  # noqa: PLC0415 - imports boto3, which no pod needs

        follow(model, settings)
    trim()
    log.info("Serving %s version %s on %d threads", model.name, model.version, settings.threads)
    uvicorn.run(
        create_app(model, settings),
        host=settings.host,
        port=settings.port,
        http=BoundedHeads,
        loop="uvloop",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.grace_seconds,
    )


def create_app(model: FoodClassifier, settings: PredictorSettings) -> FastPaths:
    """Serve a loaded model; its predictions bypass all routing."""
    admission = Admission(settings)
    endpoints = {path: admission(partial(_predict, answer, model)) for path, answer in ANSWERS.items()}
    routes = [Route(path, endpoint, methods=["POST"]) for path, endpoint in endpoints.items()]
    handlers = {**dict.fromkeys(REFUSALS, refuse), Exception: fail}
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.default = Router(health_routes(model))  # asked last, so that GET …:predict is 405, not 404
    fast = {path.format(name=model.name): endpoints[path] for path in endpoints if "{version}" not in path}
    return FastPaths(fast, app)


async def _predict(answer: Answer, model: FoodClassifier, request: Request, body: bytes) -> Response:
    model.require(**request.path_params)
    return await answer(request, body, model)
