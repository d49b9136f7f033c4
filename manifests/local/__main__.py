"""`python -m manifests.local up|status|logs|down|job|backup|restore|rotate|…`: everything on one machine."""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from gourmetgram.jobs import JOBS
from manifests.local import backup, models, modules, supervisor
from manifests.local.failures import told_in_a_sentence
from manifests.local.output import say
from manifests.local.rotation import rotate
from manifests.local.settings import STATE, LocalSettings
from manifests.local.start import monitor, refuse_other_ports, up
from manifests.local.status import status


def logs(_: LocalSettings) -> None:
    """Follow the logs until interrupted."""
    files = sorted((STATE / "logs").glob("*.log"))
    if not files:
        sys.exit("There are no logs yet: start everything with make up.")
    subprocess.run(["tail", "-n", "20", "-F", *files], check=False)


def down(_: LocalSettings) -> None:
    """Stop all components."""
    supervisor.stop()
    say(f"Stopped. The data stays in {STATE}")


def job(settings: LocalSettings) -> None:
    """Run a job now, as the scheduler would: `job sampling`, with the job's own arguments."""
    if not supervisor.running():
        sys.exit("Nothing is running, and a job needs the store and Label Studio. Start them with: make up")
    if not sys.argv[2:]:
        sys.exit(f"Say which job: {', '.join(JOBS)}.")
    name, *arguments = sys.argv[2:]
    sys.exit(modules.run(settings, f"cronjobs.{name}", *arguments))


def save(_: LocalSettings) -> None:
    """Back up what can't be recreated: `backup FOLDER`."""
    folder = _folder()
    backup.save(folder)
    say(f"The backup is in {folder}. It contains the passwords and keys: keep it private.")


def restore(_: LocalSettings) -> None:
    """Restore a backup into an empty checkout: `restore FOLDER`."""
    backup.restore(_folder())
    say("Restored. Continue with: make up")


def _folder() -> Path:
    return Path(sys.argv[2]).absolute() if sys.argv[2:] else backup.DEFAULT


COMMANDS: dict[str, Callable[[LocalSettings], None]] = {
    "up": up,
    "monitor": monitor,
    "status": status,
    "logs": logs,
    "down": down,
    "job": job,
    "backup": save,
    "restore": restore,
    "rotate": rotate,
    **models.COMMANDS,
}
PORTS_DO_NOT_MATTER = {"up", "logs", "down", "backup", "restore"}


def main() -> None:
    """Run the command named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m manifests.local")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    command = parser.parse_args().command
    with told_in_a_sentence():
        settings = LocalSettings()
        if command not in PORTS_DO_NOT_MATTER:
            refuse_other_ports(settings)
        COMMANDS[command](settings)


if __name__ == "__main__":
    main()
