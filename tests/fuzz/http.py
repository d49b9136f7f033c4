"""`python -m tests.fuzz.http webapp|predictor REQUESTS`: send requests to the real process.

A tenth is generated from the OpenAPI descriptions, valid and invalid; the rest are valid requests with some
bytes changed. A 5xx response is a defect, and so is a process that ends.
"""

import os
import random
import socket
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path

import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings, strategies
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from gourmetgram.settings import StoreSettings
from gourmetgram.store import Store
from tests.conftest import ROOT, new_predictor, new_store_server, new_webapp
from tests.fuzz.mistakes import with_mistakes
from tests.processes import Server

SEED = 15
SERVER_ERROR = 500
UNKNOWN_CODING = 501
"""The right response to an unknown transfer coding (RFC 9112, section 6.1)."""


class Fuzzed:
    """A server and the responses that it gave."""

    def __init__(self, name: str, server: Server) -> None:
        self.name, self.server = name, server
        self.statuses: Counter[int] = Counter()
        self.defects: list[str] = []

    def answered(self, status: int, request: object) -> None:
        """Count a response; a 5xx is a failure."""
        self.statuses[status] += 1
        if status >= SERVER_ERROR and status != UNKNOWN_CODING:
            self.defects.append(f"{self.name}: {status} to {str(request)[:2000]}")

    def run(self, requests: int) -> None:
        """Send requests of both kinds."""
        self.from_description(requests // 10)
        self.with_mistakes(requests - self.statuses.total())
        if not self.server.running():
            self.defects.append(f"{self.name} ended: {self.server.tail()}")

    def from_description(self, requests: int) -> None:
        """Send valid and invalid requests generated from the description, spread over its operations."""
        document = yaml.safe_load((ROOT / f"docs/openapi/{self.name}.yaml").read_text())
        operations = [each.ok() for each in schemathesis.openapi.from_dict(document).get_all_operations()]
        for operation in operations:
            for mode in GenerationMode:
                share = requests // (len(operations) * len(GenerationMode))
                with suppress(Unsatisfiable):  # no such request can be wrong
                    self._generated(operation.as_strategy(generation_mode=mode), share)

    def with_mistakes(self, requests: int) -> None:
        """Send valid requests with some bytes changed."""
        dice = random.Random(SEED)
        for _ in range(requests):
            request = with_mistakes(self.name, dice)
            self.answered(exchange(self.server, request), request)

    def _generated(self, cases: strategies.SearchStrategy[schemathesis.Case], requests: int) -> None:
        bounded = settings(
            max_examples=requests,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )

        @bounded
        @given(case=cases)
        def send(case: schemathesis.Case) -> None:
            self.answered(case.call(base_url=self.server.url, timeout=60).status_code, case.as_curl_command())

        send()


def exchange(server: Server, request: bytes) -> int:
    """Send bytes, close, and return the response's status; 0 for none, which is right for some of them."""
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection,
        suppress(ConnectionError),
    ):
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        line = connection.makefile("rb").readline().split()
        return int(line[1]) if len(line) > 1 and line[1].isdigit() else 0
    return 0


def fuzzed(name: str, stack: ExitStack) -> Fuzzed:
    """Start a predictor, or a web application without limits per client and its dependencies."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    predictor = _started(new_predictor(folder), stack)
    if name == "predictor":
        return Fuzzed(name, predictor)
    store = _started(new_store_server(folder), stack)
    os.environ.update(store.env)
    Store(StoreSettings()).create_buckets()
    return Fuzzed(name, _started(new_webapp(folder, store.env, predictor), stack))


def _started(server: Server, stack: ExitStack) -> Server:
    stack.callback(server.start().stop)
    return server


def main() -> None:
    """Fuzz one of them, and print the responses' statuses."""
    for kind in ("heic", "avif"):
        schemathesis.openapi.media_type(f"image/{kind}", strategies.binary())
    with ExitStack() as stack:
        target = fuzzed(sys.argv[1], stack)
        target.run(int(sys.argv[2]))
        statuses = ", ".join(f"{number} x {status}" for status, number in sorted(target.statuses.items()))
        print(f"{target.name}: {target.statuses.total()} requests: {statuses}")  # noqa: T201
        print("\n".join(target.defects[:50]) or "no 5xx, and it did not end")  # noqa: T201
        sys.exit(1 if target.defects else 0)


if __name__ == "__main__":
    main()
