"""A machine's first boot: cloud-init reads the user data, and systemd runs the installation."""

import io
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chameleon import user_data
from chameleon.inventory import Node
from chameleon.settings import Settings
from chameleon.user_data import VM
from tests.openstack.machine.machine import Machine

PHOTOS = ("training/0_1.jpg", "training/10_2.jpg", "validation/3_1.jpg", "evaluation/9_1.jpg")


def told(folder: Path, role: str, server: str = "") -> str:
    """Return the user data for a machine whose source repository is on its own disk."""
    settings = Settings(
        name="gg-alice", state_folder=folder, repository="file:///srv/source", revision="main"
    )
    return user_data.render(settings, Node("gg-alice-1", role), server)


def food11() -> bytes:
    """Return an archive like the course's, with one or two photos per split."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for photo in PHOTOS:
            archive.writestr(photo, "a photo")
    return packed.getvalue()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Boot a first machine, whose download of k3s fails once."""
    folder = tmp_path_factory.mktemp("server")
    machine = Machine(folder, told(folder, "server"))
    (machine.root / "srv/food11.zip").write_bytes(food11())
    machine.write("srv/fail-once", "k3s-io")
    machine.boot()
    try:
        machine.wait_until_installed()
        yield machine
    finally:
        machine.stop()


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("agent")
    machine = Machine(folder, told(folder, "agent", "10.56.0.9"))
    machine.boot()
    try:
        machine.wait_until_installed()
        yield machine
    finally:
        machine.stop()


@pytest.mark.parametrize("role", ["server", "agent"])
def test_the_user_data_passes_cloud_inits_schema(server: Machine, tmp_path: Path, role: str) -> None:
    server.write("srv/user-data", told(tmp_path, role))
    said = server.run("cloud-init", "schema", "--config-file", "/srv/user-data").stdout
    assert "Valid" in said


def test_every_script_passes_shellcheck() -> None:
    manifests = VM.parents[1] / "manifests"
    scripts = [str(path) for folder in (VM, manifests) for path in sorted(folder.rglob("*.sh"))]
    command = ["shellcheck", "--external-sources", *scripts]
    done = subprocess.run(command, cwd=VM.parents[1], capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_the_installation_tells_each_step_on_the_console(server: Machine) -> None:
    said = [line for line in server.console().splitlines() if "gourmetgram: [" in line]
    assert [line.split("] ")[1].strip() for line in said][-9:] == [
        "memory",
        "packages",
        "metadata",
        "k3s",
        "images",
        "platform",
        "application",
        "food11",
        "jupyter",
    ]
    assert "gourmetgram: done" in server.console()


def test_a_step_that_fails_is_named_and_tried_again(server: Machine) -> None:
    assert "gourmetgram: FAILED at k3s, see /var/log/gourmetgram-install.log" in server.console()
    assert server.read("var/log/gourmetgram-install.log").count("[4/9] k3s") == 2


def test_k3s_and_helm_have_the_projects_versions(server: Machine) -> None:
    versions = (VM.parents[1] / "manifests" / "versions.env").read_text()
    commands = "\n".join(server.commands())
    pinned = dict(line.split("=", 1) for line in versions.splitlines() if "VERSION=" in line)
    assert f"helm-{pinned['HELM_VERSION']}-linux-amd64.tar.gz" in commands
    assert f"INSTALL_K3S_VERSION={pinned['K3S_VERSION']}" in commands
    assert f"kserve-resources --version {pinned['KSERVE_VERSION']}" in commands


def test_the_chart_is_installed_with_the_images_that_were_built_here(server: Machine) -> None:
    commands = server.commands()
    [built] = [x for x in commands if x.startswith("buildah build") and "/webapp:" in x]
    tag = built.split("/webapp:")[1].split()[0]
    [chart] = [x for x in commands if "upgrade --install gourmetgram " in x]
    assert f"image.tag={tag}" in chart


def test_a_small_machine_gets_swap_and_the_small_values(server: Machine) -> None:
    commands = server.commands()
    assert "swapon /swapfile" in commands
    assert any("--values small/gourmetgram.yaml" in command for command in commands)
    assert not any("jupyter" in command for command in commands)


def test_food11_is_sorted_into_class_folders(server: Machine) -> None:
    assert server.photos() == [
        "evaluation/class_09/9_1.jpg",
        "training/class_00/0_1.jpg",
        "training/class_10/10_2.jpg",
        "validation/class_03/3_1.jpg",
    ]


def test_the_token_is_in_no_log_and_for_root_alone(server: Machine) -> None:
    variables = server.read("etc/gourmetgram/deployment.env").splitlines()
    [token] = [line.split("=")[1] for line in variables if line.startswith("JOIN_TOKEN=")]
    for log in (server.root / "var/log").rglob("*"):
        if log.is_file() and log.name != "commands":
            assert token not in log.read_text(errors="replace"), log
    assert (server.root / "etc/gourmetgram/deployment.env").stat().st_mode & 0o777 == 0o600


def test_an_agent_builds_the_images_and_joins(agent: Machine) -> None:
    commands = agent.commands()
    assert "k3s-install K3S_URL=https://10.56.0.9:6443" in commands
    assert any(command.startswith("k3s-install K3S_TOKEN=") for command in commands)
    assert sum(command.startswith("buildah build") for command in commands) == 3
    assert not any(command.startswith("helm upgrade") for command in commands)


def test_it_may_be_installed_again(server: Machine) -> None:
    server.stop()
    before = len(server.commands())
    (server.root / "var/lib/gourmetgram/installed").unlink()
    server.boot()
    server.wait_until_installed()
    again = server.commands()[before:]
    assert any("upgrade --install gourmetgram " in command for command in again)
    assert not any(command.startswith(("buildah", "mkswap", "fallocate")) for command in again)
    assert not any("food11" in command and command.startswith("curl") for command in again)


FOOD11 = "/opt/gourmetgram/chameleon/vm/steps/food11.sh"


def test_a_persons_own_photos_take_the_place_of_the_courses(server: Machine) -> None:
    for part in ("training", "validation", "evaluation"):
        server.write(f"srv/mine/{part}/class_04/lunch.jpg", "a photo")
    assert server.run(FOOD11, "/srv/mine").returncode == 0
    assert server.photos()[0] == "evaluation/class_04/lunch.jpg"
    assert len(server.photos()) == 3


def test_a_folder_that_is_no_food11_is_refused_and_the_old_photos_stay(server: Machine) -> None:
    before = server.photos()
    server.write("srv/wrong/training/class_04/lunch.jpg", "a photo")
    done = server.run(FOOD11, "/srv/wrong")
    assert (done.returncode, done.stderr.strip()) == (1, "Food-11 from /srv/wrong has no folder validation")
    assert server.photos() == before
