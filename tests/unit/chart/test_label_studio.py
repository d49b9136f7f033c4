"""An interrupted first start of Label Studio doesn't break the next one, and a used database stays."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.chart.conftest import CHART, Render, named

USERS = "CREATE TABLE htx_user (id)"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "label_studio.sqlite3"


def execute(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def before_the_start(render: Render, database: Path) -> subprocess.CompletedProcess[str]:
    """Run the pod's init container on a database of our own."""
    pod = named(render(), "Deployment", "label-studio")["spec"]["template"]["spec"]
    (container,) = pod["initContainers"]
    command = [sys.executable, *container["command"][1:], *container["args"][:-1], str(database)]
    assert container["args"][-1] == "/label-studio/data/label_studio.sqlite3"
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("made", [["CREATE TABLE django_migrations (id)"], [USERS]])
def test_a_database_without_users_is_set_aside(render: Render, database: Path, made: list[str]) -> None:
    execute(database, *made)
    assert "never completed" in before_the_start(render, database).stdout
    assert [path.name for path in database.parent.iterdir()] == ["label_studio.unfinished"]


def test_a_database_with_a_user_stays(render: Render, database: Path) -> None:
    execute(database, USERS, "INSERT INTO htx_user VALUES (1)")
    assert before_the_start(render, database).returncode == 0
    assert [path.name for path in database.parent.iterdir()] == ["label_studio.sqlite3"]


def test_no_database_is_no_reason_to_do_anything(render: Render, database: Path) -> None:
    done = before_the_start(render, database)
    assert (done.returncode, done.stdout, list(database.parent.iterdir())) == (0, "", [])


def test_a_database_that_can_not_be_read_stays(render: Render, database: Path) -> None:
    execute(database, USERS, "INSERT INTO htx_user VALUES (1)")
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert before_the_start(render, database).returncode == 1
    assert database.exists()


def test_on_postgresql_nothing_is_set_aside(render: Render) -> None:
    deployment = named(render("--values", CHART / "ci/06-postgres.yaml"), "Deployment", "label-studio")
    assert "initContainers" not in deployment["spec"]["template"]["spec"]
