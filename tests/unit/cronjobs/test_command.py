import json

import pytest

from cronjobs.command import NotDoneError, Outcome, run
from gourmetgram.store import StoreUnavailableError


def test_a_job_ends_with_a_line_for_people_and_one_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run("sampling", lambda: Outcome("drew 5", {"drawn": 5}))
    people, machines = capsys.readouterr().out.splitlines()
    assert (people, ended.value.code) == ("sampling: drew 5", 0)
    assert {"job": "sampling", "complete": True, "drawn": 5}.items() <= json.loads(machines).items()


@pytest.mark.parametrize("error", [NotDoneError("Label Studio is away"), StoreUnavailableError("no store")])
def test_a_job_that_should_run_again_says_why(capsys: pytest.CaptureFixture[str], error: Exception) -> None:
    def job() -> Outcome:
        raise error

    with pytest.raises(SystemExit) as ended:
        run("sync", job)
    people, machines = capsys.readouterr().out.splitlines()
    assert (people, ended.value.code) == (f"sync: not done: {error}", 1)
    assert json.loads(machines)["error"] == str(error)


def test_a_job_that_left_something_should_run_again() -> None:
    with pytest.raises(SystemExit, match="1"):
        run("processing", lambda: Outcome("all but one", {}, complete=False))


def test_a_job_that_fails_at_its_start_tries_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOURMETGRAM_RETRY_SECONDS", "30")
    monkeypatch.setattr("cronjobs.command.time.sleep", lambda _: None)
    failures = [StoreUnavailableError("no store"), NotDoneError("Label Studio is away")]

    def job() -> Outcome:
        if failures:
            raise failures.pop()
        return Outcome("drew 5", {})

    with pytest.raises(SystemExit) as ended:
        run("a job", job)
    assert (capsys.readouterr().out.splitlines()[0], ended.value.code) == ("a job: drew 5", 0)
