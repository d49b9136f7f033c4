"""Uploads from inside the cluster, as if by many users, while something happens to the release."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gourmetgram import keys
from gourmetgram.records import PredictionRecord
from gourmetgram.store import Store
from tests.cluster import pods
from tests.cluster.node.polling import wait_until
from tests.cluster.release.installed import COMPONENT, NAME, OF_THE_RELEASE, Release
from tests.cluster.release.photos import SURE

# Each upload has its own connection, so that each can reach a different pod. SIGTERM ends it.
PROGRAM = """
import json, os, signal, threading, urllib3
ended = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: ended.set())
photo = open("/photo/photo.jpg", "rb").read()
form = {"file": ("photo.jpg", photo)}
headers = {"Accept": "application/json", "Connection": "close"}
http = urllib3.PoolManager(timeout=30, retries=False)
def upload():
    while not ended.is_set():
        try:
            answer = http.request("POST", "http://%s-webapp:5000/predict", fields=form, headers=headers)
            said = {"status": answer.status, "body": answer.data.decode()}
        except urllib3.exceptions.HTTPError as error:
            said = {"status": 0, "body": str(error)}
        os.write(1, (json.dumps(said) + chr(10)).encode())  # in one piece
        ended.wait(%s)
threads = [threading.Thread(target=upload) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


@dataclass
class Load:
    """The responses to the uploads, filled in when the load has ended."""

    answers: list[dict[str, object]]

    def failed(self) -> list[dict[str, object]]:
        """Return the responses that are not predictions."""
        return [answer for answer in self.answers if answer["status"] != 200]

    def predictions(self) -> list[PredictionRecord]:
        """Return the predictions in the responses."""
        return [
            PredictionRecord.model_validate_json(str(answer["body"]))
            for answer in self.answers
            if answer["status"] == 200
        ]


@contextmanager
def uploads(release: Release, pause: float = 0.2) -> Iterator[Load]:
    """Upload a photo inside the context, four at a time with a pause (in seconds) after each."""
    load = Load([])
    release.kubectl("create", "configmap", "photo", f"--from-file=photo.jpg={SURE}")
    _start(release, pause)
    try:
        release.kubectl("wait", "--for=condition=Ready", "pod/load", "--timeout=60s")
        wait_until(lambda: len(_answers(release)) > 10, "the first uploads")
        yield load
        count = len(_answers(release))
        wait_until(lambda: len(_answers(release)) > count + 10, "uploads after what happened")
        # The signal reaches only PID 1; the log is read before the pod is gone.
        release.kubectl("exec", "load", "--", "python", "-c", "import os; os.kill(1, 15)")
        release.kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/load", "--timeout=90s")
        load.answers = _answers(release)
    finally:
        release.kubectl("delete", "pod/load", "configmap/photo", "--now", "--ignore-not-found")


def wait_until_kept(store: Store, predictions: list[PredictionRecord]) -> None:
    """Wait until the record and photo of each prediction are in the store; some may be in a spool."""

    def kept() -> bool:
        return all(
            store.exists(keys.prediction(one.prediction_id)) and store.exists(one.image.location)
            for one in predictions
        )

    wait_until(kept, f"{len(predictions)} predictions in the store")


def _answers(release: Release) -> list[dict[str, object]]:
    return [json.loads(line) for line in release.kubectl("logs", "pod/load").splitlines()]


def _start(release: Release, pause: float) -> None:
    """Start a pod that may reach the web application, since it has the labels of the release's tests."""
    image = release.pods("webapp")[0].spec.containers[0].image
    container = {"image": image, "volumeMounts": [{"name": "photo", "mountPath": "/photo"}]}
    volume = {"name": "photo", "configMap": {"name": "photo"}}
    spec = pods.pod_spec(PROGRAM % (NAME, pause), container=container, volumes=[volume])
    labels = {**dict([OF_THE_RELEASE.split("=")]), COMPONENT: "tests", "app.kubernetes.io/name": NAME}
    release.core.create_namespaced_pod(
        release.namespace, {"metadata": {"name": "load", "labels": labels}, "spec": spec}
    )
