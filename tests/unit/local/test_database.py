"""Label Studio starts with the empty database of its installation, and keeps an existing one."""

from pathlib import Path

import pytest

from manifests.local import database


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = tmp_path / "installation/label_studio.sqlite3"
    template.parent.mkdir()
    template.write_text("empty")
    monkeypatch.setattr(database, "EMPTY", template)


def test_a_new_folder_gets_the_empty_database(tmp_path: Path) -> None:
    database.provide(tmp_path / "label-studio")
    assert [path.read_text() for path in (tmp_path / "label-studio").iterdir()] == ["empty"]


def test_a_copy_that_was_interrupted_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "label_studio.new").write_text("em")
    database.provide(tmp_path)
    assert (tmp_path / "label_studio.sqlite3").read_text() == "empty"


def test_a_database_that_is_used_stays(tmp_path: Path) -> None:
    (tmp_path / "label_studio.sqlite3").write_text("used")
    database.provide(tmp_path)
    assert (tmp_path / "label_studio.sqlite3").read_text() == "used"
