"""A database left by an interrupted first start of Label Studio: its migrations fail on it for good.

The user is created right after them, so a database without one is empty.
"""

import sqlite3
from contextlib import closing
from pathlib import Path


def set_aside(database: Path) -> bool:
    """Rename a database that nobody can have used, so that a new one is created; return whether it was."""
    if not database.exists() or _has_users(database):
        return False
    database.replace(database.with_suffix(".unfinished"))
    return True


def _has_users(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as connection:
        try:
            return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM htx_user)").fetchone()[0])
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return False
            raise
