"""The loop runs once: upload, flag and relabel in a browser, run jobs by hand, annotate in Label Studio."""

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Page, expect

from cronjobs.label_studio.client import LabelStudio
from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.records import LabelRecord
from gourmetgram.sources import Source
from tests.browser import open_browser
from tests.cluster.release.installed import Release
from tests.cluster.release.photos import UNSURE

pytestmark = pytest.mark.cluster


@pytest.fixture
def page(release: Release) -> Iterator[Page]:
    """Open the page through a port-forward, as the checklist says."""
    expect.set_options(timeout=30_000)
    with release.forward("webapp", 5000) as url, open_browser() as browser:
        page = browser.new_page()
        page.goto(url)
        yield page


@pytest.fixture
def label_studio(release: Release) -> Iterator[LabelStudio]:
    with release.label_studio() as studio:
        yield studio


def _names(release: Release, bucket: str, prefix: str = "") -> list[str]:
    with release.store() as store:
        return list(store.keys(bucket, prefix))


def test_people_upload_flag_and_relabel_in_a_browser(page: Page, release: Release) -> None:
    page.get_by_label("Choose a photo").set_input_files([UNSURE, UNSURE])
    answers = page.locator(".prediction")
    expect(answers).to_have_count(2)
    answers.nth(0).get_by_role("button", name="Flag incorrect label").click()
    expect(answers.nth(0).get_by_role("status")).to_have_text("Thank you for your feedback!")
    answers.nth(1).get_by_role("button", name="Choose the right class").last.click()
    wrong = next(name for name in CLASSES if name != answers.nth(1).locator(".class-name").inner_text())
    answers.nth(1).get_by_role("menuitemradio", name=wrong).click()
    expect(answers.nth(1).get_by_role("status")).to_have_text("Class updated successfully!")
    flagged = answers.nth(0).get_attribute("data-prediction-id") or ""
    relabelled = answers.nth(1).get_attribute("data-prediction-id") or ""
    with release.store() as store:
        assert store.exists(keys.task(flagged, Source.USER_FLAG))
        assert store.exists(keys.relabel(relabelled))


def test_every_replica_knows_a_prediction(release: Release) -> None:
    with release.forward("webapp", 5000) as url:
        upload, as_json = {"file": ("ramen.jpg", UNSURE.read_bytes())}, {"Accept": "application/json"}
        answer = requests.post(f"{url}/predict", files=upload, headers=as_json, timeout=30)
    known = answer.json()["prediction_id"]
    for replica in ("webapp-0", "webapp-1"):
        pod = next(pod for pod in release.pods("webapp") if pod.metadata.name.endswith(replica))
        code = (
            "import json, urllib.request as r; print(r.urlopen(r.Request('http://localhost:5000/feedback',"
            f" data=json.dumps({{'prediction_id': '{known}'}}).encode(),"
            " headers={'Content-Type': 'application/json'})).read())"
        )
        assert "true" in release.kubectl("exec", pod.metadata.name, "--", "python", "-c", code)


def test_sampling_by_hand_in_two_pods_makes_one_draw_and_its_tasks(release: Release) -> None:
    before = _names(release, keys.TRACKING, "draws/")
    release.run_job("sampling")
    assert len(_names(release, keys.TRACKING, "draws/")) == len(before) + 1
    assert _names(release, keys.TRACKING, keys.SHARES) == []
    assert len(_names(release, keys.LABELSTUDIO, keys.tasks(Source.RANDOM_SAMPLING))) > 1


def test_sync_by_hand_brings_the_tasks_into_label_studio(release: Release, label_studio: LabelStudio) -> None:
    release.run_job("sync")
    tasks = {project.title: project.task_number for project in label_studio.projects.list()}
    assert tasks.keys() == {"Random Sampling", "Low Confidence", "User Feedback"}
    assert all(tasks.values())


def test_label_studio_shows_a_photo(release: Release, label_studio: LabelStudio) -> None:
    project = next(iter(label_studio.projects.list()))
    task = next(iter(label_studio.tasks.list(project=project.id, fields="all")))
    with release.forward("label-studio", 8080) as url:
        token = {"Authorization": f"Token {release.credentials()['label-studio-token']}"}
        photo = requests.get(f"{url}{task.data['image']}", headers=token, timeout=30)
    assert photo.content == UNSURE.read_bytes()


def test_annotations_become_data_sets_and_labels(release: Release, label_studio: LabelStudio) -> None:
    for project in label_studio.projects.list():
        for task in label_studio.tasks.list(project=project.id):
            label_studio.annotations.create(id=task.id, result=[_choice("Soup")])
    release.run_job("sync")
    release.run_job("processing")
    with release.store() as store:
        for source in Source:
            assert list(store.keys(source.dataset, "")), source.dataset
        for source in (Source.RANDOM_SAMPLING, Source.LOW_CONFIDENCE, Source.USER_FLAG):
            assert all(key.startswith("class_09/") for key in store.keys(source.dataset, ""))
        labels = list(store.keys(keys.TRACKING, "labels/"))
        record = store.get_record(keys.Location(keys.TRACKING, labels[0]), LabelRecord)
    assert record.actual in CLASSES
    assert not _names(release, keys.LABELSTUDIO, "quarantine/")


def test_a_second_processing_changes_nothing(release: Release) -> None:
    before = {bucket: _names(release, bucket) for bucket in keys.BUCKETS}
    release.run_job("processing")
    assert {bucket: _names(release, bucket) for bucket in keys.BUCKETS} == before


def _choice(name: str) -> dict[str, object]:
    return {"from_name": "food", "to_name": "image", "type": "choices", "value": {"choices": [name]}}
