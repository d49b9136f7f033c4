"""Set-up, sync and processing with the real Label Studio."""

import os
import subprocess
import sys
from threading import Thread

import pytest
import requests

from cronjobs.command import NotDoneError
from cronjobs.label_studio.interface import interface
from cronjobs.label_studio.setup import set_up
from cronjobs.sync import sync
from gourmetgram import keys
from gourmetgram.keys import Location
from gourmetgram.sources import Source
from gourmetgram.store import StoreUnavailableError
from tests.labelling import ask, names, upload
from tests.loop import Loop
from tests.processes import Server, free_port


def test_setting_up_again_changes_nothing(loop: Loop) -> None:
    made = set_up().figures
    number = loop.project(Source.LOW_CONFIDENCE)
    loop.studio.projects.update(id=number, title="Hard ones", expert_instruction="Look twice.")
    before = {project.id for project in loop.studio.projects.list()}
    assert set_up().figures == made
    assert {project.id for project in loop.studio.projects.list()} == before
    assert loop.studio.projects.get(number).title == "Hard ones"


def test_a_project_with_other_classes_is_refused_with_a_sentence(loop: Loop) -> None:
    number = loop.project(Source.LOW_CONFIDENCE)
    config = loop.studio.projects.get(number).label_config or ""
    loop.studio.projects.update(id=number, label_config=config.replace('"Soup"', '"Stew"'))
    with pytest.raises(NotDoneError, match=r"other classes than the model knows \(Soup, Stew\)"):
        set_up()


def test_a_project_that_showed_the_models_class_is_made_blind_where_its_labels_count(loop: Loop) -> None:
    number = loop.project(Source.LOW_CONFIDENCE)
    blind = loop.studio.projects.get(number).label_config
    shown = interface(Source.LOW_CONFIDENCE, shows_prediction=True)
    loop.studio.projects.update(id=number, label_config=shown, show_collab_predictions=True)
    arranged = {"title": "Mine", "hiddenColumns": {"explore": [], "labeling": []}}
    loop.studio.views.create(project=number, data=arranged)
    set_up()
    project = loop.studio.projects.get(number)
    assert (project.label_config, project.show_collab_predictions) == (blind, False)
    for view in loop.studio.views.list(project=number):
        assert "tasks:data.ml_prediction" in dict(view.data or {})["hiddenColumns"]["explore"]


def test_peoples_own_wording_stays_and_is_warned_about(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    number = loop.project(Source.LOW_CONFIDENCE)
    shown = interface(Source.LOW_CONFIDENCE, shows_prediction=True).replace("Which food", "What food")
    loop.studio.projects.update(id=number, label_config=shown)
    set_up()
    assert loop.studio.projects.get(number).label_config == shown
    assert f"project {number} shows the model's class" in caplog.text


def test_no_storage_tells_a_key(loop: Loop, store_env: dict[str, str]) -> None:
    number = loop.project(Source.LOW_CONFIDENCE)
    storages = [
        *loop.studio.import_storage.s3.list(project=number),
        *loop.studio.export_storage.s3.list(project=number),
    ]
    said = " ".join(storage.model_dump_json() for storage in storages)
    assert len(storages) == 3
    assert store_env["AWS_ACCESS_KEY_ID"] not in said
    assert store_env["AWS_SECRET_ACCESS_KEY"] not in said


def test_nobody_can_sign_up(label_studio: Server) -> None:
    form = {"email": "mallory@example.org", "password": "12345678x"}
    with requests.Session() as session:
        page = session.get(f"{label_studio.url}/user/signup/", timeout=60)
        form["csrfmiddlewaretoken"] = session.cookies["csrftoken"]
        session.post(f"{label_studio.url}/user/signup/", data=form, timeout=60)
        assert (
            "sessionid" not in session.cookies
            or not session.get(f"{label_studio.url}/api/current-user/whoami", timeout=60).ok
        )
    assert page.status_code < 500


def test_an_annotated_task_becomes_a_label_and_a_changed_one_moves(loop: Loop) -> None:
    record = upload(loop.store, 1)
    ask(loop.store, record, Source.USER_FLAG)
    assert loop.sync(Source.USER_FLAG) == {"imported": 1}
    annotation = loop.annotate(loop.tasks(Source.USER_FLAG)[record.prediction_id], "Rice")
    assert loop.sync(Source.USER_FLAG) == {"exported": 1}
    loop.process()
    assert names(loop.store, "userfeedback") == [f"class_07/{record.prediction_id}.jpg"]

    value = {"from_name": "food", "to_name": "image", "type": "choices", "value": {"choices": ["Soup"]}}
    loop.studio.annotations.update(id=annotation, result=[value])
    assert loop.sync(Source.USER_FLAG) == {"exported": 1}
    loop.process()
    assert names(loop.store, "userfeedback") == [f"class_09/{record.prediction_id}.jpg"]
    assert loop.sync(Source.USER_FLAG) == {}


def test_skipped_and_contradictory_annotations_are_quarantined(loop: Loop) -> None:
    skipped, contested = upload(loop.store, 1), upload(loop.store, 2)
    for record in (skipped, contested):
        ask(loop.store, record, Source.LOW_CONFIDENCE)
    loop.sync(Source.LOW_CONFIDENCE)
    tasks = loop.tasks(Source.LOW_CONFIDENCE)
    bob = loop.studio.users.create(email="bob@example.org", username="bob")
    loop.annotate(tasks[skipped.prediction_id], was_cancelled=True)
    loop.annotate(tasks[contested.prediction_id], "Rice")
    loop.annotate(tasks[contested.prediction_id], "Soup", completed_by=bob.id)
    assert loop.process()["quarantined"] == {"lowconfidence": 2}
    assert names(loop.store, "lowconfidence") == []


def test_what_was_annotated_while_the_store_was_away_is_exported_by_the_next_sync(
    loop: Loop, store_server: Server
) -> None:
    record = upload(loop.store, 1)
    ask(loop.store, record, Source.USER_FLAG)
    loop.sync(Source.USER_FLAG)
    task = loop.tasks(Source.USER_FLAG)[record.prediction_id]
    store_server.kill()
    try:
        with pytest.raises(Exception, match="Could not connect to the endpoint"):
            loop.annotate(task, "Rice", request_options={"max_retries": 0})
        with pytest.raises(StoreUnavailableError):
            loop.sync(Source.USER_FLAG)
    finally:
        store_server.start()
    assert loop.sync(Source.USER_FLAG) == {"exported": 1}
    assert loop.process()["labelled"] == {"userfeedback": 1}


def test_garbage_among_the_tasks_is_quarantined_and_the_rest_is_imported(loop: Loop) -> None:
    garbage = Location(keys.LABELSTUDIO, f"{keys.tasks(Source.USER_FLAG)}0.json")
    loop.store.put(garbage, b"{", "application/json")
    ask(loop.store, upload(loop.store, 1), Source.USER_FLAG)
    assert loop.sync(Source.USER_FLAG)["imported"] == 1
    assert names(loop.store, keys.LABELSTUDIO, "quarantine/tasks/") == ["userfeedback/0.json"]


def test_two_syncs_at_once_import_each_task_once(loop: Loop) -> None:
    project = loop.project(Source.LOW_CONFIDENCE)
    for number in range(10):
        ask(loop.store, upload(loop.store, number), Source.LOW_CONFIDENCE)
    others = [Thread(target=loop.sync, args=[Source.LOW_CONFIDENCE]) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    loop.sync(Source.LOW_CONFIDENCE)
    listed = list(loop.studio.tasks.list(project=project))
    assert len(listed) == len(loop.tasks(Source.LOW_CONFIDENCE)) == 10


def test_a_sync_says_so_if_label_studio_is_away(loop: Loop) -> None:
    away = {"GOURMETGRAM_LABEL_STUDIO_URL": f"http://127.0.0.1:{free_port()}"}
    job = subprocess.run(
        [sys.executable, "-m", "cronjobs.sync", "2"],
        env={**os.environ, **away, "GOURMETGRAM_BUCKET_PREFIX": loop.store.bucket_prefix},
        capture_output=True,
        text=True,
        check=False,
    )
    assert job.returncode == 1
    assert "Low Confidence not done: Label Studio did not answer" in job.stdout.splitlines()[0]


def test_a_project_that_was_never_set_up_is_named(loop: Loop) -> None:
    loop.studio.projects.delete(loop.project(Source.RANDOM_SAMPLING))
    outcome = sync(loop.studio, loop.settings, [Source.RANDOM_SAMPLING])
    assert not outcome.complete
    assert "Random Sampling is not set up" in outcome.summary
