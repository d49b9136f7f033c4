"""Shows the registry in MLflow, where MLFLOW_TRACKING_URI names a server: runs, versions and their aliases.

The registry in the store is authoritative. What MLflow lacks is added each time, so the next command makes up
for a server outage or a killed run.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

from mlflow import MlflowClient
from mlflow.entities import Metric, RunTag
from mlflow.exceptions import MlflowException

from gourmetgram import keys
from predictor.registry.records import Verdict
from predictor.registry.registry import Registry

log = logging.getLogger(__name__)

NAME = "GourmetGramFood11Model"
"""The experiment and the registered model, as the course calls it."""
OF_A_CANDIDATE, OF_THE_CURRENT = ("staging", "candidate"), ("production", "champion")
_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}


def show(registry: Registry, served: str | None = None) -> None:
    """Bring MLflow up to date with the registry; warn if the server does not answer.

    ``served`` is in production where the registry has no record of a promotion, as on a cluster.

    Raises:
        RegistryError: a record in the registry is malformed.
        StoreUnavailableError: the store did not answer.
    """
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        return
    for name, value in _PATIENCE.items():
        os.environ.setdefault(name, value)
    try:
        _Mirror(registry).run(served)
    except MlflowException as error:
        log.warning("MLflow lacks what was done now, the next command adds it: %s", error)


class _Mirror:
    """A registry, and its mirror on an MLflow server."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._client = MlflowClient()
        self._experiment = self._made_experiment()
        runs = self._client.search_runs([self._experiment], max_results=50_000)
        # A run without the tag was killed while it was written.
        tagged = [run for run in runs if "verdict" in run.data.tags]
        self._runs: dict[str, str] = {run.data.tags["verdict"]: run.info.run_id for run in tagged}
        self._versions = self._known_versions()

    def run(self, served: str | None) -> None:
        verdicts = sorted(self._verdicts(), key=lambda verdict: verdict.made_at)
        for verdict in verdicts:
            self._add(verdict)
        self._point("development", verdicts[-1].candidate if verdicts else None)
        current, waiting = self._registry.current(), self._registry.candidate()
        now = current.version if current else served
        candidate = waiting.version if waiting and waiting.version != now else None
        for version, aliases in ((candidate, OF_A_CANDIDATE), (now, OF_THE_CURRENT)):
            for alias in aliases:
                self._point(alias, version)

    def _verdicts(self) -> Iterator[Verdict]:
        for version in self._registry.judged():
            yield from self._registry.verdicts(version)

    def _made_experiment(self) -> str:
        found = self._client.get_experiment_by_name(NAME)
        return str(found.experiment_id if found else self._client.create_experiment(NAME))

    def _known_versions(self) -> dict[str, str]:
        """Return MLflow's number of each of our versions, so that a rerun after a kill finds them."""
        if not self._client.search_registered_models(f"name='{NAME}'"):
            self._client.create_registered_model(NAME)
        found = self._client.search_model_versions(f"name='{NAME}'", max_results=10_000)
        return {one.tags["version"]: str(one.version) for one in found if "version" in one.tags}

    def _add(self, verdict: Verdict) -> None:
        run = self._runs.get(verdict.made_at.isoformat()) or self._run_of(verdict)
        if verdict.candidate not in self._versions:
            self._versions[verdict.candidate] = self._version(verdict.candidate, run)

    def _run_of(self, verdict: Verdict) -> str:
        moment = int(verdict.made_at.timestamp() * 1000)
        name = f"{verdict.candidate} against {verdict.current}"
        run = self._client.create_run(self._experiment, start_time=moment, run_name=name).info.run_id
        metrics = [Metric(key, value, moment, 0) for key, value in _metrics(verdict)]
        self._client.log_batch(run, metrics, tags=[RunTag(*pair) for pair in _tags(verdict)])
        self._client.set_terminated(run, "FINISHED", moment)
        self._client.set_tag(run, "verdict", verdict.made_at.isoformat())
        return str(run)

    def _version(self, version: str, run: str | None) -> str:
        place = keys.model(self._registry.name, version)
        source = f"s3://{self._registry.store.bucket_prefix}{place}"
        made = self._client.create_model_version(NAME, source, run, tags={"version": version})
        return str(made.version)

    def _point(self, alias: str, version: str | None) -> None:
        if version is None:
            self._client.delete_registered_model_alias(NAME, alias)
            return
        if version not in self._versions:
            self._versions[version] = self._version(version, None)
        self._client.set_registered_model_alias(NAME, alias, self._versions[version])


def _metrics(verdict: Verdict) -> Iterator[tuple[str, float]]:
    for photos, found in verdict.comparisons.items():
        yield f"{photos}_photos", found.photos
        yield f"{photos}_accuracy", found.candidate_accuracy
        yield f"{photos}_accuracy_before", found.current_accuracy
        yield f"{photos}_difference_low", found.low
        yield f"{photos}_difference_high", found.high
        yield f"{photos}_p_better", found.p_better
    for each in verdict.classes:
        yield f"recall/{each.name}", each.candidate_recall


def _tags(verdict: Verdict) -> Iterator[tuple[str, str]]:
    yield "version", verdict.candidate
    yield "current", verdict.current
    yield "passed", str(verdict.passed).lower()
    yield "mlflow.note.content", "\n".join(verdict.reasons)
