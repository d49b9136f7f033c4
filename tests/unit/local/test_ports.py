"""A command for components on other ports says which: something else may answer on its own."""

import os
import subprocess
from pathlib import Path

import pytest

from manifests.local import __main__ as local
from manifests.local import supervisor


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    for name in local.COMMANDS:
        monkeypatch.setitem(local.COMMANDS, name, lambda _, name=name: names.append(name))
    monkeypatch.setenv("GOURMETGRAM_STORE_PORT", "9001")
    monkeypatch.setattr(supervisor, "variables", lambda: {"WEBAPP_PORT": "5001", "STORE_PORT": "9001"})
    return names


@pytest.mark.parametrize("command", ["status", "job", "monitor", "rotate", "retrain", "promote"])
def test_a_command_is_refused_where_the_components_run_on_other_ports(
    called: list[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr("sys.argv", ["local", command])
    with pytest.raises(SystemExit, match=r"^The components run with GOURMETGRAM_WEBAPP_PORT=5001: give"):
        local.main()
    assert called == []


def test_the_ports_are_those_that_the_supervisor_was_started_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STATE", tmp_path)
    assert supervisor.variables() == {}
    given = {"GOURMETGRAM_STACK": str(supervisor.ROOT), "WEBAPP_PORT": "5001"}
    with subprocess.Popen(["sleep", "60"], env={**os.environ, **given}) as process:
        (tmp_path / "supervisord.pid").write_text(str(process.pid))
        known = supervisor.variables()
        process.kill()
    assert known["WEBAPP_PORT"] == "5001"


@pytest.mark.parametrize(("command", "port"), [("status", "5001"), ("up", "5000"), ("down", "5000")])
def test_a_command_with_the_same_ports_or_that_needs_none_is_run(
    called: list[str], monkeypatch: pytest.MonkeyPatch, command: str, port: str
) -> None:
    monkeypatch.setattr("sys.argv", ["local", command])
    monkeypatch.setenv("GOURMETGRAM_WEBAPP_PORT", port)
    local.main()
    assert called == [command]
