"""Runs the jobs that don't need Label Studio while the other components are under load."""

import os
from contextlib import suppress
from datetime import UTC, datetime

from cronjobs.processing import Processing
from cronjobs.sampling import Sampling
from cronjobs.settings import CronjobSettings
from gourmetgram.store import Store, StoreUnavailableError
from tests.forks import FORKS


def run_each_twice(store_url: str) -> None:
    """Run two copies of each job at the same time; without the store, they end early."""
    targets = [_sample, _sample, _process, _process]
    copies = [FORKS.Process(target=target, args=(store_url,)) for target in targets]
    for each in copies:
        each.start()
    for each in copies:
        each.join(60)


def process(store: Store) -> bool:
    """Process all pending annotations and corrections; return whether none is left."""
    return Processing(store, CronjobSettings()).run().complete


def _process(store_url: str) -> None:
    with suppress(StoreUnavailableError):
        process(_store(store_url))


def _sample(store_url: str) -> None:
    """Sample from the uploads of today and yesterday."""
    with suppress(StoreUnavailableError):
        Sampling(_store(store_url), CronjobSettings()).run(datetime.now(UTC).date())


def _store(url: str) -> Store:
    os.environ["AWS_ENDPOINT_URL_S3"] = url
    return Store(CronjobSettings())
