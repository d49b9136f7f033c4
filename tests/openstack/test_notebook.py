"""The notebook's cells, run from the first to the last."""

import json
from pathlib import Path
from typing import Any

import pytest
from openstack.connection import Connection

from tests.openstack.conftest import Chameleon, resources

NOTEBOOK = Path(__file__).parents[2] / "chameleon" / "gourmetgram.ipynb"


def cells() -> list[str]:
    """Return the code of the notebook, cell by cell."""
    found = json.loads(NOTEBOOK.read_text())["cells"]
    return ["".join(cell["source"]) for cell in found if cell["cell_type"] == "code"]


def for_the_test(cell: str, options: list[str]) -> str:
    """Add the test site's options to the cell with the settings."""
    given = dict(zip(options[::2], options[1::2], strict=True))
    own = "".join(f"    {name.strip('-').replace('-', '_')}={value!r},\n" for name, value in given.items())
    kept = [line for line in cell.splitlines(keepends=True) if "allow_from=" not in line]
    return "".join(kept).replace("settings = Settings(\n", f"settings = Settings(\n{own}") if own else cell


def test_the_notebook_brings_the_system_up_and_deletes_it(
    chameleon: Chameleon, alice: Connection, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert chameleon("status") == 0
    before = resources(alice)
    names: dict[str, Any] = {}
    for cell in cells():
        exec(for_the_test(cell, options), names)  # noqa: S102
    said = capsys.readouterr().out
    assert "Project CHI-alice at KVM@TACC" in said
    assert "answers          yes" in said
    assert resources(alice) == before


def test_the_notebook_is_kept_without_outputs() -> None:
    found = json.loads(NOTEBOOK.read_text())["cells"]
    assert all(not cell["outputs"] for cell in found if cell["cell_type"] == "code")
