"""Training on several nodes: the objects match Kubeflow Trainer's published CRDs and source."""

import shutil
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from predictor.training import retrain
from tests.cluster.node.gobuild import module
from tests.cluster.node.versions import versions
from tests.conftest import ROOT
from tests.unit.chart.conftest import CHART, Manifest, RefusedError, Render, containers, named, pods

Schema = dict[str, "Schema"] | list["Schema"] | str | float | bool | None
TRAINER = CHART / "ci/17-trainer.yaml"
TRAIN_JOB = yaml.safe_load((ROOT / "manifests/trainjob.yaml").read_text())


@pytest.fixture(scope="module")
def crds() -> Path:
    """Return the folder with the CRDs of Trainer's Go module."""
    if not shutil.which("go"):
        pytest.skip("Kubeflow Trainer's CRDs are fetched by go")
    return module("github.com/kubeflow/trainer/v2", versions()["TRAINER_VERSION"]) / "manifests/base/crds"


@pytest.fixture(scope="module")
def runtime(render: Render) -> Manifest:
    return named(render("--values", TRAINER), "TrainingRuntime")


def valid(thing: Manifest, crds: Path) -> None:
    """Validate an object as the API server does, except for rules in CEL."""
    plural = f"{thing['kind'].lower()}s"
    definition = yaml.load((crds / f"trainer.kubeflow.org_{plural}.yaml").read_text(), yaml.CSafeLoader)
    (version,) = definition["spec"]["versions"]
    assert thing["apiVersion"] == f"{definition['spec']['group']}/{version['name']}"
    jsonschema.validate(thing, strict(version["schema"]["openAPIV3Schema"]))


def strict(schema: Schema) -> Schema:
    """Make a schema refuse unknown fields."""
    match schema:
        case dict():
            known = {key: strict(value) for key, value in schema.items()}
            closed = "properties" in schema and schema.get("type") == "object"
            return {"additionalProperties": False, **known} if closed else known
        case list():
            return [strict(one) for one in schema]
    return schema


def test_the_objects_are_what_trainers_definitions_ask_for(
    render: Render, runtime: Manifest, crds: Path
) -> None:
    for thing in (runtime, TRAIN_JOB, named(render("--set", "retrain.engine=trainer"), "TrainingRuntime")):
        valid(thing, crds)


@pytest.mark.parametrize("wrong", [{"numNodes": "two"}, {"nodes": 2}])
def test_a_mistake_in_an_object_is_found(crds: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        valid({**TRAIN_JOB, "spec": {**TRAIN_JOB["spec"], "trainer": wrong}}, crds)


def test_trainer_finds_the_container_that_torchrun_is_in(runtime: Manifest) -> None:
    (job,) = runtime["spec"]["template"]["spec"]["replicatedJobs"]
    (container,) = containers(job["template"]["spec"]["template"])
    label = job["template"]["metadata"]["labels"]["trainer.kubeflow.org/trainjob-ancestor-step"]
    assert (job["name"], container["name"], label) == ("node", "node", "trainer")
    assert TRAIN_JOB["spec"]["trainer"]  # without this, Trainer sets none of torchrun's variables


def test_its_pods_are_those_of_the_plain_job_but_for_torchrun(render: Render) -> None:
    one, other = (
        next(pods([named(render("--values", TRAINER, "--set", f"retrain.engine={engine}"), kind, "retrain")]))
        for engine, kind in (("job", "CronJob"), ("trainer", "TrainingRuntime"))
    )
    (plain,), (trainer) = containers(one), containers(other)[0]
    assert (plain.pop("name"), trainer.pop("name")) == ("retrain", "node")
    assert (plain["command"].pop(0), trainer["command"].pop(0)) == ("python", "torchrun")
    assert one == other


def test_torchrun_starts_the_training_as_the_job_does(
    runtime: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    (container,) = containers(next(pods([runtime])))
    monkeypatch.setattr(sys, "argv", container["command"][2:])
    given = retrain._arguments()
    assert (str(given.work), str(given.base)) == ("/work", "/food-11")


def test_the_train_job_names_the_runtime_of_a_release_of_the_documented_name(render: Render) -> None:
    made = named(render("--values", TRAINER, release="gourmetgram"), "TrainingRuntime")
    assert TRAIN_JOB["spec"]["runtimeRef"] == {"kind": made["kind"], "name": made["metadata"]["name"]}


def test_there_is_one_engine(render: Render) -> None:
    for engine, kind in (("job", "CronJob"), ("trainer", "TrainingRuntime")):
        objects = render("--set", f"retrain.engine={engine}")
        kinds = [one["kind"] for one in objects if one["metadata"]["name"].endswith("-retrain")]
        assert kinds == [kind]


def test_its_pods_reach_each_other_where_torchrun_and_gloo_listen(render: Render) -> None:
    rules = named(render("--values", TRAINER), "NetworkPolicy", "retraining")["spec"]
    ports = [{"port": 29500}, {"port": 32768, "endPort": 60999}]
    (heard,) = rules["ingress"]
    assert heard["ports"] == ports
    assert {"to": heard["from"], "ports": ports} in rules["egress"]
    assert "ingress" not in named(render(), "NetworkPolicy", "retraining")["spec"]


def test_a_schedule_that_nothing_would_keep_is_refused(render: Render) -> None:
    with pytest.raises(RefusedError, match=r"retrain\.suspend: a TrainJob has no schedule"):
        render("--values", TRAINER, "--set", "retrain.suspend=false")
