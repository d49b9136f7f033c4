"""With another list of classes and a model of them, predictor, web application and jobs use only those."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from gourmetgram.classes import DataSet
from tests.conftest import PHOTOS, ROOT, new_predictor, new_webapp
from tests.processes import BIN, Server
from tests.tiny_model import write_tiny_model

BIRDS = tuple(f"Bird {number}" for number in range(40))
"""More than Label Studio's interface has keys for."""
PHOTO = next(PHOTOS.glob("evaluation/class_06/*.jpg"))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the processes, with another ``classes.json`` and a model of its classes."""
    folder = tmp_path_factory.mktemp("birds")
    for package in ("gourmetgram", "predictor", "webapp", "cronjobs", "charts"):
        shutil.copytree(ROOT / package, folder / package)
    (folder / "gourmetgram/classes.json").write_text(json.dumps({"subject": "bird", "classes": BIRDS}))
    write_tiny_model(folder / "birds.onnx", classes=BIRDS)
    return folder


@pytest.fixture(scope="module")
def birds(checkout: Path, store_env: dict[str, str]) -> Iterator[Server]:
    """Run predictor and web application from that copy, with separate buckets."""
    here = {"PYTHONPATH": str(checkout), "PYTHONSAFEPATH": "1", "GOURMETGRAM_BUCKET_PREFIX": "birds-"}
    predictor = new_predictor(checkout)
    predictor.env = {**predictor.env, **here, "GOURMETGRAM_MODEL_PATH": str(checkout / "birds.onnx")}
    webapp = new_webapp(checkout, store_env, predictor)
    webapp.env = {**webapp.env, **here}
    webapp.command = ["/usr/bin/env", "--chdir", checkout, *webapp.command]
    predictor.start()
    run(checkout, webapp.env, "buckets")
    webapp.start()
    yield webapp
    webapp.stop()
    predictor.stop()


def run(checkout: Path, env: dict[str, str], job: str, *arguments: str) -> dict[str, object]:
    command = [BIN / "python", "-m", f"cronjobs.{job}", *arguments, "--json"]
    done = subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout)
    assert isinstance(figures, dict)
    return figures


def test_a_photo_gets_one_of_those_classes(birds: Server) -> None:
    with PHOTO.open("rb") as photo:
        answer = requests.post(
            f"{birds.url}/predict", files={"file": photo}, headers={"Accept": "application/json"}, timeout=30
        )
    assert set(answer.json()["probabilities"]) == set(BIRDS)
    assert answer.json()["class_dir"] == f"class_{BIRDS.index(answer.json()['prediction']):02d}"


def test_the_page_and_the_annotators_are_asked_about_them(birds: Server, checkout: Path) -> None:
    assert "What bird is it?" in requests.get(birds.url, timeout=30).text
    code = "from cronjobs.label_studio.interface import *; print(interface(REVIEW, shows_prediction=False))"
    shown = subprocess.check_output([BIN / "python", "-c", code], cwd=checkout, text=True)
    assert ("Which bird is this?" in shown, shown.count("<Choice "), shown.count("hotkey")) == (True, 40, 36)


def test_a_label_counts_in_the_report(birds: Server, checkout: Path) -> None:
    with PHOTO.open("rb") as photo:
        answer = requests.post(
            f"{birds.url}/predict", files={"file": photo}, headers={"Accept": "application/json"}, timeout=30
        ).json()
    corrected = next(name for name in BIRDS if name != answer["prediction"])
    body = {"prediction_id": answer["prediction_id"], "corrected_class": corrected}
    assert requests.post(f"{birds.url}/feedback", json=body, timeout=30).json()["success"]
    env = dict(birds.env)
    assert run(checkout, env, "processing")["labelled"] == {"userfeedback2": 1}
    assert run(checkout, env, "report")["complete"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "bird", "classes": ["Wren"]},
        {"subject": "bird", "classes": ["Wren", "Wren"]},
        {"subject": "bird", "classes": ["Wren", " "]},
        {"subject": "", "classes": ["Wren", "Tit"]},
        {"classes": ["Wren", "Tit"]},
    ],
)
def test_a_list_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        DataSet.model_validate(wrong)


def test_nothing_but_that_file_names_a_class() -> None:
    packages = ("gourmetgram", "predictor", "webapp", "cronjobs", "manifests")
    named = [
        path
        for package in packages
        for kind in ("*.py", "*.html", "*.js")
        for path in (ROOT / package).rglob(kind)
        if "Dairy product" in path.read_text()
    ]
    assert named == []
