"""`python -m manifests.local up|monitor|status|logs|down|job|backup|restore`: all parts on one machine."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from manifests.local import backup, monitoring, supervisor
from manifests.local.parts import PARTS, WATCHERS, Part
from manifests.local.settings import SECRETS, STATE, LocalSettings, environment

READY_SECONDS = 300
STARTED_WITH = STATE / "started-with.json"


def up(settings: LocalSettings) -> None:
    """Start what does not run, wait until every part answers, and say where each one is."""
    if supervisor.running() and STARTED_WITH.read_text() != settings.model_dump_json():
        say("The settings have changed: stopping the parts first.")
        supervisor.stop()
    if supervisor.running():
        supervisor.control(environment(settings), "start", *(part.name for part in PARTS), "scheduler")
    else:
        supervisor.stop()
        refuse_taken_ports(settings, PARTS)
        supervisor.start(environment(settings))
        STARTED_WITH.write_text(settings.model_dump_json())
    wait(settings)
    say(f"\nLabel Studio's user and password, and the store's keys, are in {SECRETS}")
    say("Upload a photo at " + next(part for part in PARTS if part.name == "webapp").url(settings))


def monitor(settings: LocalSettings) -> None:
    """Start Prometheus and Alertmanager beside the parts."""
    monitoring.require_programs(settings)
    up(settings)
    refuse_taken_ports(settings, [part for part in WATCHERS if not part.answers(settings)])
    monitoring.configure(settings)
    supervisor.control(environment(settings), "restart", *(part.name for part in WATCHERS))
    wait(settings, WATCHERS)


def wait(settings: LocalSettings, parts: Sequence[Part] = PARTS) -> None:
    """Set each part up as soon as it answers, in the order in which they need each other."""
    started = time.monotonic()
    for part in parts:
        while not part.answers(settings):
            if time.monotonic() - started > READY_SECONDS:
                sys.exit(
                    f"The {part.title} did not answer in {READY_SECONDS} s: see {STATE}/logs/{part.name}.log"
                )
            time.sleep(0.1)
        for module in SET_UP.get(part.name, ()):
            subprocess.run([sys.executable, "-m", module], env=environment(settings), check=True)
        say(f"{part.title:20} {part.url(settings):24} ready after {time.monotonic() - started:.0f} s")


def status(settings: LocalSettings) -> None:
    """Say of each part whether it runs and answers."""
    if not supervisor.running():
        sys.exit("Nothing runs. Start it with: make up")
    for part in (*PARTS, *(part for part in WATCHERS if part.answers(settings))):
        state = "ready" if part.answers(settings) else "does not answer"
        say(f"{part.title:20} {part.url(settings):24} {state}")
    supervisor.control(environment(settings), "status")


def logs(_: LocalSettings) -> None:
    """Follow the logs until interrupted."""
    subprocess.run(["tail", "-n", "20", "-F", *sorted((STATE / "logs").glob("*.log"))], check=False)


def down(_: LocalSettings) -> None:
    """Stop every part."""
    supervisor.stop()
    say(f"Stopped. The data stays in {STATE}")


def job(settings: LocalSettings) -> None:
    """Run a job now, as the scheduler does at its time: `job sampling`, with the job's own arguments."""
    name, *arguments = sys.argv[2:]
    command = [sys.executable, "-m", f"cronjobs.{name}", *arguments]
    sys.exit(subprocess.run(command, env=environment(settings), check=False).returncode)


def save(_: LocalSettings) -> None:
    """Copy what can't be made again: `backup FOLDER`."""
    folder = Path(sys.argv[2]).absolute()
    backup.save(folder)
    say(f"Everything that can't be made again is in {folder}, the passwords and keys too: keep it private.")


def restore(_: LocalSettings) -> None:
    """Bring a backup into an empty place: `restore FOLDER`."""
    backup.restore(Path(sys.argv[2]).absolute())
    say("Restored. Go on with: make up")


def refuse_taken_ports(settings: LocalSettings, parts: Sequence[Part]) -> None:
    """End with a sentence for each port that something else listens on."""
    taken = [part for part in parts if supervisor.is_taken(part.port(settings))]
    for part in taken:
        holder = supervisor.holder(part.port(settings))
        setting = f"GOURMETGRAM_{part.name.replace('-', '_').upper()}_PORT"
        say(f"Port {part.port(settings)}, for the {part.title}, is taken by {holder}.")
        say(f"End that, or choose another port with {setting}=…")
    if taken:
        sys.exit(1)


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201 - this is what the command is for


SET_UP = {"store": ("cronjobs.buckets",), "label-studio": ("cronjobs.label_studio.setup",)}
COMMANDS: dict[str, Callable[[LocalSettings], None]] = {
    "up": up,
    "monitor": monitor,
    "status": status,
    "logs": logs,
    "down": down,
    "job": job,
    "backup": save,
    "restore": restore,
}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](LocalSettings())
