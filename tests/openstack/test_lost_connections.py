"""The connection is lost at every single call, after the site has done what it was asked."""

from dataclasses import dataclass
from typing import Any

import pytest
import requests
from openstack.connection import Connection

from tests.openstack.conftest import Chameleon, count

WRITES = ("POST", "PUT", "PATCH", "DELETE")
UP_WRITES = 13  # key, lease, group, eight rules, server, floating IP
DOWN_WRITES = 5  # floating IP, server, lease, group, key


@dataclass
class Line:
    """The line to the site: once armed, it lets the next write through and loses the answer."""

    armed: bool = False


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    state, real = Line(), requests.Session.request

    def request(session: requests.Session, method: str, url: str, **kwargs: Any) -> requests.Response:  # noqa: ANN401
        answer = real(session, method, url, **kwargs)
        if state.armed and method in WRITES and "/auth/tokens" not in url:
            state.armed = False
            raise requests.ConnectionError("reset by peer")
        return answer

    monkeypatch.setattr(requests.Session, "request", request)
    return state


def until_it_is_done(chameleon: Chameleon, line: Line, action: str) -> int:
    """Run an action again and again, each run losing the answer of its first write, and return the runs."""
    for runs in range(1, 40):
        line.armed = True
        if chameleon(action) == 0:
            return runs
    raise AssertionError(f"{action} never finished")


def test_up_and_down_finish_though_every_write_loses_its_answer(
    chameleon: Chameleon, alice: Connection, line: Line
) -> None:
    empty = count(alice)
    assert until_it_is_done(chameleon, line, "up") == UP_WRITES + 1
    made = {kind: number - empty[kind] for kind, number in count(alice).items()}
    assert made.pop("rules") == 10
    assert set(made.values()) == {1}
    assert until_it_is_done(chameleon, line, "down") == DOWN_WRITES + 1
    assert count(alice) == empty
