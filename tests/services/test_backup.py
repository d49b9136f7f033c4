"""After a backup of a running machine is restored elsewhere, the loop continues with every label once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from pydantic import SecretStr

from cronjobs.label_studio.client import LabelStudio, connect
from cronjobs.label_studio.projects import TITLES
from cronjobs.settings import CronjobSettings
from gourmetgram.sources import Source
from tests.checkout import Checkout
from tests.conftest import PHOTOS

PHOTO_FILES = sorted(PHOTOS.glob("evaluation/class_0[1-4]/*.jpg"))[:4]
pytestmark = pytest.mark.timeout(1200)


class Machine(Checkout):
    """One machine, and what its users do."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['webapp']}"

    def run(self, *command: str) -> str:
        done = self.make(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def studio(self) -> Iterator[LabelStudio]:
        lines = (self.folder / ".local/secrets.env").read_text().splitlines()
        token = dict(line.split("=", 1) for line in lines)["LABEL_STUDIO_USER_TOKEN"]
        url = f"http://127.0.0.1:{self.ports['label_studio']}"
        with connect(CronjobSettings(label_studio_url=url, label_studio_token=SecretStr(token))) as studio:
            yield studio

    def feedback(self, **body: str) -> None:
        assert requests.post(f"{self.url}/feedback", json=body, timeout=60).json()["success"]

    def annotate(self, prediction_id: str, choice: str) -> None:
        """Answer the task about a flagged prediction, once it has been imported."""
        self.run("job", "sync")
        value = {"from_name": "food", "to_name": "image", "type": "choices", "value": {"choices": [choice]}}
        with self.studio() as studio:
            task = _tasks(studio)[TITLES[Source.USER_FLAG], prediction_id]
            studio.annotations.create(id=task, result=[value])  # type: ignore[arg-type]

    def tasks(self) -> list[tuple[str, str]]:
        with self.studio() as studio:
            return sorted(_tasks(studio))

    def files(self, *folders: str) -> dict[str, bytes]:
        store = self.folder / ".local/store"
        found = [path for folder in folders for path in (store / folder).rglob("*") if path.is_file()]
        return {str(path.relative_to(store)): path.read_bytes() for path in found}

    def labels(self) -> dict[str, bytes]:
        return self.files(
            "tracking/labels", "cleanproduction", "lowconfidence", "userfeedback", "userfeedback2"
        )


def _tasks(studio: LabelStudio) -> dict[tuple[str, str], int]:
    """Return the ids of all tasks by project and prediction, of which no two may agree in both."""
    found = [
        ((project.title or "", task.data["prediction_id"]), task.id)
        for project in studio.projects.list()
        for task in studio.tasks.list(project=project.id)
    ]
    assert len(found) == len(dict(found))
    return dict(found)


@pytest.fixture
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, Machine]]:
    machines = Machine(tmp_path_factory.mktemp("first")), Machine(tmp_path_factory.mktemp("second"))
    yield machines
    for machine in machines:
        machine.make("down")


def test_restored_into_an_empty_place_the_loop_goes_on(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    first, second = machines
    backup = str(tmp_path / "backup")
    first.run("up")
    processed, waiting, asked, relabelled = (
        first.predict(photo).json()["prediction_id"] for photo in PHOTO_FILES
    )
    for prediction_id in (processed, waiting, asked):
        first.feedback(prediction_id=prediction_id)
    first.annotate(processed, "Soup")
    first.run("job", "processing")
    first.annotate(waiting, "Rice")
    first.feedback(prediction_id=relabelled, corrected_class="Bread")
    first.run("backup", backup)
    first.run("job", "processing")
    tasks = first.tasks()
    first.run("down")

    second.run("restore", backup)
    assert (second.folder / ".local/secrets.env").stat().st_mode & 0o777 == 0o600
    second.run("up")
    second.run("job", "sync")
    second.run("job", "processing")
    assert second.labels() == first.labels()
    assert len([name for name in second.labels() if name.startswith("tracking/")]) == 3
    assert second.tasks() == tasks

    second.annotate(asked, "Egg")
    second.run("job", "processing")
    assert len([name for name in second.labels() if asked in name]) == 2
    assert second.predict().ok
    assert second.make("restore", backup).returncode == 1, "there is data already"


def test_a_backup_that_was_cut_short_is_not_restored(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "new")
    (tmp_path / "backup/buckets").mkdir(parents=True)
    refused = machine.make("restore", str(tmp_path / "backup"))
    assert (refused.returncode, "is not a complete backup" in refused.stderr) == (1, True)
