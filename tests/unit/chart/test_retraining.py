"""The job that trains a better model on the labels."""

import getpass
import sys
from typing import Any

import pytest

from predictor.training import retrain
from tests.unit.chart.conftest import CHART, Render, containers, environment, named, pods

FOOD11 = CHART / "ci/16-retraining.yaml"


def volumes(render: Render, *arguments: object) -> dict[str, dict[str, Any]]:
    (pod,) = pods([named(render(*arguments), "CronJob", "retrain")])
    return {each["name"]: each for each in pod["spec"]["volumes"]}


def container(render: Render, *arguments: object) -> dict[str, Any]:
    (pod,) = pods([named(render(*arguments), "CronJob", "retrain")])
    (one,) = containers(pod)
    return one


def test_it_runs_by_hand_unless_its_schedule_is_asked_for(render: Render) -> None:
    asleep = named(render(), "CronJob", "retrain")["spec"]
    awake = named(render("--values", FOOD11), "CronJob", "retrain")["spec"]
    assert (asleep["suspend"], awake["suspend"], awake["schedule"]) == (True, False, "0 6 * * *")


def test_it_starts_from_the_version_that_is_served(render: Render, monkeypatch: pytest.MonkeyPatch) -> None:
    command = container(render, "--set", "predictor.model.version=7")["command"]
    monkeypatch.setattr(sys, "argv", command[2:])
    given = retrain._arguments()
    assert (given.served, str(given.work), given.base, given.evaluation) == ("7", "/work", None, None)


def test_it_learns_and_judges_by_food_11_where_a_volume_has_it(render: Render) -> None:
    one = container(render, "--values", FOOD11)
    assert one["command"][-4:] == ["--base", "/food-11", "--evaluation", "/food-11"]
    assert {"name": "food11", "mountPath": "/food-11", "readOnly": True} in one["volumeMounts"]
    assert environment(one)["GOURMETGRAM_GATE_MIN_PHOTOS"] == "100"


def test_its_checkpoints_outlive_the_pod_on_a_claim_if_there_is_one(render: Render) -> None:
    assert volumes(render)["work"]["emptyDir"] == {}
    kept = volumes(render, "--values", FOOD11)["work"]
    assert kept == {"name": "work", "persistentVolumeClaim": {"claimName": "retraining"}}


def test_it_reaches_the_mlflow_server_that_it_is_told_of(render: Render) -> None:
    one = environment(container(render, "--values", FOOD11))
    assert one["MLFLOW_TRACKING_URI"] == "http://mlflow.mlflow.svc:5000"
    assert one["MLFLOW_TRACKING_PASSWORD"]["secretKeyRef"] == {"name": "mlflow-user", "key": "password"}
    rules = named(render("--values", FOOD11), "NetworkPolicy", "retraining")["spec"]["egress"]
    assert rules[-2:] == [{"to": [{"namespaceSelector": {}}]}, {"ports": [{"port": 5000}]}]
    assert "MLFLOW_TRACKING_URI" not in environment(container(render))


def test_its_user_has_a_name_that_the_registry_can_keep(
    render: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOGNAME", raising=False)
    monkeypatch.setenv("USER", environment(container(render))["USER"])
    assert getpass.getuser() == "food-gourmetgram-retrain"


def test_what_it_refuses_is_not_tried_again(render: Render) -> None:
    job = named(render(), "CronJob", "retrain")["spec"]["jobTemplate"]["spec"]
    (rule,) = job["podFailurePolicy"]["rules"]
    assert (rule["action"], rule["onExitCodes"]["values"]) == ("FailJob", [1])
    assert job["template"]["spec"]["restartPolicy"] == "Never"


def test_a_model_from_elsewhere_is_not_trained(render: Render) -> None:
    objects = render("--set", "predictor.model.storageUri=pvc://models/a.onnx")
    assert not [one for one in objects if one["kind"] == "CronJob" and "retrain" in one["metadata"]["name"]]
