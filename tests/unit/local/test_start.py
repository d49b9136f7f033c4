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


def silent() -> socket.socket:
    """Bind a port without listening: nothing else gets it, and nothing answers."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound


def free(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


def test_what_stopped_is_started_and_nothing_else(started: list[str]) -> None:
    with silent() as webapp, silent() as label_studio:
        start_what_stopped(LocalSettings(webapp_port=free(webapp), label_studio_port=free(label_studio)))
    assert started == ["start", "webapp", "scheduler"]


@pytest.mark.parametrize("part", ["webapp", "label_studio"])
def test_a_port_that_something_else_took_in_the_meantime_is_named(
    started: list[str], capsys: pytest.CaptureFixture[str], part: str
) -> None:
    with silent() as webapp, silent() as label_studio, socket.create_server(("127.0.0.1", 0)) as other:
        ports = {"webapp_port": free(webapp), "label_studio_port": free(label_studio)}
        ports[f"{part}_port"] = free(other)
        with pytest.raises(SystemExit):
            start_what_stopped(LocalSettings(**ports))
    assert (started, f"GOURMETGRAM_{part.upper()}_PORT" in capsys.readouterr().out) == ([], True)
