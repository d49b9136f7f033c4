"""The load test of `helm test` passes only if the predictor is fast and answers every request."""

import json
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.serving import serving
from tests.unit.chart.conftest import Render, named

ANSWER = json.dumps({"predictions": [{"model_version": "candidate"}]}).encode()


@contextmanager
def predictor(status: int, seconds: float) -> Iterator[str]:
    """Run a predictor that answers the first request at once, others with a status after some seconds."""

    class Predictor(BaseHTTPRequestHandler):
        asked = False

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if Predictor.asked:
                time.sleep(seconds)
            self.send_response(status if Predictor.asked else 200)
            Predictor.asked = True
            self.end_headers()
            self.wfile.write(ANSWER)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Predictor)) as url:
        yield url


@pytest.mark.parametrize(
    ("status", "seconds", "verdict"),
    [
        (200, 0, nullcontext()),
        (503, 0, pytest.raises(AssertionError, match="requests failed: HTTP Error 503")),
        (200, 1.1, pytest.raises(AssertionError, match=r"5 % of the requests take [1-9][\d.]* s")),
    ],
)
def test_a_predictor_passes_if_it_is_quick_and_answers_all(
    render: Render,
    capsys: pytest.CaptureFixture[str],
    status: int,
    seconds: float,
    verdict: AbstractContextManager[object],
) -> None:
    code = named(render(), "Pod", "test-load")["spec"]["containers"][0]["command"][-1]
    with predictor(status, seconds) as url, verdict:
        exec(code.replace("http://food-gourmetgram-predictor:8080", url).replace("+ 10", "+ 1"), {})  # noqa: S102
        assert "'candidate': " in capsys.readouterr().out
