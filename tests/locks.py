"""What the lock files of the images name."""

import re
from importlib.metadata import packages_distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT


def locked(process: str) -> tuple[str, ...]:
    """Return the requirements of a process's lock file."""
    lock = (ROOT / process / "requirements.txt").read_text()
    return tuple(line.strip(" \\") for line in lock.splitlines() if re.match(r"[a-z0-9]", line))


def lacking(process: str) -> set[str]:
    """Return the modules that are installed here but not in a process's image."""
    names = {Requirement(line).name for line in locked(process)}
    return {
        module
        for module, packages in packages_distributions().items()
        if not names & set(map(canonicalize_name, packages))
    }
