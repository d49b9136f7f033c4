"""The whole feedback loop with real photos, web application, predictor, store, Label Studio and browser."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from cronjobs.sampling import Sampling
from gourmetgram import keys
from gourmetgram.classes import CLASSES, class_dir
from gourmetgram.ids import created_on
from gourmetgram.records import LabelRecord
from gourmetgram.sources import ANNOTATED_SOURCES, Source
from tests.browser import open_browser
from tests.conftest import PHOTOS, new_webapp
from tests.labelling import ask, names, upload
from tests.loop import Loop
from tests.processes import Server

COURSE_PHOTOS = Path(os.environ.get("COURSE_PHOTOS", PHOTOS / "evaluation"))
"""The photos for the loop: a few, or the course's own if the variable names their folder."""


@pytest.fixture
def webapp_of_loop(
    loop: Loop, tmp_path: Path, store_env: dict[str, str], predictor: Server
) -> Iterator[Server]:
    """Run a web application over the buckets of the test, unsure of about half of its predictions."""
    settings = {
        "GOURMETGRAM_CONFIDENCE_THRESHOLD": "0.8",
        "GOURMETGRAM_BUCKET_PREFIX": loop.store.bucket_prefix,
    }
    server = new_webapp(tmp_path, {**store_env, **settings}, predictor)
    server.start()
    yield server
    server.stop()


def predict(webapp: Server, photo: Path) -> dict[str, Any]:
    with photo.open("rb") as file:
        answer = requests.post(
            f"{webapp.url}/predict", files={"file": file}, headers={"Accept": "application/json"}, timeout=60
        )
    assert answer.ok, answer.text
    return dict(answer.json())


def give_feedback(webapp: Server, **body: str) -> None:
    assert requests.post(f"{webapp.url}/feedback", json=body, timeout=60).json()["success"]


def other_than(name: str) -> str:
    return CLASSES[(CLASSES.index(name) + 1) % len(CLASSES)]


def test_every_bucket_holds_exactly_what_it_should(loop: Loop, webapp_of_loop: Server) -> None:
    predicted = {}
    for photo in sorted(COURSE_PHOTOS.rglob("*.jpg")):
        answer = predict(webapp_of_loop, photo)
        predicted[answer["prediction_id"]] = answer
    flagged, relabelled, *_ = predicted
    give_feedback(webapp_of_loop, prediction_id=flagged)
    corrected = other_than(predicted[relabelled]["prediction"])
    give_feedback(webapp_of_loop, prediction_id=relabelled, corrected_class=corrected)
    drawn = Sampling(loop.store, loop.settings).run(created_on(flagged)).figures["prediction_ids"]
    assert isinstance(drawn, list)
    asked = {
        Source.RANDOM_SAMPLING: set(drawn),
        Source.LOW_CONFIDENCE: {each for each, answer in predicted.items() if answer["confidence"] < 0.8},
        Source.USER_FLAG: {flagged},
    }

    expected = {"userfeedback2": {(relabelled, corrected)}}
    for number, source in enumerate(ANNOTATED_SOURCES):
        loop.sync(source)
        tasks = loop.tasks(source)
        assert set(tasks) == asked[source]
        truth = {each: predicted[each]["prediction"] for each in tasks}
        if number:
            truth = {each: other_than(name) for each, name in truth.items()}
        for each, name in truth.items():
            loop.annotate(tasks[each], name)
        expected[source.dataset] = set(truth.items())
        loop.sync(source)
    loop.process()

    for bucket, photos_in_it in expected.items():
        assert {key.rsplit(".", 1)[0] for key in loop.store.keys(bucket, "")} == {
            f"{class_dir(name)}/{each}" for each, name in photos_in_it
        }
    day = keys.labels_on(created_on(flagged))
    assert len(names(loop.store, keys.TRACKING, day)) == sum(map(len, expected.values()))
    notes = {
        f"{folder(source)}{keys.FOLDER_NOTE}"
        for folder in (keys.tasks, keys.outputs)
        for source in ANNOTATED_SOURCES
    }
    left = set(names(loop.store, keys.LABELSTUDIO))
    assert {key for key in left if not key.startswith("processed/")} == notes
    label = loop.store.get_record(keys.label(relabelled, Source.USER_RELABEL), LabelRecord)
    assert (label.actual, label.annotator) == (corrected, "user")


@pytest.fixture
def page(label_studio: Server) -> Iterator[Page]:
    """Log in with a real browser."""
    with open_browser() as browser:
        page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{label_studio.url}/user/login/")
        page.fill("input[name=email]", label_studio.env["LABEL_STUDIO_USERNAME"])
        page.fill("input[name=password]", label_studio.env["LABEL_STUDIO_PASSWORD"])
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "login" not in url)
        yield page


def ask_in_browser(loop: Loop, page: Page, source: Source) -> str:
    """Open a task about a photo for the annotator; return its prediction."""
    record = upload(loop.store, 1)
    photo = next(PHOTOS.glob("evaluation/class_07/*.jpg"))
    loop.store.put(record.image.location, photo.read_bytes(), "image/jpeg")
    if source is Source.RANDOM_SAMPLING:
        Sampling(loop.store, loop.settings).run(created_on(record.prediction_id))
    else:
        ask(loop.store, record, source, preselect=source is Source.USER_FLAG)
    loop.sync(source)
    with page.expect_response(lambda answer: "/resolve/" in answer.url) as shown:
        page.goto(f"{loop.settings.label_studio_url}/projects/{loop.project(source)}/data?labeling=1")
    assert (shown.value.status, shown.value.headers["content-type"]) == (200, "image/jpeg")
    expect(page.get_by_text("Which food is this?")).to_be_visible(timeout=60_000)
    return record.prediction_id


@pytest.mark.picture
def test_an_annotator_agrees_by_one_key_or_corrects_by_two(loop: Loop, page: Page, pictures: Path) -> None:
    prediction_id = ask_in_browser(loop, page, Source.USER_FLAG)
    expect(page.get_by_text("The model says Egg (confidence 0.8).")).to_be_visible()
    expect(page.get_by_role("radio", name="Egg")).to_be_checked()
    page.screenshot(path=pictures / "label-studio.jpg", quality=70)
    page.keyboard.press("8")
    expect(page.get_by_role("radio", name="Rice")).to_be_checked()
    with page.expect_response(
        lambda answer: answer.url.endswith("/annotations/") or "/annotations" in answer.url
    ):
        page.keyboard.press("Control+Enter")
    loop.sync(Source.USER_FLAG)
    loop.process()
    assert loop.store.get_record(keys.label(prediction_id, Source.USER_FLAG), LabelRecord).is_blind is False
    assert names(loop.store, "userfeedback") == [f"class_07/{prediction_id}.jpg"]


@pytest.mark.parametrize("source", [Source.RANDOM_SAMPLING, Source.LOW_CONFIDENCE])
def test_who_labels_for_the_accuracy_decides_blind(loop: Loop, page: Page, source: Source) -> None:
    ask_in_browser(loop, page, source)
    expect(page.get_by_text("The model says")).to_have_count(0)
    expect(page.get_by_role("radio", name="Egg")).to_be_visible()
    expect(page.locator("input[type=radio]:checked")).to_have_count(0)
    page.goto(f"{loop.settings.label_studio_url}/projects/{loop.project(source)}/data")
    expect(page.get_by_text("prediction_id").first).to_be_visible()
    expect(page.get_by_text("ml_prediction")).to_have_count(0)
