"""`make rotate`: replace every key and password of one machine, without losing data."""

import subprocess
from pathlib import Path

from manifests.label_studio_user import CHANGE
from manifests.local import database, supervisor
from manifests.local.output import say
from manifests.local.settings import ROOT, SECRETS, STATE, LocalSettings, environment, generate_secrets
from manifests.local.start import up

LABEL_STUDIO_PYTHON = ROOT / ".venv-label-studio/bin/python"


def rotate(settings: LocalSettings) -> None:
    """Replace them, also in Label Studio's database; restart everything if it was running."""
    was_running = supervisor.running()
    supervisor.stop()
    generate_secrets()
    if (STATE / "label-studio" / database.EMPTY.name).exists():
        known = environment(settings)
        user = f"{known['LABEL_STUDIO_PASSWORD']} {known['LABEL_STUDIO_USER_TOKEN']}"
        command: list[str | Path] = [LABEL_STUDIO_PYTHON, "-c", CHANGE]
        subprocess.run(command, env=known, input=user, text=True, capture_output=True, check=True)
    if was_running:
        up(settings)
    say(f"Every key and password in {SECRETS} is new.")
