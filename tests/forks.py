"""Runs jobs in processes that start within milliseconds, as forks of one that has imported everything."""

import functools
import multiprocessing
import os
from collections.abc import Mapping
from datetime import timedelta
from multiprocessing.context import ForkServerProcess

import boto3
import botocore.session
from tqdm import tqdm

from cronjobs.deletion import Deletion
from cronjobs.label_studio.client import connect
from cronjobs.label_studio.setup import set_up
from cronjobs.processing import Processing
from cronjobs.sampling import Sampling
from cronjobs.settings import CronjobSettings
from cronjobs.sync import sync
from gourmetgram.sources import Source
from gourmetgram.store import Store
from tests.labelling import NOON, prediction_id

# boto3 takes longer to load its description of S3 than a job takes in a test: load it once, before forking.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)
boto3.Session(region_name="us-east-1").client("s3")
tqdm.get_lock()

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["__main__", __name__])


def job_process(job: str, env: Mapping[str, str]) -> ForkServerProcess:
    """Return a process for a job, not yet started, with these additional environment variables."""
    return FORKS.Process(target=JOBS[job], args=(dict(env),))


def run_sampling(env: Mapping[str, str]) -> None:
    """Draw two predictions."""
    os.environ.update(env)
    settings = CronjobSettings(sample_size=2)
    Sampling(Store(settings), settings).run(NOON.date())


def run_processing(env: Mapping[str, str]) -> None:
    """Process all pending annotations and corrections."""
    os.environ.update(env)
    settings = CronjobSettings()
    Processing(Store(settings), settings).run()


def run_deletion(env: Mapping[str, str]) -> None:
    """Delete the first prediction."""
    os.environ.update(env)
    Deletion(Store(CronjobSettings()), None).of_predictions([prediction_id(1)])


def run_retention(env: Mapping[str, str]) -> None:
    """Delete what is older than a month, two months later."""
    os.environ.update(env)
    Deletion(Store(CronjobSettings()), None).older_than(30, NOON.date() + timedelta(days=60))


def run_sync(env: Mapping[str, str]) -> None:
    """Sync one project."""
    os.environ.update(env)
    settings = CronjobSettings()
    with connect(settings) as studio:
        assert sync(studio, settings, [Source.USER_FLAG]).complete


def run_set_up(env: Mapping[str, str]) -> None:
    """Set up Label Studio."""
    os.environ.update(env)
    set_up()


JOBS = {
    "sampling": run_sampling,
    "processing": run_processing,
    "deletion": run_deletion,
    "retention": run_retention,
    "sync": run_sync,
    "setup": run_set_up,
}
