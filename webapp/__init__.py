"""The web application: upload a photo, see its class, say what it really is."""

import time

from flask import Flask, Response, g, request

from webapp import errors, feedback, health, identity, origins, pages, predictions, services
from webapp.proxies import TrustedProxies
from webapp.settings import WebappSettings

FORM_BYTES = 64 * 1024
"""Room for everything in a form but its photo."""


def create_app(settings: WebappSettings | None = None) -> Flask:
    """Create the application; by default its settings come from the environment."""
    settings = settings or WebappSettings()
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_photo_bytes + FORM_BYTES
    proxies = TrustedProxies(app.wsgi_app, settings.proxy_networks, settings.identity_header)
    app.wsgi_app = proxies  # type: ignore[assignment, method-assign]
    made = services.install(app, settings)
    errors.install(app)
    app.before_request(_start_clock)
    for check in (origins.refuse_other_sites, identity.require_person, _refuse_too_much):
        app.before_request(check)
    app.after_request(_stop_clock)
    for module in (pages, predictions, feedback, health):
        app.register_blueprint(module.blueprint)
    made.metrics.expect_requests(app.url_map)
    return app


def _refuse_too_much() -> None:
    if request.method == "POST":
        limits = services.services().client_limits
        limits.admit(request.endpoint, request.remote_addr or "", request.content_length)


def _start_clock() -> None:
    g.started = time.perf_counter()


def _stop_clock(response: Response) -> Response:
    seconds = time.perf_counter() - g.started
    metrics = services.services().metrics
    metrics.observe_request(request.endpoint, request.method, response.status_code, seconds)
    return response
