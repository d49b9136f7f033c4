"""Real servers for tests, which can be started on a free port, awaited, killed and restarted."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import requests

BIN = Path(sys.executable).parent
"""The folder of the test environment's commands."""


SERVERS_PORTS = range(10_000, 30_000)
"""Below Linux's ephemeral ports, so that no client takes a port between its choice and its use."""


def free_port() -> int:
    """Find a port that nothing listens on."""
    while True:
        port = random.choice(SERVERS_PORTS)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


@dataclass
class Server:
    """A command that serves HTTP on loopback, in its own process group."""

    command: Sequence[str | Path]
    port: int
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    ready_path: str = "/"
    ready_statuses: Sequence[int] = (200,)
    """The response's content once it is ready; if not given, anything."""
    start_seconds: float = 60
    stop_seconds: float = 20
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the server's URL, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        """Start it and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(part) for part in self.command],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **self.env},
                start_new_session=True,
            )
        try:
            self.wait_until_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def wait_until_ready(self) -> None:
        """Poll until it responds; fail with the end of its log if it dies or is too slow."""
        deadline = time.monotonic() + self.start_seconds
        while not self.answers():
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(
                    f"{self.command[0]} ended with {self.process.returncode}:\n{self.tail()}"
                )
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.command[0]} did not answer:\n{self.tail()}")
            time.sleep(0.05)

    def answers(self) -> bool:
        """Return whether it responds now."""
        try:
            response = requests.get(self.url + self.ready_path, timeout=5)
        except requests.RequestException:
            return False
        return not self.ready_statuses or response.status_code in self.ready_statuses

    def running(self) -> bool:
        """Return whether its process is alive."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Terminate it and wait; kill what is left of its process group."""
        self._signal(signal.SIGTERM)
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.stop_seconds)
        self.kill()

    def kill(self) -> None:
        """End its whole process group at once, as a crash would."""
        self._signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()
            self.process = None

    def tail(self) -> str:
        """Read the end of its log."""
        return self.log.read_text(errors="replace")[-4000:]

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
