"""The components of one machine, each in its own process, and its users."""

import time
from pathlib import Path

import requests

from tests.conftest import new_predictor, new_webapp
from tests.drill.label_studio import Annotators
from tests.drill.users import Users
from tests.proxy import Proxy
from tests.uploads import metric


class Machine:
    """A store behind a proxy, a predictor and a web application."""

    def __init__(self, folder: Path, proxy: Proxy, store_env: dict[str, str], **settings: str) -> None:
        self.proxy = proxy
        self.predictor = new_predictor(folder)
        env = {**store_env, "AWS_ENDPOINT_URL_S3": proxy.url, **settings}
        self.webapp = new_webapp(folder, env, self.predictor)
        self.users = Users(self.webapp.url)
        self.annotators: Annotators | None = None
        """Set if the drill has a Label Studio."""

    def recovered(self, within_seconds: float) -> float:
        """Wait until nothing is spooled and an upload is stored at once; return the seconds that took."""
        started = time.monotonic()
        while not self._is_well():
            if time.monotonic() - started > within_seconds:
                raise AssertionError(f"not recovered after {within_seconds} s: {self.webapp.tail()}")
            time.sleep(0.1)
        return time.monotonic() - started

    def _is_well(self) -> bool:
        try:
            return metric(self.webapp, "gourmetgram_spool_entries") == 0 and self.users.upload()
        except (requests.RequestException, StopIteration):
            return False
