"""The release works with torch and with TorchServe; `make test-cluster-torch` loads their image."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
import yaml
from PIL import Image
from requests import post

from gourmetgram.classes import CLASSES
from predictor.images import MAX_PIXELS, to_square
from predictor.runtimes import load as load_model
from predictor.training import FLOAT32
from tests.cluster.node.polling import wait_until
from tests.cluster.release.installed import CHART, Release, forwarded
from tests.cluster.release.load import Load, uploads
from tests.cluster.release.photos import SURE
from tests.cluster.release.stack import MONITORING, hasten
from tests.prometheus import targets

pytestmark = pytest.mark.cluster

TORCHSERVE = yaml.safe_load((CHART / "ci/11-torchserve.yaml").read_text())["predictor"]
REPLICAS = {"predictor.replicas.min": "2", "predictor.replicas.max": "2"}
CHANGES = {
    "torch": {"predictor.runtime": "torch"},
    "torchserve": {
        "predictor.runtime": "torchserve",
        "predictor.resources.limits.memory": TORCHSERVE["resources"]["limits"]["memory"],
    },
}
GARBAGE = """
import http.client
server = http.client.HTTPConnection("localhost", 8080, timeout=30)
server.request("POST", "/v1/models/food11:predict", b"garbage", {"Content-Type": "image/jpeg"})
answer = server.getresponse()
print(answer.status, answer.read().decode())
"""


@pytest.fixture(scope="module", params=CHANGES)
def load(
    torch_image: None,  # noqa: ARG001 (must be in the node)
    release: Release,
    request: pytest.FixtureRequest,
) -> Load:
    """Change the release to a runtime while people upload."""
    with uploads(release) as load:
        release.upgrade(**REPLICAS, **CHANGES[request.param])
    return load


def test_the_change_to_it_fails_no_upload(load: Load) -> None:
    assert load.failed() == []


def test_it_gives_the_probabilities_of_the_floats_in_onnx_runtime(load: Load) -> None:
    expected = load_model("onnx", FLOAT32)
    served = load.predictions()[-1]
    probabilities = expected.run(to_square(SURE.read_bytes()))
    assert served.model_version == expected.version
    assert [served.probabilities[name] for name in CLASSES] == pytest.approx(probabilities, abs=1e-3)


def test_what_is_no_photo_is_refused_with_a_sentence(load: Load, release: Release) -> None:
    del load
    for pod in release.pods("predictor"):
        said = release.kubectl(
            "exec", pod.metadata.name, "--container=kserve-container", "--", "python", "-c", GARBAGE
        )
        assert said.startswith("400 ")
        assert "Only JPEG, PNG, WebP, HEIC and AVIF photos are accepted." in said


def test_the_largest_photos_fit_into_its_memory(load: Load, release: Release) -> None:
    del load
    photo = BytesIO()
    Image.new("RGBA", (MAX_PIXELS // 10_000, 5_000), "orange").save(photo, "WEBP", lossless=True)
    as_webp = {"data": photo.getvalue(), "headers": {"Content-Type": "image/webp"}, "timeout": 60}
    with release.forward("predictor", 8080) as url, ThreadPoolExecutor(4) as users:
        asked = [users.submit(post, f"{url}/v1/models/food11:predict", **as_webp) for _ in range(8)]
        assert {answer.result().status_code for answer in asked} == {200}
    statuses = [status for pod in release.pods("predictor") for status in pod.status.container_statuses]
    assert {status.restart_count for status in statuses} == {0}


def test_a_pod_of_it_that_ends_fails_no_upload(load: Load, release: Release) -> None:
    del load
    with uploads(release) as while_it_ends:
        release.kubectl("delete", "pod", release.pods("predictor")[0].metadata.name)
        release.wait_until_ready()
    assert while_it_ends.failed() == []


def test_prometheus_finds_it(load: Load, release: Release) -> None:
    del load
    with forwarded(MONITORING, "prometheus-operated", 9090) as prometheus:
        wait_until(lambda: _health(release, prometheus) == ["up", "up"], "both pods' metrics", 180, pause=3)


def _health(release: Release, prometheus: str) -> list[str]:
    hasten(release)
    labels = {"namespace": release.namespace, "job": "predictor"}
    return [one["health"] for one in targets(prometheus) if one["labels"].items() >= labels.items()]
