"""Where a machine gets its source code."""

import dataclasses
import subprocess
from pathlib import Path

import pytest

from chameleon import source
from chameleon.errors import ProvisioningError
from chameleon.settings import Settings


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "clone"
    author = ["-c", "user.name=a", "-c", "user.email=a@b.test"]
    subprocess.run(["git", "init", "-q", folder], check=True)
    subprocess.run(["git", "-C", folder, *author, "commit", "-q", "--allow-empty", "-m", "one"], check=True)
    monkeypatch.setattr(source, "CLONE", folder)
    return folder


@pytest.fixture
def anywhere(settings: Settings) -> Settings:
    return dataclasses.replace(settings, repository="", revision="")


@pytest.mark.usefixtures("clone")
def test_a_clone_without_origin_needs_a_repository(anywhere: Settings) -> None:
    with pytest.raises(ProvisioningError, match="--repository"):
        source.repository(anywhere)


@pytest.mark.parametrize(
    "origin",
    [
        "git@github.com:alice/gourmetgram.git",
        "ssh://git@github.com/alice/gourmetgram.git",
        "ssh://git@github.com:22/alice/gourmetgram.git",
    ],
)
def test_an_ssh_origin_is_cloned_by_https(clone: Path, anywhere: Settings, origin: str) -> None:
    subprocess.run(["git", "-C", clone, "remote", "add", "origin", origin], check=True)
    assert source.repository(anywhere) == "https://github.com/alice/gourmetgram.git"


@pytest.mark.usefixtures("clone")
def test_a_commit_that_was_not_pushed_is_refused(anywhere: Settings) -> None:
    with pytest.raises(ProvisioningError, match="push it"):
        source.revision(anywhere)


def test_a_pushed_commit_is_named_exactly(clone: Path, anywhere: Settings) -> None:
    git = ["git", "-C", str(clone)]
    subprocess.run([*git, "update-ref", "refs/remotes/origin/main", "HEAD"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout
    assert source.revision(anywhere) == head.strip()
