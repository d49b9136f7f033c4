"""Set-up and sync survive being killed at any request to Label Studio, and Label Studio being killed."""

import os
import random
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess

import pytest

from cronjobs.label_studio.client import connect
from cronjobs.label_studio.setup import set_up
from cronjobs.settings import CronjobSettings
from cronjobs.sync import sync
from gourmetgram import keys
from gourmetgram.sources import Source
from tests.forks import job_process
from tests.labelling import ask, names, upload
from tests.loop import Loop
from tests.processes import Server
from tests.proxy import Proxy, proxied

KILLS = 6
SCHEDULE = random.Random(11)


ADDRESSES = {"label_studio": "GOURMETGRAM_LABEL_STUDIO_URL", "store_server": "AWS_ENDPOINT_URL_S3"}
"""The setting with the URL of each server, or of a proxy in front of it."""


@pytest.fixture
def proxy(label_studio: Server) -> Iterator[Proxy]:
    with proxied(label_studio.url) as proxy:
        yield proxy


def process(job: str, loop: Loop, proxy: Proxy, server: str = "label_studio") -> ForkServerProcess:
    names_of_settings = ("AWS_", "GOURMETGRAM_")
    env = {name: value for name, value in os.environ.items() if name.startswith(names_of_settings)}
    env["GOURMETGRAM_BUCKET_PREFIX"] = loop.store.bucket_prefix
    return job_process(job, {**env, ADDRESSES[server]: proxy.url})


def requests_of(job: str, loop: Loop, proxy: Proxy, server: str = "label_studio") -> int:
    proxy.watch(None)
    undisturbed = process(job, loop, proxy, server)
    undisturbed.start()
    undisturbed.join(120)
    assert undisturbed.exitcode == 0
    return proxy.counts.total()


def kill(job: str, loop: Loop, proxy: Proxy, at: int, server: str = "label_studio") -> None:
    victim = process(job, loop, proxy, server)

    def before(number: int, _: str) -> None:
        if number == at and victim.pid:
            os.kill(victim.pid, signal.SIGKILL)

    proxy.watch(before)
    victim.start()
    victim.join(120)
    assert victim.exitcode == -signal.SIGKILL


def state(loop: Loop) -> object:
    """Return each project's title, storages and tasks."""
    figures = set_up().figures["projects"]
    assert isinstance(figures, dict)
    return [
        (
            loop.studio.projects.get(number).title,
            sorted((s.bucket, s.prefix) for s in loop.studio.import_storage.s3.list(project=number)),
            [(s.bucket, s.prefix) for s in loop.studio.export_storage.s3.list(project=number)],
            len(list(loop.studio.tasks.list(project=number))),
        )
        for number in figures.values()
    ]


def test_a_set_up_that_is_killed_and_run_again_makes_each_project_once(loop: Loop, proxy: Proxy) -> None:
    undisturbed = state(loop)
    everything = len(list(loop.studio.projects.list()))
    loop.delete_projects()
    for at in sorted(SCHEDULE.sample(range(2, 20), KILLS)):
        kill("setup", loop, proxy, at)
    assert state(loop) == undisturbed
    assert len(list(loop.studio.projects.list())) == everything


def test_a_sync_that_is_killed_and_run_again_loses_and_repeats_nothing(loop: Loop, proxy: Proxy) -> None:
    project = loop.project(Source.USER_FLAG)
    requests = requests_of("sync", loop, proxy)
    for at in SCHEDULE.sample(range(1, requests + 1), min(KILLS, requests)):
        ask(loop.store, upload(loop.store, at), Source.USER_FLAG)
        kill("sync", loop, proxy, at)
    requests_of("sync", loop, proxy)
    assert len(list(loop.studio.tasks.list(project=project))) == min(KILLS, requests)


def delete_some(loop: Loop, number: int) -> list[str]:
    """Delete an annotation, an answered task and a waiting one; return the three predictions."""
    records = [upload(loop.store, 3 * number + each, at=datetime.now(UTC)) for each in range(3)]
    for record in records:
        ask(loop.store, record, Source.USER_FLAG)
    loop.sync(Source.USER_FLAG)
    tasks = [loop.tasks(Source.USER_FLAG)[record.prediction_id] for record in records]
    annotation, _ = loop.annotate(tasks[0], "Rice"), loop.annotate(tasks[1], "Rice")
    loop.sync(Source.USER_FLAG)
    loop.process()
    loop.delete_annotation(annotation)
    loop.delete_task(tasks[1])
    loop.delete_task(tasks[2])
    return [record.prediction_id for record in records]


@pytest.mark.parametrize("server", ADDRESSES)
def test_a_sync_that_is_killed_as_it_withdraws_and_run_again_withdraws_all(
    loop: Loop, server: str, request: pytest.FixtureRequest
) -> None:
    with proxied(request.getfixturevalue(server).url) as proxy:
        delete_some(loop, 0)
        requests = requests_of("sync", loop, proxy, server)
        loop.process()
        asked = set(loop.tasks(Source.USER_FLAG))
        # The first quarter of the requests only finds the project and lists what was imported.
        for number, at in enumerate(sorted(SCHEDULE.sample(range(requests // 4, requests + 1), KILLS)), 1):
            annotated, *deleted = delete_some(loop, number)
            kill("sync", loop, proxy, at, server)
            loop.sync(Source.USER_FLAG)
            loop.process()
            loop.sync(Source.USER_FLAG)
            asked.add(annotated)
            assert set(loop.tasks(Source.USER_FLAG)) == asked, f"killed at request {at} of {requests}"
            done = names(loop.store, keys.LABELSTUDIO, "processed/" + keys.tasks(Source.USER_FLAG))
            assert {f"{each}.json" for each in deleted} <= set(done)
            assert names(loop.store, "userfeedback") == []


def test_label_studio_killed_in_the_middle_of_a_sync_is_reported_and_the_next_run_completes(
    loop: Loop, label_studio: Server, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = upload(loop.store, 1)
    ask(loop.store, record, Source.USER_FLAG)
    loop.project(Source.USER_FLAG)
    proxy.watch(lambda _, request: label_studio.kill() if "/sync" in request else None)
    monkeypatch.setenv("GOURMETGRAM_LABEL_STUDIO_URL", proxy.url)
    settings = CronjobSettings()
    try:
        with connect(settings) as studio:
            outcome = sync(studio, settings, [Source.USER_FLAG])
    finally:
        label_studio.start()
    assert not outcome.complete
    assert "Label Studio did not answer when asked to sync" in outcome.summary
    assert loop.sync(Source.USER_FLAG)["imported"] == 1
    loop.annotate(loop.tasks(Source.USER_FLAG)[record.prediction_id], "Rice")
    loop.process()
    assert names(loop.store, "userfeedback") == [f"class_07/{record.prediction_id}.jpg"]
