"""Starts child processes, ends them by their ids, and waits until they serve."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path


def free_port() -> int:
    """Return a free TCP port on the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(check: Callable[[], object], what: str, seconds: float = 300) -> None:
    """Poll until `check` returns a true value; an OSError counts as not ready."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if check():
                return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come up in {seconds:.0f} s")
        time.sleep(0.2)


def listens(port: int) -> bool:
    """Return whether something accepts connections on a port of the loopback."""
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


class Processes:
    """The child processes of a test session, each with its own log file."""

    def __init__(self, folder: Path) -> None:
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True)
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        """Start a process in its own session, so that its children can be ended with it."""
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, env={**os.environ, **environment}, stdout=log, stderr=log, start_new_session=True
            )

    def alive(self, name: str) -> bool:
        """Return True while a process is running.

        Raises:
            RuntimeError: with the end of its log, once it has ended.
        """
        if self.running[name].poll() is None:
            return True
        raise RuntimeError(f"{name} ended: " + (self.logs / f"{name}.log").read_text()[-2000:])

    def stop(self, name: str) -> None:
        """End one process and its children."""
        process = self.running.pop(name)
        tell(process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        tell(process, signal.SIGKILL)
        process.wait()

    def stop_all(self) -> None:
        """End all processes at the same time."""
        for process in self.running.values():
            tell(process, signal.SIGTERM)
        for name in list(self.running):
            self.stop(name)


def tell(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to a process and its remaining children."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
