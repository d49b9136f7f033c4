"""What the views work with: made once by ``create_app``, kept in the application."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from gourmetgram.store import Store
from webapp.archive import Archive
from webapp.delivery import Delivery
from webapp.metrics import Metrics
from webapp.model_feedback import ModelFeedback
from webapp.predictor_client import PredictorClient
from webapp.settings import WebappSettings
from webapp.spool import Spool

EXTENSION = "gourmetgram"


@dataclass(frozen=True)
class Services:
    """The parts of one application."""

    settings: WebappSettings
    store: Store
    spool: Spool
    archive: Archive
    delivery: Delivery
    predictor: PredictorClient
    model_feedback: ModelFeedback
    metrics: Metrics

    def close(self) -> None:
        """End the threads, close the connections and let go of the spool."""
        self.delivery.stop()
        self.archive.close()
        self.predictor.close()
        self.store.client.close()
        self.spool.close()


def install(app: Flask, settings: WebappSettings) -> Services:
    """Make the services of an application; the spool is delivered from now on."""
    store = Store(settings)
    spool = Spool(settings.spool_dir, settings.spool_max_bytes)
    model_feedback = ModelFeedback()
    services = Services(
        settings=settings,
        store=store,
        spool=spool,
        archive=Archive(store, spool, settings.store_deadline_seconds, settings.request_threads),
        delivery=Delivery(spool, store, settings.spool_retry_seconds),
        predictor=PredictorClient(settings),
        model_feedback=model_feedback,
        metrics=Metrics(store, spool, model_feedback),
    )
    services.delivery.start()
    app.extensions[EXTENSION] = services
    return services


def services() -> Services:
    """Give the services of the application that answers the current request."""
    return cast("Services", current_app.extensions[EXTENSION])
