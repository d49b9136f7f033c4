"""The release under test, as its users reach it: through helm, kubectl and port-forwards."""

import base64
import json
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from kubernetes import client
from pydantic import SecretStr

from cronjobs.label_studio.client import LabelStudio, connect
from cronjobs.settings import CronjobSettings
from gourmetgram.settings import StoreSettings
from gourmetgram.store import Store
from tests.cluster.conftest import Command
from tests.cluster.node.polling import wait_until

ROOT = Path(__file__).parents[3]
CHART = ROOT / "charts/gourmetgram"
VALUES = Path(__file__).with_name("values.yaml")
NAME = "gourmetgram"
SECRET = f"{NAME}-credentials"
SERVED_MODEL = "internal.serving.kserve.io/storage-initializer-sourceuri"
COMPONENT = "app.kubernetes.io/component"
OF_THE_RELEASE = f"app.kubernetes.io/instance={NAME}"


class Release:
    """A release of the chart in its own namespace."""

    def __init__(self, namespace: str, core: client.CoreV1Api, kubectl: Command, helm: Command) -> None:
        self.namespace, self.core = namespace, core
        self._kubectl, self._helm = kubectl, helm
        self.notes = ""

    def helm(self, *arguments: str) -> str:
        """Run helm in the namespace."""
        return self._helm(f"--namespace={self.namespace}", *arguments)

    def kubectl(self, *arguments: str) -> str:
        """Run kubectl in the namespace."""
        return self._kubectl(f"--namespace={self.namespace}", *arguments)

    def install(self) -> str:
        """Install the chart, wait until it is ready, and return helm's output."""
        notes = self.helm("install", NAME, str(CHART), f"--values={VALUES}", "--timeout=10m")
        self.wait_until_ready()
        return notes

    def upgrade(self, **values: str) -> str:
        """Change some values of the installed release, and wait until it is ready with them."""
        changes = [f"--set={path}={value}" for path, value in values.items()]
        said = self.helm("upgrade", NAME, str(CHART), "--reuse-values", "--timeout=10m", *changes)
        self.wait_until_ready()
        return said

    def wait_until_ready(self) -> None:
        """Wait until every workload has all its pods, with their newest spec."""
        self.kubectl("rollout", "status", f"statefulset/{NAME}-webapp", "--timeout=5m")
        for component in ("label-studio", "store"):
            self.kubectl("rollout", "status", f"deployment/{NAME}-{component}", "--timeout=5m")
        # Until KServe has seen a change, its Deployment and conditions still show the state before.
        wait_until(self._serves_what_is_wanted, "the predictors of the wanted model", seconds=300)
        self.kubectl("wait", "--for=condition=Ready", f"isvc/{NAME}-food11", "--timeout=5m")

    def pods(self, component: str = "") -> list[Any]:
        """List the pods of the release, or of one component."""
        selector = OF_THE_RELEASE + (f",{COMPONENT}={component}" if component else "")
        found: list[Any] = self.core.list_namespaced_pod(self.namespace, label_selector=selector).items
        return found

    def credentials(self) -> dict[str, str]:
        """Read the generated keys and passwords."""
        data = self.core.read_namespaced_secret(SECRET, self.namespace).data
        return {entry: base64.b64decode(value).decode() for entry, value in data.items()}

    def run_job(self, job: str) -> str:
        """Run a CronJob by hand, and return its log once it has succeeded."""
        return self.succeeded(self.start_job(job))

    def start_job(self, job: str) -> str:
        """Start a CronJob by hand, and return the name of the Job."""
        name = f"{job}-{secrets.token_hex(4)}"
        self.kubectl("create", "job", name, f"--from=cronjob/{NAME}-{job}")
        return name

    def succeeded(self, name: str) -> str:
        """Wait until a Job ends, and return its log if it has succeeded."""
        has_succeeded = self.has_succeeded(name)
        log = self.kubectl("logs", f"job/{name}")
        assert has_succeeded, log
        return log

    def has_succeeded(self, name: str, seconds: float = 400) -> bool:
        """Wait until a Job ends, and return whether it has succeeded."""
        wait_until(lambda: has_ended(self._job(name)), f"the end of {name}", seconds)
        return bool(self._job(name).status.succeeded)

    def pods_of(self, job: str) -> list[Any]:
        """List the pods of a Job that have begun, the newest last."""
        selector = f"batch.kubernetes.io/job-name={job}"
        found = self.core.list_namespaced_pod(self.namespace, label_selector=selector).items
        begun = [pod for pod in found if pod.status.phase != "Pending"]
        return sorted(begun, key=lambda pod: pod.metadata.creation_timestamp)

    def forward(self, component: str, port: int) -> AbstractContextManager[str]:
        """Forward a free local port to a Service; yield the URL, without a trailing slash."""
        return forwarded(self.namespace, f"{NAME}-{component}", port)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Yield a client for the store, with its root key."""
        with self.store_environment() as environment, pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            store = Store(StoreSettings())
            yield store
            store.client.close()

    @contextmanager
    def store_environment(self) -> Iterator[dict[str, str]]:
        """Yield the environment variables with which boto3 reaches the store."""
        credentials = self.credentials()
        with self.forward("store", 9000) as url:
            yield {
                "AWS_ENDPOINT_URL_S3": url,
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": credentials["root-access-key"],
                "AWS_SECRET_ACCESS_KEY": credentials["root-secret-key"],
            }

    @contextmanager
    def label_studio(self) -> Iterator[LabelStudio]:
        """Yield a client for Label Studio's API, as its first user."""
        with self.forward("label-studio", 8080) as url:
            token = self.credentials()["label-studio-token"]
            with connect(
                CronjobSettings(label_studio_url=url, label_studio_token=SecretStr(token))
            ) as studio:
                yield studio

    def _serves_what_is_wanted(self) -> bool:
        predictor = self._kserves("v1beta1", "inferenceservices", f"{NAME}-food11")["predictor"]
        runtime = self._kserves("v1alpha1", "servingruntimes", f"{NAME}-predictor")["containers"][0]
        wanted = {(one["name"], str(one["value"])) for one in runtime["env"]}
        pods = self.pods("predictor")
        models = {pod.metadata.annotations.get(SERVED_MODEL) for pod in pods}
        settings = [{(one.name, one.value) for one in pod.spec.containers[0].env} for pod in pods]
        return (
            len(pods) >= predictor["minReplicas"]
            and models == {predictor["model"]["storageUri"]}
            and all(wanted <= each for each in settings)
            and all(status.ready for pod in pods for status in pod.status.container_statuses or [])
        )

    def _kserves(self, version: str, kind: str, name: str) -> dict[str, Any]:
        found: dict[str, Any] = client.CustomObjectsApi().get_namespaced_custom_object(
            "serving.kserve.io", version, self.namespace, kind, name
        )["spec"]
        return found

    def _job(self, name: str) -> Any:  # noqa: ANN401 (Kubernetes' client is untyped)
        return client.BatchV1Api().read_namespaced_job_status(name, self.namespace)


@contextmanager
def forwarded(namespace: str, service: str, port: int) -> Iterator[str]:
    """Forward a free local port to any Service; yield the URL, without a trailing slash."""
    command = ["kubectl", "port-forward", f"--namespace={namespace}", f"service/{service}", f":{port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()  # "Forwarding from 127.0.0.1:41357 -> 8080"
        assert line, f"no port-forward to {service}"
        # It prints a line for each connection, and would block if nobody read them.
        rest = Thread(target=process.stdout.read)
        rest.start()
        try:
            yield f"http://{line.split()[2]}"
        finally:
            process.terminate()
            rest.join()


def has_ended(job: Any) -> bool:  # noqa: ANN401
    """Return whether a Job has succeeded or failed."""
    return any(one.type in {"Complete", "Failed"} for one in job.status.conditions or [])


def values(release: Release) -> dict[str, Any]:
    """Return the release's current values."""
    found: dict[str, Any] = json.loads(release.helm("get", "values", NAME, "--all", "--output=json"))
    return found
