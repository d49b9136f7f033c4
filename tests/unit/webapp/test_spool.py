"""The spool keeps what it has accepted, in order, within its limits and across restarts."""

import logging
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gourmetgram.keys import Location
from webapp import entries
from webapp.entries import Write
from webapp.spool import BLOCK_BYTES, Spool, SpoolFullError


def write(key: str, body: bytes = b"{}") -> Write:
    return Write(Location("tracking", key), "application/json", body)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool", 10 * BLOCK_BYTES)
    yield spool
    spool.close()


def restarted(spool: Spool) -> Spool:
    spool.close()
    return Spool(spool.folder, spool.max_bytes)


def drained(spool: Spool) -> list[str]:
    keys = []
    while waiting := spool.oldest():
        path, writes = waiting
        keys += [write.location.key for write in writes]
        spool.remove(path)
    return keys


def test_entries_come_out_in_the_order_they_went_in(spool: Spool) -> None:
    for key in "cab":
        spool.add([write(key)])
    assert drained(spool) == ["c", "a", "b"]
    assert spool.is_empty()


def test_entries_survive_a_restart_in_order(spool: Spool) -> None:
    for key in "cab":
        spool.add([write(key), write(key * 2)])
    again = restarted(spool)
    again.add([write("d")])
    assert drained(again) == ["c", "cc", "a", "aa", "b", "bb", "d"]
    again.close()


def test_what_waits_can_be_read_by_its_location(spool: Spool) -> None:
    spool.add([write("a", b"old")])
    spool.add([write("a", b"new")])
    assert spool.get(Location("tracking", "a")) == b"new"
    assert spool.get(Location("tracking", "b")) is None


def test_what_waits_can_be_read_after_a_restart(spool: Spool) -> None:
    spool.add([write("a", b"new")])
    again = restarted(spool)
    assert again.get(Location("tracking", "a")) == b"new"
    again.close()


def test_what_was_delivered_is_gone(spool: Spool) -> None:
    spool.add([write("a")])
    drained(spool)
    assert spool.get(Location("tracking", "a")) is None
    assert spool.usage() == (0, 0, 0.0, 0)
    again = restarted(spool)
    assert again.is_empty()
    again.close()


def test_a_full_spool_refuses_and_keeps_what_it_has(spool: Spool) -> None:
    for number in range(10):
        spool.add([write(str(number))])
    with pytest.raises(SpoolFullError):
        spool.add([write("10")])
    assert not spool.has_room_for(1)
    assert len(drained(spool)) == 10


def test_room_comes_back_with_delivery(spool: Spool) -> None:
    spool.add([write("a", bytes(8 * BLOCK_BYTES))])
    assert not spool.has_room_for(2 * BLOCK_BYTES)
    drained(spool)
    assert spool.has_room_for(2 * BLOCK_BYTES)


def test_what_waited_before_a_restart_counts_after_it(spool: Spool) -> None:
    spool.add([write("a", bytes(8 * BLOCK_BYTES))])
    used = spool.usage().bytes
    again = restarted(spool)
    assert again.usage().bytes == used
    again.close()


def test_a_full_disk_is_a_full_spool(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(SpoolFullError, match="no space left"):
            spool.add([write("a")])
    assert spool.is_empty()
    assert spool.usage().bytes == 0


def test_an_unreadable_entry_is_set_aside_and_does_not_block(
    spool: Spool, caplog: pytest.LogCaptureFixture
) -> None:
    spool.add([write("a")])
    spool.add([write("b")])
    torn = min(spool.folder.glob("*.zip"))
    os.truncate(torn, 20)
    with caplog.at_level(logging.ERROR):
        assert drained(spool) == ["b"]
    assert [path.name for path in (spool.folder / "unreadable").iterdir()] == [torn.name]
    assert torn.name in caplog.text
    assert spool.usage().unreadable == 1
    (spool.folder / "unreadable" / torn.name).unlink()
    assert spool.usage().unreadable == 0


def test_an_unreadable_entry_is_set_aside_at_the_start(spool: Spool) -> None:
    (spool.folder / "00000000000000000001.zip").write_bytes(b"PK garbage")
    again = restarted(spool)
    assert again.is_empty()
    again.add([write("a")])
    assert drained(again) == ["a"]
    again.close()


def test_what_a_crash_left_unfinished_is_cleared(spool: Spool) -> None:
    unfinished = spool.folder / f"00000000000000000001{entries.UNFINISHED}"
    unfinished.write_bytes(b"PK")
    restarted(spool).close()
    assert not unfinished.exists()


def test_a_process_that_waits_for_another_s_spool_says_so(
    spool: Spool, caplog: pytest.LogCaptureFixture
) -> None:
    with ThreadPoolExecutor() as threads:
        second = threads.submit(Spool, spool.folder, spool.max_bytes)
        deadline = time.monotonic() + 10
        while str(spool.folder) not in caplog.text and time.monotonic() < deadline:
            time.sleep(0.01)
        waited = not second.done()
        spool.close()
        second.result(timeout=10).close()
    assert (waited, f"another process uses the spool {spool.folder}" in caplog.text) == (True, True)


def test_the_age_of_the_oldest_entry_is_told(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 1_000_000_000_000)
    spool.add([write("a")])
    monkeypatch.setattr("time.time", lambda: 1030.0)
    assert spool.usage().oldest_seconds == pytest.approx(30)


def test_a_clock_that_is_set_back_does_not_change_the_order(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.add([write("a")])
    monkeypatch.setattr("time.time_ns", lambda: 1_000_000_000_000)
    spool.add([write("b")])
    again = restarted(spool)
    assert drained(again) == ["a", "b"]
    again.close()
