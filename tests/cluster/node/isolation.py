"""Starts and ends the node's Linux namespaces; everything in the node descends from one process."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.cluster.node import network
from tests.cluster.node.commands import run
from tests.cluster.node.places import LOGS, STATE
from tests.cluster.node.polling import wait_until

CONFIGURATION = f"--configuration={STATE}/supervisord.conf"


def first_process() -> int | None:
    """Return this machine's id for the node's first process, or None if no node runs."""
    for process in Path("/proc").glob("[0-9]*"):
        if _is_first(process):
            return int(process.name)
    return None


def process_of(container: str) -> int:
    """Return the id, as this machine sees it, of a process in the container with containerd's id."""
    for group in Path("/proc").glob("[0-9]*/cgroup"):
        with suppress(OSError):  # it has just ended
            if container in group.read_text():
                return int(group.parent.name)
    raise LookupError(f"no process is in the container {container}")


def run_inside(*command: str | Path) -> None:
    """Run a program of this machine where it sees the node's mounts."""
    run("nsenter", f"--target={first_process()}", "--mount", *command)


def start() -> None:
    """Start the supervisor as the first process of new mount, process and network namespaces."""
    LOGS.mkdir(parents=True, exist_ok=True)
    wait_until(lambda: not network.exists(), "the end of the last node's network device", seconds=30)
    unshare = ["unshare", "--mount", "--pid", "--net", "--ipc", "--fork", "--mount-proc", "--kill-child"]
    addresses = (network.NODE_ADDRESS, network.HOST_ADDRESS, network.SERVICE_RANGE)
    init = [str(Path(__file__).parent / "init.sh"), str(STATE), network.NODE_DEVICE, *addresses]
    supervisor = [
        sys.executable,
        "-m",
        "supervisor.supervisord",
        "--nodaemon",
        CONFIGURATION,
    ]
    with (LOGS / "init.log").open("w") as log:
        command = [*unshare, *init, *supervisor]
        outer = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd="/", start_new_session=True, text=True
        )
    network.connect(wait_until(first_process, "the node's first process", seconds=10))
    assert outer.stdin
    outer.stdin.write("connected\n")
    outer.stdin.close()


def end() -> None:
    """End all processes of the node; its mounts, devices and namespaces disappear with them."""
    pid = first_process()
    if pid is None:
        return
    subprocess.run(["kill", "-KILL", str(pid)], check=False)
    wait_until(
        lambda: not (first_process() or network.exists()), "the end of the node's processes", seconds=60
    )


def remove_control_groups() -> None:
    """Remove the control groups of the node's pods, which outlive their processes."""
    for pods in _control_groups():
        for group in sorted(pods.rglob("*/"), reverse=True):
            group.rmdir()
        pods.rmdir()


def remains() -> list[str]:
    """Return what remains of a node: its first process, devices, mounts and control groups."""
    left = [f"process {first_process()}"] if first_process() else []
    left += [f"device {network.HOST_DEVICE}"] if network.exists() else []
    left += [mount for mount in Path("/proc/mounts").read_text().splitlines() if str(STATE) in mount]
    left += [
        f"loop device {file.parts[3]}"
        for file in Path("/sys/block").glob("loop*/loop/backing_file")
        if str(STATE) in file.read_text()
    ]
    return left + [f"control group {group}" for group in _control_groups()]


def remove_mount_points() -> None:
    """Remove the node's mount points, unless something else uses them."""
    for folder in ("/var/lib/cni", "/var/lib/kubelet"):
        with suppress(OSError):  # not empty, or missing
            Path(folder).rmdir()


def supervisorctl(*arguments: str) -> str:
    """Run supervisorctl and return its output."""
    return run(sys.executable, "-m", "supervisor.supervisorctl", CONFIGURATION, *arguments)


def _control_groups() -> list[Path]:
    top = Path("/sys/fs/cgroup")  # cgroup v2 has one hierarchy, v1 one per controller
    return [*top.glob("kubepods"), *top.glob("*/kubepods")]


def _is_first(process: Path) -> bool:
    try:
        status = (process / "status").read_text()
        arguments = (process / "cmdline").read_text().split("\0")
    except OSError:  # it has just ended
        return False
    inner_ids = next(line for line in status.splitlines() if line.startswith("NSpid:")).split()[1:]
    return len(inner_ids) > 1 and inner_ids[-1] == "1" and CONFIGURATION in arguments
