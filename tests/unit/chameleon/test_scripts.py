"""Runs the machine's scripts in a folder that stands in for its disk, with stubs for what they call."""

import os
import subprocess
from pathlib import Path

import pytest

from chameleon.user_data import VM


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    for folder in ("bin", "dev", "etc/gourmetgram", "steps"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "food11.yaml").write_text((VM / "food11.yaml").read_text())
    (tmp_path / "dev/console").touch()
    return tmp_path


def stub(disk: Path, program: str, line: str) -> None:
    (disk / "bin" / program).write_text(f"#!/bin/sh\n{line}\n")
    (disk / "bin" / program).chmod(0o755)


def run(disk: Path, script: str, **variables: str) -> int:
    """Run a script with its absolute paths redirected into the folder."""
    text = (VM / script).read_text()
    for folder in ("/srv/", "/var/lib/", "/dev/console", "/etc/gourmetgram", "/opt/"):
        text = text.replace(folder, f"{disk}{folder}")
    (disk / script).write_text(text)
    path = f"{disk / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(["bash", disk / script], env={"PATH": path, **variables}, check=False).returncode


@pytest.mark.parametrize("food11", ["none", "https://food.test/no.zip"])
def test_the_claim_for_food11_is_there_without_the_photos(disk: Path, food11: str) -> None:
    stub(disk, "kubectl", f"cat >{disk}/applied")
    stub(disk, "curl", "exit 22")
    assert run(disk, "steps/food11.sh", FOOD11=food11) == 0
    assert "kind: PersistentVolumeClaim" in (disk / "applied").read_text()
    assert (disk / "srv/food11").is_dir()


def test_a_source_that_cannot_be_fetched_is_named_on_the_console(disk: Path) -> None:
    (disk / "etc/gourmetgram/deployment.env").write_text(f"REPOSITORY=file://{disk}/none\nREVISION=main\n")
    (disk / "opt").mkdir()
    assert run(disk, "fetch.sh") != 0
    assert "gourmetgram: FAILED to fetch main of file://" in (disk / "dev/console").read_text()


def test_a_commit_of_digits_is_a_tag(disk: Path) -> None:
    for program in ("git", "kubectl", "curl", "install"):
        stub(disk, program, "echo 123456789012")
    stub(disk, "helm", f'echo "$@" >{disk}/told')
    assert run(disk, "steps/application.sh", SMALL="no") == 0
    assert "--set-string image.tag=123456789012 " in (disk / "told").read_text()


def test_a_machine_that_runs_already_is_given_the_images(disk: Path) -> None:
    stub(disk, "git", "echo 123456789012")
    stub(disk, "buildah", '[ "$1" = build ] || touch "$(echo "$3" | cut -d: -f2)"')
    # An agent: only one of the two services exists.
    stub(disk, "systemctl", "echo $* | grep --quiet --word-regexp k3s-agent")
    stub(disk, "k3s", f'echo "$@" >>{disk}/imported')
    assert run(disk, "steps/images.sh") == 0
    imported = (disk / "imported").read_text().splitlines()
    assert [line.rpartition("/")[2] for line in imported] == [
        f"{process}-123456789012.tar" for process in ("cronjobs", "predictor", "webapp")
    ]
