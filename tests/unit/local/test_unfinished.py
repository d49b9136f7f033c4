"""A start of Label Studio that was interrupted does not prevent the next; what anybody has used stays."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from manifests.local.unfinished import set_aside

USERS = "CREATE TABLE htx_user (id)"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "label_studio.sqlite3"


def execute(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize("made", [["CREATE TABLE django_migrations (id)"], [USERS]])
def test_a_database_without_users_is_set_aside(database: Path, made: list[str]) -> None:
    execute(database, *made)
    assert set_aside(database)
    assert [path.name for path in database.parent.iterdir()] == ["label_studio.unfinished"]


def test_a_database_with_a_user_stays(database: Path) -> None:
    execute(database, USERS, "INSERT INTO htx_user VALUES (1)")
    assert not set_aside(database)
    assert database.exists()


def test_no_database_is_no_reason_to_do_anything(database: Path) -> None:
    assert not set_aside(database)


def test_a_database_that_can_not_be_read_stays(database: Path) -> None:
    execute(database, USERS, "INSERT INTO htx_user VALUES (1)")
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            set_aside(database)
    assert database.exists()
