"""`python -m cronjobs.access`: create the buckets of the chart's own store, with their access policies.

Every process has its own key, and each bucket's policy allows a key what its process does.
"""

import json
import logging
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from cronjobs.command import Outcome, run
from cronjobs.settings import CronjobSettings
from gourmetgram import keys
from gourmetgram.keys import BUCKETS, DATASETS, LABELSTUDIO, MODELS, PRODUCTION, TRACKING, outputs
from gourmetgram.sources import Source
from gourmetgram.store import Store, StoreUnavailableError

log = logging.getLogger(__name__)

WEBAPP, CRONJOBS, DELETION, RETRAINING, LABEL_STUDIO, PREDICTOR = ACCESS_KEYS = (
    "webapp",
    "cronjobs",
    "deletion",
    "retraining",
    "label-studio",
    "predictor",
)

WAIT_SECONDS = 300


class Grant(NamedTuple):
    """A key's permissions in a bucket: read everything, and write and delete under the given prefixes."""

    access_key: str
    bucket: str
    writes: Sequence[str] = ()
    deletes: Sequence[str] = ()


GRANTS = (
    Grant(WEBAPP, PRODUCTION, writes=[""]),
    Grant(WEBAPP, TRACKING, writes=[keys.PREDICTIONS]),
    Grant(WEBAPP, LABELSTUDIO, writes=["tasks/", outputs(Source.USER_RELABEL)]),
    Grant(CRONJOBS, PRODUCTION),
    Grant(CRONJOBS, TRACKING, writes=[""], deletes=[keys.LABELS, keys.IMPORTS, keys.SHARES]),
    Grant(CRONJOBS, LABELSTUDIO, writes=[""], deletes=[""]),
    *(Grant(CRONJOBS, bucket, writes=[""], deletes=[""]) for bucket in DATASETS),
    *(Grant(DELETION, bucket, deletes=[""]) for bucket in BUCKETS),
    Grant(DELETION, TRACKING, writes=[keys.DELETIONS]),
    *(Grant(RETRAINING, bucket) for bucket in (TRACKING, *DATASETS)),
    Grant(RETRAINING, MODELS, writes=[""]),
    Grant(LABEL_STUDIO, PRODUCTION),
    Grant(LABEL_STUDIO, LABELSTUDIO, writes=["output/"]),
    Grant(PREDICTOR, MODELS),
)


def policy(bucket: str, bucket_name: str) -> dict[str, Any]:
    """Write the policy of a bucket that is called ``bucket_name`` in the store."""
    grants = [grant for grant in GRANTS if grant.bucket == bucket]
    statements = [statement for grant in grants for statement in _statements(grant, bucket_name)]
    return {"Version": "2012-10-17", "Statement": statements}


def _statements(grant: Grant, bucket_name: str) -> list[dict[str, Any]]:
    rules = [
        (["s3:ListBucket", "s3:GetBucketLocation"], [bucket_name]),
        (["s3:GetObject"], [f"{bucket_name}/*"]),
        (["s3:PutObject"], [f"{bucket_name}/{prefix}*" for prefix in grant.writes]),
        (["s3:DeleteObject"], [f"{bucket_name}/{prefix}*" for prefix in grant.deletes]),
    ]
    return [
        {
            "Effect": "Allow",
            "Principal": {"AWS": [grant.access_key]},
            "Action": actions,
            "Resource": [f"arn:aws:s3:::{resource}" for resource in resources],
        }
        for actions, resources in rules
        if resources
    ]


def set_up() -> Outcome:
    """Create what is missing and write every policy.

    Raises:
        StoreUnavailableError: the store did not answer in five minutes, or refused.
    """
    store = Store(CronjobSettings())
    buckets = (*BUCKETS, MODELS)
    _create_once_it_answers(store, buckets)
    for bucket in buckets:
        name = f"{store.bucket_prefix}{bucket}"
        store.client.put_bucket_policy(Bucket=name, Policy=json.dumps(policy(bucket, name)))
    return Outcome(f"{len(buckets)} buckets have their policies", {"buckets": len(buckets)})


def _create_once_it_answers(store: Store, buckets: Sequence[str]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return store.create_buckets(buckets)
        except StoreUnavailableError:
            if time.monotonic() > deadline:
                raise
            log.info("waiting for the store")
            time.sleep(1)


if __name__ == "__main__":
    run("access", set_up)
