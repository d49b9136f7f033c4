"""Facts that the chart and the images have to repeat are the same everywhere."""

import re
import tomllib
from pathlib import Path

import onnx
import pytest
import yaml

from cronjobs.access import ACCESS_KEYS
from cronjobs.credentials import completed
from predictor.settings import PredictorSettings
from tests.cluster.node.versions import versions
from tests.unit.chart.conftest import CHART, ROOT, Render, containers, environment, named, pods

VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
DOCKERFILES = [
    *sorted(ROOT.glob("*/Dockerfile")),
    ROOT / "cronjobs/label_studio/Dockerfile",
    ROOT / "predictor/torchserve/Dockerfile",
]


@pytest.mark.parametrize("runtime", ["onnx", "torch", "torchserve"])
def test_the_served_version_is_the_models_own(render: Render, runtime: str) -> None:
    model = onnx.load(PredictorSettings(runtime=runtime).model_path)
    version = {one.key: one.value for one in model.metadata_props}["version"]
    service = named(render("--set", f"predictor.runtime={runtime}"), "InferenceService")
    uri = service["spec"]["predictor"]["model"]["storageUri"]
    assert uri == f"s3://models/food11/{version}/food11.onnx"


def test_the_chart_has_the_projects_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["version"] == chart["appVersion"] == project["version"]


def test_the_store_has_the_pinned_version() -> None:
    assert VALUES["store"]["image"].endswith(f":{versions()['VERSITYGW_VERSION']}")


def test_label_studio_has_the_locked_version() -> None:
    lock = (ROOT / "cronjobs/label_studio/requirements.txt").read_text()
    version = re.search(r"^label-studio==(\S+)", lock, re.MULTILINE)
    assert version is not None
    assert VALUES["labelStudio"]["image"].endswith(f":{version[1]}")


def test_label_studio_is_told_the_same_as_on_one_machine(render: Render) -> None:
    told = environment(containers(next(pods([named(render(), "Deployment", "label-studio")])))[-1])
    lines = (ROOT / "cronjobs/label_studio/server.env").read_text().splitlines()
    expected = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert told.items() >= expected.items()


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_an_image_is_installed_by_the_makefiles_uv(dockerfile: Path) -> None:
    version = re.search(r"^UV_VERSION := (\S+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert version is not None
    assert f"ARG UV_VERSION={version[1]}\n" in dockerfile.read_text()


def test_the_pods_ask_for_entries_that_the_secret_has(render: Render) -> None:
    entries = completed({}, "http://store:9000", "us-east-1").keys()
    for pod in pods(render()):
        for container in containers(pod):
            sources = [one for one in environment(container).values() if isinstance(one, dict)]
            assert {source["secretKeyRef"]["key"] for source in sources} <= entries


def test_the_secret_lists_a_user_of_the_store_for_each_process() -> None:
    users = yaml.safe_load(completed({}, "http://store:9000", "us-east-1")["users.json"])
    assert users["accessAccounts"].keys() == set(ACCESS_KEYS)


def test_what_a_secret_holds_is_kept() -> None:
    first = completed({}, "http://store:9000", "us-east-1")
    del first["label-studio-token"]
    second = completed(first, "http://store:9000", "us-east-1")
    assert second.items() >= first.items()
    assert second["label-studio-token"]
