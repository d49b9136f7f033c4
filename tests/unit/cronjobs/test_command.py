"""How a job ends is told to people, to machines and, by the store, to the metrics."""

import json

import pytest

import cronjobs.command
from cronjobs.command import NotDoneError, Outcome, run
from gourmetgram import keys
from gourmetgram.records import JobRun
from gourmetgram.store import StoreUnavailableError
from tests.unit.webapp.conftest import MemoryStore


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    store = MemoryStore(cronjobs.command.CronjobSettings())
    monkeypatch.setattr(cronjobs.command, "Store", lambda _: store)
    return store


def status(name: str, outcome: Outcome | Exception) -> object:
    def job() -> Outcome:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with pytest.raises(SystemExit) as exit_:
        run(name, job)
    return exit_.value.code


def last(store: MemoryStore, *, complete: bool) -> JobRun:
    return store.get_record(keys.last_run("sync", complete=complete), JobRun)


def test_a_complete_run_leaves_what_it_did(store: MemoryStore) -> None:
    assert status("sync", Outcome("did it", {}, items=7)) == 0
    assert (last(store, complete=True).items, last(store, complete=True).summary) == (7, "did it")


def test_a_run_that_can_not_work_leaves_why_and_asks_for_another(store: MemoryStore) -> None:
    assert status("sync", NotDoneError("Label Studio is away")) == 1
    assert last(store, complete=False).summary == "not done: Label Studio is away"


def test_a_bug_is_left_too(store: MemoryStore) -> None:
    with pytest.raises(ZeroDivisionError):
        run("sync", lambda: Outcome(str(1 // 0), {}))
    assert "division" in last(store, complete=False).summary


def test_a_store_that_is_away_does_not_change_how_a_run_ends(store: MemoryStore) -> None:
    store.away = True
    assert status("sync", Outcome("did it", {})) == 0
    assert status("sync", StoreUnavailableError("away")) == 1


def test_what_is_no_job_of_the_loop_leaves_nothing(store: MemoryStore) -> None:
    assert status("report", Outcome("said it", {})) == 0
    assert not store.objects


def test_machines_get_the_figures_in_the_last_line(
    store: MemoryStore, capsys: pytest.CaptureFixture[str]
) -> None:
    status("sync", Outcome("did it", {"tasks": 3}))
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["job"], line["complete"], line["tasks"]) == ("sync", True, 3)
    assert store.objects
