"""A spool entry is stored completely or not at all."""

import os
import zipfile
from pathlib import Path

import pytest

from gourmetgram.keys import Location
from webapp import entries
from webapp.entries import UnreadableEntryError, Write

WRITES = [
    Write(Location("production", "class_00/1.webp"), "image/webp", bytes(range(256))),
    Write(Location("tracking", "predictions/1.json"), "application/json", b"{}"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "1.zip"
    entries.write_durably(path, entries.pack(WRITES))
    return path


def test_what_was_written_is_read_in_its_order(path: Path) -> None:
    assert entries.read(path) == WRITES
    assert entries.locations(path) == [write.location for write in WRITES]


def test_anybody_can_look_into_an_entry(path: Path) -> None:
    assert zipfile.ZipFile(path).namelist() == ["production/class_00/1.webp", "tracking/predictions/1.json"]


@pytest.mark.parametrize("length", [0, 1, 100, 500])
def test_a_torn_entry_is_noticed(path: Path, length: int) -> None:
    os.truncate(path, length)
    with pytest.raises(UnreadableEntryError):
        entries.read(path)


def test_a_flipped_bit_is_noticed(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[body.index(bytes(range(256))) + 7] ^= 1
    path.write_bytes(body)
    with pytest.raises(UnreadableEntryError):
        entries.read(path)


def test_a_disk_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        entries.write_durably(tmp_path / "1.zip", b"body")
    assert list(tmp_path.iterdir()) == []
