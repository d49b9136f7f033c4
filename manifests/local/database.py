"""Label Studio's database: an empty one comes with its installation, since its migrations take half a minute.

Migrations that are interrupted fail for good when they are run again, so none run in a database that is used.
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
