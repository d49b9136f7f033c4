"""Two replicas of Label Studio on one PostgreSQL act as one for annotators and jobs."""

import dataclasses
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

import pytest
import requests

from cronjobs.label_studio.client import connect
from cronjobs.label_studio.projects import source_storage
from cronjobs.settings import CronjobSettings
from cronjobs.sync import sync
from gourmetgram.sources import ANNOTATED_SOURCES, Source
from gourmetgram.store import Store
from tests.conftest import new_label_studio
from tests.labelling import ask, names, upload
from tests.loop import Loop
from tests.processes import Server, free_port
from tests.uploads import wait_until

pytestmark = pytest.mark.timeout(600)

AS_NOBODY = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
"""PostgreSQL refuses to run as root, so it runs as nobody in a user namespace."""

TASKS = 40


@pytest.fixture(scope="module")
def replicas(
    tmp_path_factory: pytest.TempPathFactory,
    store: Store,  # noqa: ARG001 - it must run
    store_env: dict[str, str],
) -> Iterator[list[Server]]:
    """Run two with a shared folder, the second after the first has created the database."""
    with _postgres(tmp_path_factory.mktemp("postgres")) as database:
        folder = tmp_path_factory.mktemp("replicas")
        first = new_label_studio(folder, store_env)
        first.env = {**first.env, **database}
        first.start_seconds = 300  # it runs a hundred migrations
        port = free_port()
        command = [*first.command[:-1], str(port)]
        second = dataclasses.replace(first, command=command, port=port, log=folder / "second.log")
        try:
            yield [first.start(), second.start()]
        finally:
            first.stop()
            second.stop()


@pytest.fixture
def loops(
    replicas: list[Server], empty_store: Store, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[Loop]]:
    """Return the loop through each of them."""
    with ExitStack() as stack:
        loops = []
        for replica in replicas:
            monkeypatch.setenv("GOURMETGRAM_LABEL_STUDIO_URL", replica.url)
            monkeypatch.setenv("GOURMETGRAM_LABEL_STUDIO_TOKEN", replica.env["LABEL_STUDIO_USER_TOKEN"])
            settings = CronjobSettings()
            loops.append(Loop(empty_store, stack.enter_context(connect(settings)), settings))
            loops[-1].project(Source.LOW_CONFIDENCE)
        yield loops


def test_both_serve_the_same_projects_to_whoever_signed_in_at_one(
    replicas: list[Server], loops: list[Loop]
) -> None:
    first, second = replicas
    numbers, others = [[loop.project(source) for source in ANNOTATED_SOURCES] for loop in loops]
    assert numbers == others
    with requests.Session() as session:
        wait_until(lambda: _signs_in(session, first), "the sign-in")
        answer = session.get(f"{second.url}/api/current-user/whoami", timeout=60)
    assert answer.ok, answer.text
    assert answer.json()["email"] == first.env["LABEL_STUDIO_USERNAME"]


def _signs_in(session: requests.Session, replica: Server) -> bool:
    """Sign in, and return whether the replica then knows the user; on a busy machine it may not."""
    session.get(f"{replica.url}/user/login/", timeout=60)
    form = {"email": replica.env["LABEL_STUDIO_USERNAME"], "password": replica.env["LABEL_STUDIO_PASSWORD"]}
    form["csrfmiddlewaretoken"] = session.cookies["csrftoken"]
    session.post(f"{replica.url}/user/login/", data=form, timeout=60)
    return session.get(f"{replica.url}/api/current-user/whoami", timeout=60).ok


def test_syncs_through_both_at_once_import_each_task_once(loops: list[Loop]) -> None:
    _ask_for(TASKS, loops[0])
    at_once = [Thread(target=loop.sync, args=[Source.LOW_CONFIDENCE]) for loop in loops for _ in range(2)]
    for each in at_once:
        each.start()
    for each in at_once:
        each.join()
    assert _tasks(loops[0]) == _tasks(loops[1]) == TASKS


def test_what_is_annotated_at_one_becomes_a_label_through_the_other(loops: list[Loop]) -> None:
    first, second = loops
    record = upload(first.store, 1)
    ask(first.store, record, Source.USER_FLAG)
    assert first.sync(Source.USER_FLAG) == {"imported": 1}
    second.annotate(second.tasks(Source.USER_FLAG)[record.prediction_id], "Rice")
    assert first.sync(Source.USER_FLAG) == {"exported": 1}
    first.process()
    assert names(first.store, "userfeedback") == [f"class_07/{record.prediction_id}.jpg"]
    assert second.sync(Source.USER_FLAG) == {}


def test_a_sync_that_ended_with_its_replica_is_completed_through_the_other(
    replicas: list[Server], loops: list[Loop]
) -> None:
    first, second = loops
    _ask_for(TASKS, first)
    interrupted = Thread(target=sync, args=(first.studio, first.settings, [Source.LOW_CONFIDENCE]))
    interrupted.start()
    wait_until(lambda: _status(second) == "in_progress", "a sync in progress")
    replicas[0].kill()
    try:
        interrupted.join()
        second.sync(Source.LOW_CONFIDENCE)
        assert _tasks(second) == TASKS
    finally:
        replicas[0].start()


def _ask_for(count: int, through: Loop) -> None:
    for number in range(count):
        ask(through.store, upload(through.store, number), Source.LOW_CONFIDENCE)


def _tasks(through: Loop) -> int:
    """Count the tasks; no two may be about the same prediction."""
    listed = list(through.studio.tasks.list(project=through.project(Source.LOW_CONFIDENCE)))
    assert len(listed) == len(through.tasks(Source.LOW_CONFIDENCE))
    return len(listed)


def _status(through: Loop) -> str | None:
    number = through.project(Source.LOW_CONFIDENCE)
    storage = source_storage(through.studio, number, Source.LOW_CONFIDENCE, through.store.bucket_prefix)
    assert storage
    return storage.status


@contextmanager
def _postgres(folder: Path) -> Iterator[dict[str, str]]:
    """Run a PostgreSQL with an empty database; yield Label Studio's settings for it."""
    binaries, port = _binaries(), str(free_port())
    who = AS_NOBODY if os.geteuid() == 0 else ()
    made = (binaries / "initdb", "--username=labelstudio", "--auth=trust", "--no-sync", f"--pgdata={folder}")
    subprocess.run([*who, *made], check=True, capture_output=True)
    settings = ("-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "listen_addresses=127.0.0.1")
    command = [*who, binaries / "postgres", "-D", folder, "-p", port, *settings]
    address = ("--host=127.0.0.1", f"--port={port}")
    with (folder / "server.log").open("w") as log, subprocess.Popen(command, stderr=log) as server:
        try:
            while subprocess.run([binaries / "pg_isready", "--quiet", *address], check=False).returncode:
                assert server.poll() is None, (folder / "server.log").read_text()
                time.sleep(0.1)
            yield {
                "DJANGO_DB": "default",
                "POSTGRE_HOST": "127.0.0.1",
                "POSTGRE_PORT": port,
                "POSTGRE_NAME": "postgres",
                "POSTGRE_USER": "labelstudio",
            }
        finally:
            server.send_signal(signal.SIGINT)  # a fast shutdown, even with open connections


def _binaries() -> Path:
    """Find PostgreSQL's programs, which Debian doesn't put on PATH."""
    folders = [os.environ["PATH"], *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
    found = shutil.which("initdb", path=":".join(folders))
    if not found:
        pytest.skip("PostgreSQL is not installed")
    return Path(found).resolve().parent
