"""supervisord: start it, query it, stop it, and clean up after it if it was killed."""

import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psutil

from manifests.local.settings import ROOT, STATE

CONFIGURATION = Path(__file__).with_name("supervisord.conf")
STOP_SECONDS = 60
STATES = ("STOPPED", "STARTING", "RUNNING", "BACKOFF", "STOPPING", "EXITED", "FATAL", "UNKNOWN")


def running() -> bool:
    """Return whether this checkout's supervisord is running."""
    return (STATE / "supervisor.sock").exists() and _supervisord() is not None


def variables() -> Mapping[str, str]:
    """Return the environment that supervisord was started with; empty if it is not running."""
    process = _supervisord()
    return process.environ() if process else {}


def start(environment: Mapping[str, str]) -> None:
    """Start supervisord in the background, with every component."""
    for folder in ("logs", "store", "spool", "label-studio"):
        (STATE / folder).mkdir(parents=True, exist_ok=True)
    _run("supervisord", environment)


def control(environment: Mapping[str, str], *arguments: str) -> None:
    """Run a supervisorctl command."""
    _run("supervisorctl", environment, *arguments)


def states(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the state of each program, as supervisord names it.

    `supervisorctl status` exits with 3 if any program is not running, which is not an error here.
    """
    told = _run("supervisorctl", environment, "status", check=False).stdout
    rows = [line.split(maxsplit=2) for line in told.splitlines()]
    return {row[0]: row[1] for row in rows if len(row) > 1 and row[1] in STATES}


def endings(name: str) -> int:
    """Return how often a program has exited on its own, according to supervisord's log.

    Its state doesn't show this: a program that fails after more than a second is RUNNING until then.
    """
    log = STATE / "logs/supervisord.log"
    return log.read_text(errors="replace").count(f"exited: {name} (") if log.exists() else 0


def stop() -> None:
    """Stop supervisord and all its child processes, by process id."""
    supervisord = _supervisord()
    if supervisord is not None:
        supervisord.terminate()
        psutil.wait_procs([supervisord], STOP_SECONDS)
    left = [process for process in psutil.process_iter() if _is_ours(process)]
    for process in left:
        process.terminate()
    _, alive = psutil.wait_procs(left, STOP_SECONDS)
    for process in alive:
        process.kill()


def is_taken(port: int) -> bool:
    """Return whether something on this machine listens on a port."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def holder(port: int) -> str:
    """Return the name of the process that listens on a port, if this user may see it."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return "another process"
    pids = [
        c.pid
        for c in connections
        if c.status == psutil.CONN_LISTEN and c.laddr and c.laddr.port == port and c.pid
    ]
    return f"{psutil.Process(pids[0]).name()} (process {pids[0]})" if pids else "another user's process"


def _run(
    command: str, environment: Mapping[str, str], *arguments: str, check: bool = True
) -> subprocess.CompletedProcess[str]:
    program = Path(environment["BIN"]) / command
    return subprocess.run(
        [program, "-c", CONFIGURATION, *arguments],
        cwd=STATE,
        env=environment,
        check=check,
        capture_output=True,
        text=True,
    )


def _supervisord() -> psutil.Process | None:
    try:
        process = psutil.Process(int((STATE / "supervisord.pid").read_text()))
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None
    return process if _is_ours(process) else None


def _is_ours(process: psutil.Process) -> bool:
    """Recognise a component of this checkout by a variable in its environment; never this process itself."""
    try:
        return process.environ().get("GOURMETGRAM_STACK") == str(ROOT)
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return False
