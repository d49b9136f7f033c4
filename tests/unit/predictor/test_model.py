import subprocess
import sys
from pathlib import Path

import pytest

from predictor.runtimes import ModelUnusableError
from predictor.serving.model import FoodClassifier
from predictor.settings import PredictorSettings
from tests.locks import lacking
from tests.tiny_model import write_tiny_model


def loaded(path: Path) -> FoodClassifier:
    model = FoodClassifier(PredictorSettings(model_path=path))
    model.load()
    return model


def test_a_folder_with_one_model_is_a_model(tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "any-name.onnx", version="7")
    assert (loaded(tmp_path).version, loaded(tmp_path).ready) == ("7", True)


def test_a_model_is_not_ready_before_it_is_loaded(tiny_model: Path) -> None:
    assert not FoodClassifier(PredictorSettings(model_path=tiny_model)).ready


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusableError, match=r"nothing\.onnx"):
        loaded(tmp_path / "nothing.onnx")


def test_two_models_in_a_folder_are_one_too_many(tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "a.onnx")
    write_tiny_model(tmp_path / "b.onnx")
    with pytest.raises(ModelUnusableError, match="holds 2"):
        loaded(tmp_path)


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"garbage")
    with pytest.raises(ModelUnusableError, match=r"can't load .*model\.onnx"):
        loaded(tmp_path)


@pytest.mark.parametrize("missing", ["version", "classes"])
def test_a_model_that_does_not_describe_itself_is_refused(tmp_path: Path, missing: str) -> None:
    write_tiny_model(tmp_path / "model.onnx", without=missing)
    with pytest.raises(ModelUnusableError, match=missing):
        loaded(tmp_path)


def test_a_model_of_other_classes_is_refused(tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "model.onnx", classes=["cat", "dog"])
    with pytest.raises(ModelUnusableError, match="other classes"):
        loaded(tmp_path)


def test_a_model_whose_outputs_are_no_probabilities_is_refused(tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "model.onnx", last="Identity")
    with pytest.raises(ModelUnusableError, match="one probability a class"):
        loaded(tmp_path)


def test_serving_imports_neither_torch_nor_the_training_code(tiny_model: Path) -> None:
    code = (
        "import sys, predictor.serving.server, predictor.__main__; from pathlib import Path;"
        f"predictor.runtimes.load('onnx', Path({str(tiny_model)!r}));"
        "print([m for m in sys.modules if m.split('.')[0] in ('torch', 'onnx') or 'training' in m])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_serving_starts_with_the_packages_of_its_image_alone() -> None:
    missing = lacking("predictor")
    assert {"kubernetes", "pandas"} < missing
    code = (
        "import sys; sys.modules.update(dict.fromkeys(set(sys.argv[1:]) - {'grpc', 'pandas'}));"
        "from predictor.serving.small_kserve import import_small_kserve; import_small_kserve();"
        "import predictor.serving.server, predictor.registry.following;"
        "print('grpc' in sys.modules or 'pandas' in sys.modules)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code, *missing], capture_output=True, text=True, check=False
    )
    assert shown.stdout.strip() == "False", shown.stderr


def test_what_kserve_was_imported_without_can_still_be_imported() -> None:
    code = (
        "from predictor.serving.small_kserve import import_small_kserve; import_small_kserve();"
        "import pandas; print(pandas.Series([1]).sum())"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "1"


def test_a_process_that_can_not_start_says_why_in_one_line(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "predictor"],
        capture_output=True,
        text=True,
        check=False,
        env={"GOURMETGRAM_MODEL_PATH": str(tmp_path)},
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        f"The predictor can't start: {tmp_path} should be an ONNX file or a folder with one; it holds 0."
    ]
