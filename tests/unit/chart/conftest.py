"""The chart, rendered by helm: from PATH, or the one built for the tests' cluster."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.node.gobuild import built
from tests.cluster.node.pieces import HELM
from tests.cluster.node.versions import versions

ROOT = Path(__file__).parents[3]
CHART = ROOT / "charts/gourmetgram"
KSERVE = "serving.kserve.io/v1beta1/InferenceService"
OPERATOR = "monitoring.coreos.com/v1/PrometheusRule"
TRAINER = "trainer.kubeflow.org/v1alpha1/TrainingRuntime"

Manifest = dict[str, Any]
Render = Callable[..., list[Manifest]]


class RefusedError(Exception):
    """helm refused the values; the message is the one that users see."""


@pytest.fixture(scope="session")
def helm() -> Path:
    found = shutil.which("helm") or built(HELM) / "helm"
    if not Path(found).exists():
        pytest.skip("there is no helm on PATH, and the tests' cluster has not been built here")
    return Path(found)


@pytest.fixture(scope="session")
def render(helm: Path) -> Render:
    """Render the chart with additional helm arguments, and return its objects."""

    def template(*arguments: str | Path, release: str = "food", kserve: bool = True) -> list[Manifest]:
        command = [helm, "template", release, CHART, "--namespace=eat"]
        command += ["--kube-version", versions()["KUBERNETES_VERSION"], *arguments]
        for api in (OPERATOR, TRAINER, *([KSERVE] if kserve else [])):
            command += ["--api-versions", api]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RefusedError(done.stderr)
        return [thing for thing in yaml.load_all(done.stdout, yaml.CSafeLoader) if thing]

    return template


SCENARIOS = [*sorted((CHART / "ci").glob("*.yaml")), *sorted((ROOT / "manifests/stages").glob("*.yaml"))]


@pytest.fixture(scope="session", params=SCENARIOS, ids=lambda path: path.stem)
def scenario(request: pytest.FixtureRequest, render: Render) -> list[Manifest]:
    """Return the objects of each scenario and stage."""
    return render("--values", request.param)


def pods(objects: list[Manifest]) -> Iterator[Manifest]:
    """Return the pod templates of everything that creates pods."""
    for thing in objects:
        match thing["kind"]:
            case "Pod":
                yield thing
            case "Deployment" | "StatefulSet" | "Job":
                yield thing["spec"]["template"]
            case "CronJob":
                yield thing["spec"]["jobTemplate"]["spec"]["template"]
            case "TrainingRuntime":
                for job in thing["spec"]["template"]["spec"]["replicatedJobs"]:
                    yield job["template"]["spec"]["template"]
            case "InferenceService":
                yield _predictor(thing, named(objects, "ServingRuntime"))


def _predictor(service: Manifest, runtime: Manifest) -> Manifest:
    """Merge InferenceService and ServingRuntime as KServe does."""
    labels = service["metadata"]["labels"] | {
        "serving.kserve.io/inferenceservice": service["metadata"]["name"]
    }
    return {"metadata": {"labels": labels}, "spec": service["spec"]["predictor"] | runtime["spec"]}


def containers(pod: Manifest) -> list[Manifest]:
    """Return a pod's containers, including init containers."""
    return [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]


def named(objects: list[Manifest], kind: str, name: str = "") -> Manifest:
    """Find an object by its kind and part of its name."""
    return next(thing for thing in objects if thing["kind"] == kind and name in thing["metadata"]["name"])


def environment(container: Manifest) -> dict[str, Any]:
    """Return a container's environment variables, with their values or sources."""
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container.get("env", [])}
