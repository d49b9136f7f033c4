"""Label Studio's database: an empty one is made during installation, since the migrations take half a minute.

Interrupted migrations can never be completed, so none are run on the database that is used.
"""

import shutil
from pathlib import Path

from manifests.local.settings import ROOT

EMPTY = ROOT / ".venv-label-studio/empty/label_studio.sqlite3"


def provide(folder: Path) -> None:
    """Copy the empty database into Label Studio's folder, unless there is one already."""
    database = folder / EMPTY.name
    if database.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = database.with_suffix(".new")
    shutil.copyfile(EMPTY, unfinished)
    unfinished.rename(database)
