"""Backs up what can't be recreated, while everything runs, and restores it where there is no state yet.

The order keeps the copy consistent. The spool comes first, so that each entry is in its copy or in that of
the buckets. Label Studio's database comes after the buckets: it contains every annotation in them, and the
next sync exports any newer ones. What its tasks refer to is copied again at the end, so that every task
finds its photo.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from gourmetgram.settings import StoreSettings
from manifests.local import supervisor
from manifests.local.settings import ROOT, SECRETS, STATE

DEFAULT = ROOT / "backup"
DATABASE = "label-studio/label_studio.sqlite3"
FINISHED = "backup.json"
"""Written last, and removed before anything else is written; a backup without it is incomplete."""
ASKED_ABOUT = ("production", "tracking/predictions", "labelstudio/tasks")


def save(folder: Path) -> None:
    """Bring a backup folder up to date, including deletions."""
    if not SECRETS.exists():
        sys.exit("There is nothing to back up yet: start everything with make up.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / FINISHED).unlink(missing_ok=True)
    _copy_spool(STATE / "spool", folder / "spool")
    _rclone("sync", STATE / "store", folder / "buckets")
    _rclone("sync", STATE / "label-studio", folder / "label-studio", "--exclude", "*.sqlite3*")
    _copy_database(STATE / DATABASE, folder / DATABASE)
    for place in (f"{StoreSettings().bucket_prefix}{each}" for each in ASKED_ABOUT):
        if (STATE / "store" / place).exists():
            _rclone("copy", STATE / "store" / place, folder / "buckets" / place)
    _copy_secret(SECRETS, folder / SECRETS.name)
    (folder / FINISHED).write_text(json.dumps({"finished_at": datetime.now(UTC).isoformat()}) + "\n")


def restore(folder: Path) -> None:
    """Restore a backup into an empty checkout; `make up` then continues from it."""
    if not (folder / FINISHED).exists():
        sys.exit(f"{folder} is not a complete backup: it has no {FINISHED}, which make backup writes last.")
    if supervisor.running() or SECRETS.exists():
        sys.exit(f"There is already data here. Run make down, and move {STATE} elsewhere first.")
    STATE.mkdir(exist_ok=True)
    for name, place in (("buckets", "store"), ("label-studio", "label-studio"), ("spool", "spool")):
        _rclone("copy", folder / name, STATE / place)
    _copy_secret(folder / SECRETS.name, SECRETS)


def _rclone(action: str, source: Path, target: Path, *more: str) -> None:
    """Copy a folder; files still being written have a different name."""
    rclone = Path(sys.executable).with_name("rclone")
    options = ["--config", "", "--retries", "1", "--create-empty-src-dirs", "--exclude", "*.partial", *more]
    subprocess.run([rclone, action, *options, source, target], check=True, capture_output=True, text=True)


def _copy_spool(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for entry in source.rglob("*.zip"):
        with suppress(FileNotFoundError):  # it was delivered in the meantime
            place = target / entry.relative_to(source)
            place.parent.mkdir(exist_ok=True)
            shutil.copy2(entry, place)


def _copy_database(source: Path, target: Path) -> None:
    """Copy a consistent snapshot with SQLite's backup API, since the server may be writing."""
    unfinished = target.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(unfinished)) as copy:
        live.backup(copy)
    unfinished.rename(target)


def _copy_secret(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    target.write_bytes(source.read_bytes())
