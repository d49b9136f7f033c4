"""Shows the registry in MLflow, where MLFLOW_TRACKING_URI names a server: runs, versions and their aliases.

The registry in the store is authoritative. What MLflow lacks is added each time, so the next command makes up
for a server outage or a killed run.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator

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
    _bring_up_to_date(lambda: _Mirror(registry).run(served))


def show_served(name: str, bucket_prefix: str, served: str, canary: str | None) -> None:
    """Set the aliases to the versions that a cluster serves; warn if the server does not answer."""

    def point() -> None:
        model = _Model(MlflowClient(), name, bucket_prefix)
        waiting = model.version_of(OF_A_CANDIDATE[0])
        for alias in OF_A_CANDIDATE if waiting == served else ():
            model.point(alias, None)
        model.point("canary", canary)
        for alias in OF_THE_CURRENT:
            model.point(alias, served)

    _bring_up_to_date(point)


def _bring_up_to_date(change: Callable[[], None]) -> None:
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        return
    for name, value in _PATIENCE.items():
        os.environ.setdefault(name, value)
    try:
        change()
    except MlflowException as error:
        log.warning("MLflow lacks what was done now, the next command adds it: %s", error)


class _Model:
    """The registered model on an MLflow server, whose versions are found by ours."""

    def __init__(self, client: MlflowClient, name: str, bucket_prefix: str) -> None:
        self._client = client
        self._name = name
        self._bucket_prefix = bucket_prefix
        self._versions = self._known_versions()

    def _known_versions(self) -> dict[str, str]:
        """Return MLflow's number of each of our versions, so that a rerun after a kill finds them."""
        if not self._client.search_registered_models(f"name='{NAME}'"):
            self._client.create_registered_model(NAME)
        found = self._client.search_model_versions(f"name='{NAME}'", max_results=10_000)
        return {one.tags["version"]: str(one.version) for one in found if "version" in one.tags}

    def version_of(self, alias: str) -> str | None:
        """Return which of our versions has an alias."""
        number = self._client.get_registered_model(NAME).aliases.get(alias)
        return next((ours for ours, theirs in self._versions.items() if theirs == str(number)), None)

    def add(self, version: str, run: str | None) -> None:
        """Register a version that is not registered yet."""
        if version not in self._versions:
            source = f"s3://{self._bucket_prefix}{keys.model(self._name, version)}"
            made = self._client.create_model_version(NAME, source, run, tags={"version": version})
            self._versions[version] = str(made.version)

    def point(self, alias: str, version: str | None) -> None:
        """Give a version an alias, or take it from all of them."""
        if version is None:
            self._client.delete_registered_model_alias(NAME, alias)
            return
        self.add(version, None)
        self._client.set_registered_model_alias(NAME, alias, self._versions[version])


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
        self._model = _Model(self._client, registry.name, registry.store.bucket_prefix)

    def run(self, served: str | None) -> None:
        verdicts = sorted(self._verdicts(), key=lambda verdict: verdict.made_at)
        for verdict in verdicts:
            self._add(verdict)
        self._model.point("development", verdicts[-1].candidate if verdicts else None)
        current, waiting = self._registry.current(), self._registry.candidate()
        now = current.version if current else served
        candidate = waiting.version if waiting and waiting.version != now else None
        for version, aliases in ((candidate, OF_A_CANDIDATE), (now, OF_THE_CURRENT)):
            for alias in aliases:
                self._model.point(alias, version)

    def _verdicts(self) -> Iterator[Verdict]:
        for version in self._registry.judged():
            yield from self._registry.verdicts(version)

    def _made_experiment(self) -> str:
        found = self._client.get_experiment_by_name(NAME)
        return str(found.experiment_id if found else self._client.create_experiment(NAME))

    def _add(self, verdict: Verdict) -> None:
        run = self._runs.get(verdict.made_at.isoformat()) or self._run_of(verdict)
        self._model.add(verdict.candidate, run)

    def _run_of(self, verdict: Verdict) -> str:
        moment = int(verdict.made_at.timestamp() * 1000)
        name = f"{verdict.candidate} against {verdict.current}"
        run = self._client.create_run(self._experiment, start_time=moment, run_name=name).info.run_id
        metrics = [Metric(key, value, moment, 0) for key, value in _metrics(verdict)]
        self._client.log_batch(run, metrics, tags=[RunTag(*pair) for pair in _tags(verdict)])
        self._client.set_terminated(run, "FINISHED", moment)
        self._client.set_tag(run, "verdict", verdict.made_at.isoformat())
        return str(run)


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
