"""With Redis, the limits are counted for all replicas together; without it, requests still succeed."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from werkzeug.exceptions import TooManyRequests

from tests.processes import free_port
from tests.uploads import wait_until
from webapp.client_limits import FEEDBACK, ClientLimits
from webapp.settings import WebappSettings

Redis = tuple[str, "subprocess.Popen[bytes]"]


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[Redis]:
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    port = free_port()
    command = ["redis-server", "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen([*command, "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: _answers(port), "Redis answers")
            yield f"redis://127.0.0.1:{port}/0", process
        finally:
            process.kill()


def _answers(port: int) -> bool:
    with redis.Redis(port=port) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


def test_two_replicas_count_together(redis_server: Redis) -> None:
    uri, process = redis_server
    settings = WebappSettings(limits_storage=uri, client_feedback_per_minute=2)
    replicas = ClientLimits(settings), ClientLimits(settings)
    for replica in replicas:
        replica.admit(FEEDBACK, "192.0.2.1", 10)
    for replica in replicas:
        with pytest.raises(TooManyRequests):
            replica.admit(FEEDBACK, "192.0.2.1", 10)
    process.kill()
    process.wait()
    for replica in replicas:
        replica.admit(FEEDBACK, "192.0.2.1", 10)
