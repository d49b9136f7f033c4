"""Reads and changes a release of the chart through helm and kubectl."""

import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from manifests.commands import CommandError, output

CHART = Path(__file__).parents[1] / "charts/gourmetgram"
NAME = "gourmetgram"
MODEL = "food11"
SERVICE = f"{NAME}-{MODEL}"
READY_SECONDS = 600
SOURCE = "internal.serving.kserve.io/storage-initializer-sourceuri"
CHOICE = re.compile(r"(?P<action>promote|rollback) \S+(?: in place of (?P<replaced>\S+))?: ")

Manifest = dict[str, Any]


class RolloutError(Exception):
    """The request can't be carried out; the message gives the reason."""


class Withdrawal(NamedTuple):
    """The cluster's record of a canary that an alert withdrew (cronjobs/canary.py)."""

    version: str
    at: str
    alerts: str

    def __str__(self) -> str:
        return f"{self.version} was withdrawn at {self.at}, by {self.alerts}"


class State(NamedTuple):
    """The versions that are served, and the last change to them."""

    key: str
    """Name of the Helm value that sets production's version."""
    current: str
    canary: str
    last_action: str
    """The last promotion or rollback in the Helm history; empty if none."""
    replaced: str | None
    """The version that this action replaced."""
    withdrawn: Withdrawal | None
    """The canary's withdrawal, if it was withdrawn."""
    bucket_prefix: str = ""
    """Prefix of the store's bucket names."""


class Release:
    """The release in one namespace."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace

    def state(self) -> State:
        """Read the current state.

        Raises:
            RolloutError: there is no release, or an upgrade of it is in progress.
        """
        history = json.loads(self._run("helm", "history", NAME, "--output=json"))
        lasting = [one for one in history if one["status"] in {"superseded", "deployed"}]
        if history[-1]["status"].startswith("pending") or not lasting:
            raise RolloutError(self._unfinished(history[-1], lasting))
        revision = f"--revision={lasting[-1]['revision']}"
        values = json.loads(self._run("helm", "get", "values", NAME, revision, "--all", "--output=json"))
        model = values["predictor"]["model"]
        key = "version" if values["predictor"]["runtime"] == "onnx" else "floatVersion"
        canary = str(values["predictor"].get("canary", {}).get("version", ""))
        choices = [found for one in lasting if (found := CHOICE.match(one["description"]))]
        last = choices[-1] if choices else None
        return State(
            key,
            str(model[key]),
            canary,
            last["action"] if last else "",
            last and last["replaced"],
            self.withdrawal(canary),
            values["store"]["bucketPrefix"],
        )

    def withdrawal(self, version: str) -> Withdrawal | None:
        """Return the record of the withdrawal of this version as a canary, if any."""
        found = self._found("configmaps", f"--field-selector=metadata.name={NAME}-withdrawn")
        records = [Withdrawal(**one["data"]) for one in found if "data" in one]
        return next((one for one in records if one.version == version), None)

    def upgrade(self, values: Mapping[str, str | int], description: str) -> None:
        """Change these values of the predictor, and wait until its pods match.

        Raises:
            RolloutError: helm refused it, or the pods did not become ready in time.
        """
        changes = [f"--set-json=predictor.{path}={json.dumps(value)}" for path, value in values.items()]
        kept = ("--reset-then-reuse-values", "--timeout=15m", f"--description={description}")
        self._run("helm", "upgrade", NAME, str(CHART), *kept, *changes)
        deadline = time.monotonic() + READY_SECONDS
        while not self._is_as_wanted():
            if time.monotonic() > deadline:
                message = f"not all pods are ready yet: kubectl get pods --namespace {self.namespace}"
                raise RolloutError(message)
            time.sleep(2)

    def _is_as_wanted(self) -> bool:
        """Return whether every pod has the right model; terminating pods may still answer."""
        (service,) = self._found("inferenceservices", f"--field-selector=metadata.name={SERVICE}")
        of_kserve = f"--selector=serving.kserve.io/inferenceservice={SERVICE}"
        deployments = {one["metadata"]["name"]: one for one in self._found("deployments", of_kserve)}
        wanted = _wanted(service["spec"])
        return (
            deployments.keys() == wanted.keys()
            and all(_is_complete(deployments[name], *each) for name, each in wanted.items())
            and len(self._found("pods", of_kserve))
            == sum(one["status"].get("replicas", 0) for one in deployments.values())
        )

    def _found(self, kind: str, selector: str) -> list[Manifest]:
        found: list[Manifest] = json.loads(self._run("kubectl", "get", kind, selector, "--output=json"))[
            "items"
        ]
        return found

    def _run(self, program: str, *arguments: str) -> str:
        try:
            return output(self.namespace, program, *arguments)
        except CommandError as error:
            message = f"{error}; the model that was served before is still served"
            raise RolloutError(message) from error

    def _unfinished(self, newest: Manifest, lasting: list[Manifest]) -> str:
        state = f"revision {newest['revision']} is {newest['status']}: it is in progress or was interrupted."
        if not lasting:
            return state
        back = f"helm rollback {NAME} {lasting[-1]['revision']} --namespace {self.namespace}"
        return f"{state} If none is in progress: {back}"


def _wanted(spec: Manifest) -> dict[str, tuple[str, int]]:
    """Return the model URI and minimum replicas of each Deployment that KServe should create."""
    canaries = [one["predictor"] for one in spec.get("canary", [])]
    least = spec["predictor"]["minReplicas"] - sum(one["minReplicas"] for one in canaries)
    wanted = {f"{SERVICE}-predictor": (spec["predictor"]["model"]["storageUri"], least)}
    for one in canaries:
        wanted[f"{SERVICE}-{one['name']}-predictor"] = (one["model"]["storageUri"], one["minReplicas"])
    return wanted


def _is_complete(deployment: Manifest, source: str, least: int) -> bool:
    status = deployment["status"]
    newest = status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]
    pods = {status.get(kind, 0) for kind in ("replicas", "updatedReplicas", "readyReplicas")}
    annotations: dict[str, str] = deployment["spec"]["template"]["metadata"]["annotations"]
    return newest and len(pods) == 1 and min(pods) >= least and annotations.get(SOURCE) == source
