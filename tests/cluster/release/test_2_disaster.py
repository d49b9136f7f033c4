"""After the loss of all data, a backup is restored into an empty namespace with every label once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from gourmetgram import keys
from tests.cluster.release.installed import NAME, OF_THE_RELEASE, ROOT, SECRET, Release
from tests.cluster.release.photos import UNSURE

pytestmark = [pytest.mark.cluster, pytest.mark.drill]


@pytest.fixture(scope="module")
def backup(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Take a backup while an answer waits in Label Studio for the next sync."""
    _upload(release)
    release.run_job("sampling")
    release.run_job("sync")
    with release.label_studio() as studio:
        project = next(each for each in studio.projects.list() if each.title == "Low Confidence")
        task = next(
            each for each in studio.tasks.list(project=project.id, fields="all") if not each.is_labeled
        )
        studio.annotations.create(id=task.id, result=[_choice("Soup")])  # type: ignore[arg-type]
    return _run("save", tmp_path_factory.mktemp("backup"))


@pytest.fixture(scope="module")
def before(release: Release, backup: Path) -> dict[str, object]:
    """Record the state, and delete everything."""
    del backup
    state = _state(release)
    release.helm("uninstall", NAME, "--wait", "--timeout=5m")
    release.kubectl("delete", "pods,persistentvolumeclaims", f"--selector={OF_THE_RELEASE}", "--timeout=3m")
    release.kubectl("delete", "secret", SECRET)
    return state


def test_everything_comes_back(release: Release, backup: Path, before: dict[str, object]) -> None:
    _run("restore", backup)
    release.install()
    _run("restore", backup)
    assert _state(release) == before


def test_the_loop_goes_on_with_every_label_once(release: Release, before: dict[str, object]) -> None:
    known = _labels(release)
    release.run_job("sync")
    release.run_job("processing")
    after = _state(release)
    assert len(_labels(release)) == len(known) + 1
    assert known <= _labels(release)
    assert (after["tasks"], after["annotations"]) == (before["tasks"], before["annotations"])


def test_a_store_that_has_photos_is_not_written_over(backup: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        _run("restore", backup)
    assert "This store already contains photos." in refused.value.stderr


def _run(action: str, folder: Path) -> Path:
    """Run the command of make cluster-backup or cluster-restore."""
    command = ["manifests/cluster-backup.sh", action, str(folder), NAME]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=True
    )
    return folder


def _state(release: Release) -> dict[str, object]:
    """Return every object's name with a digest of its content, and Label Studio's tasks."""
    with release.store() as store, release.label_studio() as studio:
        projects = list(studio.projects.list())
        return {
            "objects": {
                (bucket, key): version.split()[0]
                for bucket in keys.BUCKETS
                for key, version in store.versions(bucket, "")
            },
            "tasks": {each.title: each.task_number for each in projects},
            "annotations": {each.title: each.total_annotations_number for each in projects},
            "credentials": release.credentials(),
        }


def _labels(release: Release) -> set[str]:
    with release.store() as store:
        return set(store.keys(keys.TRACKING, "labels/"))


def _upload(release: Release) -> None:
    with release.forward("webapp", 5000) as url:
        for _ in range(3):
            photo = {"file": ("ramen.jpg", UNSURE.read_bytes())}
            assert requests.post(f"{url}/predict", files=photo, timeout=30).ok


def _choice(name: str) -> dict[str, object]:
    return {"from_name": "food", "to_name": "image", "type": "choices", "value": {"choices": [name]}}
