"""A new model is published, tried as a canary, promoted and rolled back, without a failed request."""

import json
from pathlib import Path

import onnx
import pytest
from kubernetes import client

from manifests.release import SERVICE
from tests.cluster.release.installed import NAME, ROOT, Release, values
from tests.cluster.release.load import uploads
from tests.cluster.release.models import publish, rollout
from tests.cluster.release.reaching import reached

pytestmark = pytest.mark.cluster

NEW = "retrained"
ASK = """
import base64, collections, json, urllib.request
photo = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
request = urllib.request.Request("http://gourmetgram-predictor:8080/v1/models/food11:predict",
    data=base64.b64decode(photo), headers={"Content-Type": "image/png"})
def version():
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["predictions"][0]["model_version"]
print(json.dumps(collections.Counter(version() for _ in range(200))))
"""


@pytest.fixture(scope="module")
def published(release: Release, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Publish a model with another version, as the documentation describes, and return its URI."""
    return publish(release, _model_of_version(NEW, tmp_path_factory.mktemp("model")))


def test_the_load_of_helm_test_names_the_version_that_bore_it(release: Release) -> None:
    said = release.helm("test", NAME, f"--filter=name={NAME}-test-load", "--logs", "--timeout=3m")
    assert f"{{'{_version(release)}': " in said


def test_a_model_is_published_under_its_version(published: str) -> None:
    assert f"s3://models/food11/{NEW}/food11.onnx" in published


def test_a_version_that_is_nowhere_is_refused_with_a_sentence(release: Release, published: str) -> None:
    del published
    said = publish(release, version="nowhere", code=1)
    assert "not published: there is no model at models/food11/nowhere/food11.onnx" in said


def test_a_canary_that_is_nowhere_changes_nothing(release: Release, published: str) -> None:
    del published
    before = _pods(release)
    said = rollout("canary", "deadbeef0000", code=1)
    assert "There is no model deadbeef0000 in the store" in said
    assert "the model that was served before is still served" in said
    assert _pods(release) == before


def test_a_canary_comes_without_a_failed_request(release: Release, published: str) -> None:
    del published
    with uploads(release) as load:
        said = rollout("canary", NEW, "--percent=25")
    assert f"{NEW} gets at most 25 % of the requests" in said
    assert load.failed() == []


def test_both_versions_answer_in_the_asked_share(release: Release) -> None:
    answers = json.loads(release.kubectl("exec", f"statefulset/{NAME}-webapp", "--", "python", "-c", ASK))
    assert answers.keys() == {NEW, _version(release)}
    assert 0.15 < answers[NEW] / sum(answers.values()) < 0.35


def test_a_canary_reaches_and_hears_no_more_than_the_others(release: Release) -> None:
    canary = next(pod for pod in release.pods("predictor") if "-canary-" in pod.metadata.name)
    doors = {
        name: (release.pods(name)[0].status.pod_ip, port)
        for name, port in {"webapp": 5000, "label-studio": 8080, "store": 9000}.items()
    }
    assert reached(release, (NAME, canary.metadata.name), doors) == {"store"}
    door = {"canary": (canary.status.pod_ip, 8080)}
    for component, opened in {"webapp": {"canary"}, "label-studio": set()}.items():
        pod = release.pods(component)[0].metadata.name
        assert reached(release, (NAME, pod), door) == opened


def test_a_promotion_fails_no_request(release: Release) -> None:
    before = _version(release)
    with uploads(release) as load:
        rollout("promote", "--why=better soups")
    assert load.failed() == []
    assert load.predictions()[-1].model_version == _version(release) == NEW
    assert f"promote {NEW} in place of {before}: better soups" in release.helm("history", NAME)


def test_nothing_of_the_canary_is_left(release: Release) -> None:
    scalers = client.AutoscalingV2Api().list_namespaced_horizontal_pod_autoscaler(NAME).items
    assert [one.metadata.name for one in scalers] == [f"{SERVICE}-predictor"]
    assert [pod for pod in release.pods("predictor") if "-canary-" in pod.metadata.name] == []


def test_the_version_before_comes_back_without_a_failed_request(release: Release) -> None:
    with uploads(release) as load:
        rollout("rollback")
    assert load.failed() == []
    assert load.predictions()[-1].model_version == _version(release) != NEW


def test_a_second_rollback_changes_nothing(release: Release) -> None:
    before = release.helm("history", NAME)
    assert f"{_version(release)} gets all requests" in rollout("rollback")
    assert release.helm("history", NAME) == before


def _version(release: Release) -> str:
    return str(values(release)["predictor"]["model"]["version"])


def _pods(release: Release) -> set[str]:
    return {pod.metadata.uid for pod in release.pods("predictor")}


def _model_of_version(version: str, folder: Path) -> Path:
    model = onnx.load(ROOT / "predictor/model/food11.onnx")
    for entry in model.metadata_props:
        if entry.key == "version":
            entry.value = version
    onnx.save(model, folder / "food11.onnx")
    return folder / "food11.onnx"
