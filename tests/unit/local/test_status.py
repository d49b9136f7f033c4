"""`make status` prints one table, and its exit status tells whether all required components run."""

import pytest

from manifests.local import status as command
from manifests.local import supervisor
from manifests.local.components import Component
from manifests.local.settings import LocalSettings
from manifests.local.status import status

NEEDED = ("store", "predictor", "webapp", "label-studio", "scheduler")
STOPPED = dict.fromkeys(("prometheus", "alertmanager"), "STOPPED")


def rows(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    states: dict[str, str],
    silent: str = "",
) -> tuple[dict[str, str], object]:
    monkeypatch.setattr(supervisor, "running", lambda: True)
    monkeypatch.setattr(
        supervisor, "states", lambda _: {**dict.fromkeys(NEEDED, "RUNNING"), **STOPPED, **states}
    )
    monkeypatch.setattr(command, "environment", lambda _: {})
    monkeypatch.setattr(command, "full_disk", lambda: None)
    monkeypatch.setattr(Component, "answers", lambda part, _: part.name != silent)
    code: object = 0
    try:
        status(LocalSettings())
    except SystemExit as ended:
        code = ended.code
    table = capsys.readouterr().out.splitlines()
    return {line[:20].strip(): line[46:] for line in table}, code


def test_all_that_is_needed_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    table, code = rows(monkeypatch, capsys, {})
    assert (code, len(table), table["Prometheus"]) == (
        0,
        8,
        "not started: start it with make monitor (optional)",
    )


@pytest.mark.parametrize(
    ("states", "silent", "said"),
    [
        ({}, "webapp", "running, but not responding"),
        ({"webapp": "BACKOFF"}, "", "keeps exiting and being restarted"),
        ({"webapp": "STOPPED"}, "", "stopped: start it with make up"),
        ({"webapp": "SOMETHING NEW"}, "", "SOMETHING NEW"),
    ],
)
def test_a_part_that_is_needed_and_lacks_is_told_with_its_log(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    states: dict[str, str],
    silent: str,
    said: str,
) -> None:
    table, code = rows(monkeypatch, capsys, states, silent)
    assert (table["web application"], "logs/webapp.log" in str(code)) == (said, True)


def test_the_scheduler_is_needed_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table, code = rows(monkeypatch, capsys, {"scheduler": "FATAL"})
    assert (table["scheduler"], "scheduler.log" in str(code)) == (
        "exited at every start; no more attempts",
        True,
    )


def test_an_optional_part_that_fails_is_told_and_does_no_harm(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table, code = rows(monkeypatch, capsys, {"prometheus": "BACKOFF"})
    assert (table["Prometheus"], code) == ("keeps exiting and being restarted (optional)", 0)
