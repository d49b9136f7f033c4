"""The whole node crashes under uploads from outside: what was answered is there once when it is back."""

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import requests

from gourmetgram import keys
from gourmetgram.records import PredictionRecord
from tests.cluster.node import isolation
from tests.cluster.node.commands import run
from tests.cluster.node.polling import wait_until
from tests.cluster.release.installed import Release
from tests.cluster.release.load import PHOTO, wait_until_kept

pytestmark = pytest.mark.cluster

ENOUGH = 10
"""Answers before and after the crash."""


@pytest.mark.usefixtures("built_node")
def test_what_was_answered_before_and_after_the_node_crashed_is_kept_once(release: Release) -> None:
    with _uploads(release) as answered:
        wait_until(lambda: len(answered) > ENOUGH, "the first uploads")
        _crash()
        release.wait_until_ready()
        before = len(answered)
        wait_until(lambda: len(answered) > before + ENOUGH, "uploads after the crash")
    with release.store() as store:
        wait_until_kept(store, answered)
        photos = Counter(keys.prediction_id_of(key) for key in store.keys(keys.PRODUCTION, ""))
    assert [photo for photo, count in photos.items() if count > 1] == []
    release.run_job("processing")


def _crash() -> None:
    """Kill every process of the node at once, and start it as `make test-cluster-up` does."""
    first = isolation.first_process()
    assert first
    os.kill(first, signal.SIGKILL)
    run(sys.executable, "-m", "tests.cluster.node", "up")


@contextmanager
def _uploads(release: Release) -> Iterator[list[PredictionRecord]]:
    """Upload from outside the node while inside, whether or not that is answered; give what was."""
    answered: list[PredictionRecord] = []
    ended = threading.Event()
    client = threading.Thread(target=_client, args=(release, answered, ended))
    client.start()
    try:
        yield answered
    finally:
        ended.set()
        client.join()


def _client(release: Release, answered: list[PredictionRecord], ended: threading.Event) -> None:
    """Upload through one port-forward until that breaks, and then through another."""
    while not ended.wait(0.2):
        with suppress(AssertionError, requests.RequestException), release.forward("webapp", 5000) as url:
            while not ended.wait(0.2):
                form = {"file": ("photo.jpg", PHOTO.read_bytes())}
                headers = {"Accept": "application/json"}
                answer = requests.post(f"{url}/predict", files=form, headers=headers, timeout=10)
                if answer.ok:
                    answered.append(PredictionRecord.model_validate_json(answer.text))
