"""`python -m manifests.local up|monitor|status|logs|down|job|backup|restore|…`: all parts on one machine."""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from manifests.local import backup, models, monitoring, supervisor
from manifests.local.failures import full_disk, told_in_a_sentence
from manifests.local.output import say
from manifests.local.parts import PARTS, WATCHERS, Part
from manifests.local.settings import SECRETS, STATE, LocalSettings, environment
from manifests.local.status import status

READY_SECONDS = 300
STARTED_WITH = STATE / "started-with.json"


def up(settings: LocalSettings) -> None:
    """Start what does not run, wait until every part answers, and say where each one is."""
    if full := full_disk():
        sys.exit(full)
    if supervisor.running() and not (STARTED_WITH.exists() and _started_with(settings)):
        say("The settings have changed: stopping the parts first.")
        supervisor.stop()
    if supervisor.running():
        start_what_stopped(settings)
    else:
        supervisor.stop()
        refuse_taken_ports(settings, PARTS)
        supervisor.start(environment(settings))
        STARTED_WITH.write_text(settings.model_dump_json())
    wait(settings)
    say(f"\nLabel Studio's user and password, and the store's keys, are in {SECRETS}")
    say("Upload a photo at " + next(part for part in PARTS if part.name == "webapp").url(settings))


def start_what_stopped(settings: LocalSettings) -> None:
    """Start the parts that supervisord has given up or was told to stop."""
    known = environment(settings)
    states = supervisor.states(known)
    needed = [*(part.name for part in PARTS), "scheduler"]
    if stopped := [name for name in needed if states.get(name) in {"STOPPED", "EXITED", "FATAL"}]:
        supervisor.control(known, "start", *stopped)


def _started_with(settings: LocalSettings) -> bool:
    return STARTED_WITH.read_text() == settings.model_dump_json()


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
            set_up = subprocess.run([sys.executable, "-m", module], env=environment(settings), check=False)
            if set_up.returncode:
                sys.exit(f"The {part.title} could not be set up, for the reason above.")
        say(f"{part.title:20} {part.url(settings):24} ready after {time.monotonic() - started:.0f} s")


def logs(_: LocalSettings) -> None:
    """Follow the logs until interrupted."""
    files = sorted((STATE / "logs").glob("*.log"))
    if not files:
        sys.exit("There are no logs yet: make up starts the parts.")
    subprocess.run(["tail", "-n", "20", "-F", *files], check=False)


def down(_: LocalSettings) -> None:
    """Stop every part."""
    supervisor.stop()
    say(f"Stopped. The data stays in {STATE}")


def job(settings: LocalSettings) -> None:
    """Run a job now, as the scheduler does at its time: `job sampling`, with the job's own arguments."""
    if not supervisor.running():
        sys.exit("Nothing runs, and a job needs the parts. Start them with: make up")
    name, *arguments = sys.argv[2:]
    command = [sys.executable, "-m", f"cronjobs.{name}", *arguments]
    sys.exit(subprocess.run(command, env=environment(settings), check=False).returncode)


def save(_: LocalSettings) -> None:
    """Copy what can't be made again: `backup FOLDER`."""
    folder = _folder()
    backup.save(folder)
    say(f"Everything that can't be made again is in {folder}, the passwords and keys too: keep it private.")


def restore(_: LocalSettings) -> None:
    """Bring a backup into an empty place: `restore FOLDER`."""
    backup.restore(_folder())
    say("Restored. Go on with: make up")


def _folder() -> Path:
    return Path(sys.argv[2]).absolute() if sys.argv[2:] else backup.DEFAULT


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
    **models.COMMANDS,
}


def main() -> None:
    """Run the command that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m manifests.local")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    command = COMMANDS[parser.parse_args().command]
    with told_in_a_sentence():
        command(LocalSettings())


if __name__ == "__main__":
    main()
