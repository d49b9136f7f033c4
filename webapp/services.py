"""The services that the views use: created once by ``create_app``, kept in the application."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from webapp.admission import Admission
from webapp.archive import Archive
from webapp.client_limits import ClientLimits
from webapp.delivery import Delivery
from webapp.loop_metrics import LoopMetrics
from webapp.metrics import Metrics
from webapp.model_feedback import ModelFeedback
from webapp.predictor_client import PredictorClient
from webapp.settings import RESERVED_THREADS, WebappSettings
from webapp.spool import Spool
from webapp.writing import WritingStore

EXTENSION = "gourmetgram"


@dataclass(frozen=True)
class Services:
    """The services of one application."""

    settings: WebappSettings
    store: WritingStore
    spool: Spool
    admission: Admission
    client_limits: ClientLimits
    archive: Archive
    delivery: Delivery
    predictor: PredictorClient
    model_feedback: ModelFeedback
    loop_metrics: LoopMetrics
    metrics: Metrics

    def close(self) -> None:
        """Stop the threads, close the connections and release the spool."""
        self.loop_metrics.stop()
        self.delivery.stop()
        self.archive.close()
        self.predictor.close()
        self.store.client.close()
        self.spool.close()


def install(app: Flask, settings: WebappSettings) -> Services:
    """Create an application's services and start delivering the spool."""
    store = WritingStore(settings)
    spool = Spool(settings.spool_dir, settings.spool_max_bytes)
    model_feedback = ModelFeedback()
    loop_metrics = LoopMetrics(store, settings.loop_metrics_seconds)
    archive = Archive(store, spool, settings.store_deadline_seconds, settings.request_threads)
    services = Services(
        settings=settings,
        store=store,
        spool=spool,
        admission=Admission(settings.request_threads - RESERVED_THREADS, settings.max_upload_bytes),
        client_limits=ClientLimits(settings),
        archive=archive,
        delivery=Delivery(archive, settings.spool_retry_seconds),
        predictor=PredictorClient(settings),
        model_feedback=model_feedback,
        loop_metrics=loop_metrics,
        metrics=Metrics(store, spool, model_feedback, loop_metrics),
    )
    services.delivery.start()
    services.loop_metrics.start()
    app.extensions[EXTENSION] = services
    return services


def services() -> Services:
    """Return the services of the current application."""
    return cast("Services", current_app.extensions[EXTENSION])
