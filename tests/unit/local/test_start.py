"""`make up` starts the components that have stopped, unless something else has taken their port."""

import socket

import pytest

from manifests.local import start, supervisor
from manifests.local.settings import LocalSettings
from manifests.local.start import start_what_stopped

STATES = {"store": "RUNNING", "predictor": "RUNNING", "webapp": "EXITED", "label-studio": "BACKOFF"}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(start, "environment", lambda _: {})
    monkeypatch.setattr(supervisor, "states", lambda _: {**STATES, "scheduler": "FATAL"})
    monkeypatch.setattr(supervisor, "control", lambda _, *arguments: names.extend(arguments))
    return names


def free(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


def test_what_stopped_is_started_and_nothing_else(started: list[str]) -> None:
    with socket.socket() as bound:  # bound without listening: nothing else gets the port, and nothing answers
        bound.bind(("127.0.0.1", 0))
        start_what_stopped(LocalSettings(webapp_port=free(bound), label_studio_port=free(bound)))
    assert started == ["start", "webapp", "scheduler"]


@pytest.mark.parametrize("part", ["webapp", "label_studio"])
def test_a_port_that_something_else_took_in_the_meantime_is_named(
    started: list[str], capsys: pytest.CaptureFixture[str], part: str
) -> None:
    with socket.socket() as bound, socket.create_server(("127.0.0.1", 0)) as other:
        bound.bind(("127.0.0.1", 0))
        ports = {"webapp_port": free(bound), "label_studio_port": free(bound), f"{part}_port": free(other)}
        with pytest.raises(SystemExit):
            start_what_stopped(LocalSettings(**ports))
    assert (started, f"GOURMETGRAM_{part.upper()}_PORT" in capsys.readouterr().out) == ([], True)
