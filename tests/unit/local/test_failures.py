"""A failure on one machine ends in a sentence, not in a traceback."""

import errno
import sqlite3
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from manifests.local import failures
from manifests.local.failures import full_disk, told_in_a_sentence
from manifests.local.settings import LocalSettings


class Usage(NamedTuple):
    free: int


def ended(error: BaseException) -> object:
    with pytest.raises(SystemExit) as ended, told_in_a_sentence():
        raise error
    return ended.value.code


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/data/x"), "no space left on the disk of /data/x"),
        (PermissionError(errno.EACCES, "Permission denied", "/data/x"), "/data/x can't be written"),
        (OSError(errno.EROFS, "Read-only file system", "/data/x"), "Read-only file system"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "tail"), "tail: No such file"),
        (sqlite3.OperationalError("database is locked"), "database is locked"),
        (subprocess.CalledProcessError(2, ["/bin/rclone"], stderr="a\nno room\n"), "rclone failed: no room"),
        (subprocess.CalledProcessError(2, ["/bin/rclone"]), "rclone failed with status 2"),
    ],
)
def test_a_failure_of_the_machine_is_a_sentence(error: Exception, sentence: str) -> None:
    assert sentence in str(ended(error))


def test_ctrl_c_ends_quietly() -> None:
    assert ended(KeyboardInterrupt()) == 130


def test_a_setting_that_is_no_port_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOURMETGRAM_WEBAPP_PORT", "http")
    with pytest.raises(SystemExit, match="GOURMETGRAM_WEBAPP_PORT can't be used"), told_in_a_sentence():
        LocalSettings()


def test_two_components_can_not_have_the_same_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOURMETGRAM_WEBAPP_PORT", "8000")
    with pytest.raises(SystemExit, match="two components have the same port"), told_in_a_sentence():
        LocalSettings()


def test_an_address_at_which_no_component_would_be_found_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOURMETGRAM_HOST", "192.0.2.1")
    with (
        pytest.raises(SystemExit, match=r"GOURMETGRAM_HOST can't be used: .*'0\.0\.0\.0'"),
        told_in_a_sentence(),
    ):
        LocalSettings()


@pytest.mark.parametrize(("free", "is_full"), [(63 << 20, True), (64 << 20, False)])
def test_a_disk_without_room_for_the_parts_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, is_full: bool
) -> None:
    monkeypatch.setattr(failures, "STATE", tmp_path)
    monkeypatch.setattr(failures.shutil, "disk_usage", lambda _: Usage(free))
    assert (full_disk() is not None) == is_full
