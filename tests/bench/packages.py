"""How large the packages of an image are: what they installed here, with all that they require."""

import re
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.bench.contenders import COURSE, CUSTOM_MODEL, OURS, TORCHSERVE
from tests.conftest import ROOT

TORCH = ("torch", "pillow", "numpy")
REQUIREMENTS = {
    COURSE: ("fastapi", "uvicorn", *TORCH),
    TORCHSERVE: ("torchserve", "torch-model-archiver", "pyyaml", *TORCH),
    CUSTOM_MODEL: ("kserve", *TORCH),
}


def sizes_mb() -> dict[str, float]:
    """Give the megabytes (10^6 bytes) of every contender's packages."""
    lock = (ROOT / "predictor/requirements.txt").read_text()
    ours = [line.strip(" \\") for line in lock.splitlines() if re.match(r"[a-z0-9]", line)]
    sizes = {OURS: _size(ours)}
    return {**sizes, **{name: _size(required) for name, required in REQUIREMENTS.items()}}


def _size(requirements: Iterable[str]) -> float:
    return round(sum(_files_size(name) for name in closure(requirements)) / 1e6, 1)


def closure(requirements: Iterable[str]) -> set[str]:
    """Follow requirements, by their markers for this machine, to the names of all packages."""
    waiting = [(Requirement(line), "") for line in requirements]
    names: set[str] = set()
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                names.add(name)
                waiting += [(Requirement(line), wanted) for line in distribution(name).requires or []]
    return names


def _files_size(name: str) -> int:
    paths = [Path(str(file.locate())) for file in distribution(name).files or []]
    return sum(path.stat().st_size for path in paths if path.is_file())
