"""Sets aside a database whose first migrations were interrupted, since running them again always fails.

It runs in Label Studio's image, before each start. The user is created right after the migrations, so a
database without one is empty.
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path


def main(database: Path) -> None:
    """Rename the database if nobody has used it; Label Studio then creates a new one."""
    if database.exists() and not _has_users(database):
        database.replace(database.with_suffix(".unfinished"))
        print(f"{database} was never completed: Label Studio creates a new one")  # noqa: T201 - the pod's log


def _has_users(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as connection:
        try:
            return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM htx_user)").fetchone()[0])
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return False
            raise


if __name__ == "__main__":
    main(Path(sys.argv[1]))
