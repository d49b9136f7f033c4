"""The cluster's tests rely on photos of which the model is sure or unsure."""

import yaml

from predictor.images import to_square
from predictor.runtimes import load
from predictor.settings import PredictorSettings
from tests.cluster.release.photos import SURE, UNSURE
from tests.conftest import ROOT


def test_the_threshold_of_the_releases_tests_lies_between_their_photos() -> None:
    values = yaml.safe_load((ROOT / "tests/cluster/release/values.yaml").read_text())
    model = load("onnx", PredictorSettings().model_path)
    unsure, sure = (max(model.run(to_square(photo.read_bytes()))) for photo in (UNSURE, SURE))
    assert unsure < values["webapp"]["settings"]["confidence_threshold"] < sure
