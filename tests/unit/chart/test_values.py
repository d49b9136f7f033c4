"""The values: every key is described, and errors are reported in one readable message."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic_settings import BaseSettings

from cronjobs.settings import CronjobSettings
from predictor.settings import PredictorSettings
from predictor.training.settings import GateSettings
from tests.unit.chart.conftest import CHART, RefusedError, Render
from webapp.settings import WebappSettings

SCHEMA = json.loads((CHART / "values.schema.json").read_text())

# The chart sets these itself: ports, other processes' addresses, the model and the spool.
# What to delete is given on the command line.
OF_THE_CHART = {
    "bucket_prefix", "deleted_predictions", "follow_seconds", "host", "label_studio_token",
    "label_studio_url", "metrics_port", "model_name", "model_path", "port", "predictor_url", "runtime",
    "sampling_pod", "sampling_pods", "spool_dir",
}  # fmt: skip


def _objects(schema: dict[str, Any], path: str = "values") -> Iterator[tuple[str, dict[str, Any]]]:
    yield path, schema
    for name, child in schema.get("properties", {}).items():
        yield from _objects(child, f"{path}.{name}")


def test_the_values_fit_on_a_few_screens() -> None:
    assert len((CHART / "values.yaml").read_text().splitlines()) < 250


@pytest.mark.parametrize(
    "key", ["replica=1", "webapp.replica=1", "webapp.settings.treshold=1", "store.bucket=x"]
)
def test_an_unknown_key_is_refused_by_name(render: Render, key: str) -> None:
    with pytest.raises(RefusedError, match=key.partition("=")[0].rpartition(".")[2]):
        render("--set", key)


def test_every_value_is_described() -> None:
    silent = [path for path, schema in _objects(SCHEMA) if not schema.get("description")]
    assert [path for path in silent if not path.endswith((".requests", ".limits"))] == []


def test_no_object_takes_what_it_does_not_know() -> None:
    open_objects = [
        path for path, one in _objects(SCHEMA) if "properties" in one and one["additionalProperties"]
    ]
    assert open_objects == []


@pytest.mark.parametrize(
    ("process", "settings"),
    [("webapp", WebappSettings), ("predictor", PredictorSettings), ("cronjobs", CronjobSettings)],
)
def test_a_process_can_be_told_all_its_settings(process: str, settings: type[BaseSettings]) -> None:
    known = SCHEMA["properties"][process]["properties"]["settings"]["properties"]
    assert known.keys() == settings.model_fields.keys() - OF_THE_CHART


def test_the_gate_can_be_told_all_its_settings() -> None:
    known = SCHEMA["properties"]["retrain"]["properties"]["settings"]["properties"]
    assert known.keys() == {f"gate_{name}" for name in GateSettings.model_fields}


def test_a_cluster_without_kserve_gets_a_sentence(render: Render) -> None:
    with pytest.raises(RefusedError, match="The cluster has no KServe"):
        render(kserve=False)


def test_everything_that_is_wrong_is_said_at_once(render: Render) -> None:
    wrong = "store.bundled=false,ingress.enabled=true,labelStudio.postgres.host=db,predictor.replicas.min=9"
    with pytest.raises(RefusedError) as refused:
        render("--set", wrong, kserve=False)
    for value in (
        "KServe",
        "store.endpoint",
        "credentials.existingSecret",
        "ingress",
        "postgres",
        "min is larger",
    ):
        assert value in str(refused.value)


@pytest.mark.parametrize("number", ["1073741825", "1.1e+10"])
def test_a_spool_that_its_volume_has_no_room_for_is_refused(
    render: Render, tmp_path: Path, number: str
) -> None:
    values = tmp_path / "values.yaml"
    values.write_text(f"webapp: {{ spool: {{ size: 1Gi }}, settings: {{ spool_max_bytes: {number} }} }}")
    with pytest.raises(RefusedError, match="room for 1073741824 bytes"):
        render("--values", values)
    assert render("--values", values, "--set", "webapp.settings.spool_max_bytes=1073741824")


def test_a_release_name_that_is_too_long_for_kserve_is_refused(render: Render) -> None:
    with pytest.raises(RefusedError, match="at most 24 characters"):
        render(release="a-name-that-is-much-too-long-for-this")
