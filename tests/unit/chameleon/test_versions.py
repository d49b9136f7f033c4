"""The machines install the versions with which the rest of the project is tested."""

import re

from chameleon.user_data import VM

VERSIONS = dict(
    line.split("=", 1)
    for line in (VM.parents[1] / "manifests" / "versions.env").read_text().splitlines()
    if re.match("[A-Z]", line)
)


def test_k3s_is_the_kubernetes_that_the_project_is_tested_with() -> None:
    assert VERSIONS["K3S_VERSION"].split("+")[0] == VERSIONS["KUBERNETES_VERSION"]


def test_no_script_names_a_version_itself() -> None:
    scripts = [*VM.glob("*.sh"), *VM.glob("steps/*.sh")]
    assert [path.name for path in scripts if re.search(r"[v:=]\d+\.\d+\.\d+", path.read_text())] == []


def test_every_version_that_a_script_uses_is_given() -> None:
    used = {
        name
        for path in VM.rglob("*.sh")
        for name in re.findall(r"\$\{?([A-Z0-9_]+_VERSION)", path.read_text())
    }
    assert used - {"INSTALL_K3S_VERSION"} <= set(VERSIONS)
