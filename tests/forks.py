"""Processes that start in milliseconds, as copies of one that has imported the jobs already."""

import functools
import multiprocessing

import botocore.loaders

# What boto3 reads about S3, 10 MB of JSON, would take longer than all requests of a job in a test.
botocore.loaders.create_loader = functools.cache(botocore.loaders.create_loader)

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["tests.forks", "cronjobs.label_studio.setup", "cronjobs.processing", "cronjobs.sync"]
)
