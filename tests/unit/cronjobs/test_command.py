import argparse
import json

import pytest

from cronjobs.command import NotDoneError, Outcome, run, up_to
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


def test_on_a_terminal_people_get_text_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with pytest.raises(SystemExit):
        run("report", lambda: Outcome("accuracy known", {"n": 1}, details=["a table", ""]))
    assert capsys.readouterr().out == "a table\n\nreport: accuracy known\n"


@pytest.mark.parametrize("terminal", [True, False])
def test_json_is_given_alone_where_it_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    monkeypatch.setattr("sys.argv", ["report", "--json"])
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    with pytest.raises(SystemExit):
        run("report", lambda: Outcome("accuracy known", {"n": 1}, details=["a table"]))
    assert json.loads(capsys.readouterr().out)["n"] == 1


def test_a_setting_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOURMETGRAM_SAMPLE_SIZE", "many")
    with pytest.raises(SystemExit, match="GOURMETGRAM_SAMPLE_SIZE can't be used"):
        run("a job", lambda: Outcome("done", {}))


def test_ctrl_c_ends_a_job_quietly() -> None:
    def job() -> Outcome:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit, match="130"):
        run("a job", job)


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


def test_a_number_on_the_command_line_has_bounds() -> None:
    assert up_to(30)("30") == 30
    for text in ("31", "-1", "many", ""):
        with pytest.raises(argparse.ArgumentTypeError, match="is not a whole number from 0 to 30"):
            up_to(30)(text)
