"""Every call that changes something fails once, in each way in which a call can fail."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import requests
import requests_mock
from openstack.connection import Connection
from requests.adapters import HTTPAdapter

from tests.openstack.conftest import Chameleon, count

WRITES = ("POST", "PUT", "PATCH", "DELETE")
UP_WRITES = 13  # key, lease, group, eight rules, server, floating IP
DOWN_WRITES = 5  # floating IP, server, lease, group, key
Send = Callable[[], requests.Response]
Fault = Callable[[requests.PreparedRequest, Send], requests.Response]


def answer_lost(request: requests.PreparedRequest, send: Send) -> requests.Response:
    """Let the site carry out the request, but lose the connection before the response."""
    send()
    raise requests.ConnectionError("reset by peer", request=request)


def refused(request: requests.PreparedRequest, send: Send) -> requests.Response:
    """Let the site fail before it does anything."""
    del send
    return requests_mock.create_response(request, status_code=500, reason="Internal Server Error")


def token_expired(request: requests.PreparedRequest, send: Send) -> requests.Response:
    """Let the site refuse the token."""
    del send
    return requests_mock.create_response(request, status_code=401)


@dataclass
class Line:
    """The connection to the site; its writes with a number in `faulty` meet a fault."""

    fault: Fault = refused
    faulty: range = range(0)
    writes: int = 0

    def carry(self, request: requests.PreparedRequest, send: Send) -> requests.Response:
        """Send a request, or let it meet the fault."""
        if request.method not in WRITES or "/auth/tokens" in str(request.url):
            return send()
        self.writes += 1
        return self.fault(request, send) if self.writes in self.faulty else send()


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    state, real = Line(), HTTPAdapter.send

    def send(adapter: HTTPAdapter, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # noqa: ANN401
        return state.carry(request, partial(real, adapter, request, **kwargs))

    monkeypatch.setattr(HTTPAdapter, "send", send)
    return state


def runs_until_done(chameleon: Chameleon, line: Line, action: str) -> int:
    """Run an action again and again, and return how many runs it took."""
    for runs in range(1, 40):
        line.writes = 0
        if chameleon(action) == 0:
            return runs
    raise AssertionError(f"{action} never finished")


def made_one_of_each(alice: Connection, before: dict[str, int]) -> bool:
    """Return whether there is exactly one deployment more than before."""
    made = {kind: number - before[kind] for kind, number in count(alice).items()}
    return made.pop("rules") == 10 and set(made.values()) == {1}


@pytest.mark.parametrize(("fault", "nth"), [(answer_lost, 1), (refused, 2)])
def test_up_and_down_finish_though_every_run_fails_after_one_write(
    chameleon: Chameleon, alice: Connection, line: Line, fault: Fault, nth: int
) -> None:
    empty, more_runs = count(alice), 2 - nth
    line.fault, line.faulty = fault, range(nth, nth + 1)
    assert runs_until_done(chameleon, line, "up") == UP_WRITES + more_runs
    assert made_one_of_each(alice, empty)
    # A server that takes its time to go gets another delete request.
    assert runs_until_done(chameleon, line, "down") >= DOWN_WRITES + more_runs
    assert count(alice) == empty


def test_a_token_that_expires_before_each_write_is_renewed(
    chameleon: Chameleon, alice: Connection, line: Line
) -> None:
    empty = count(alice)
    line.fault, line.faulty = token_expired, range(1, 1000, 2)
    assert chameleon("up") == 0
    assert made_one_of_each(alice, empty)
    assert line.writes == 2 * UP_WRITES
