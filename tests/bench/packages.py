"""`python -m tests.bench.packages REQUIREMENT...`: the size of packages and their dependencies in MB.

It runs in the environment in which they are installed.
"""

import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


def size_mb(python: Path, requirements: Iterable[str]) -> float:
    """Return the size of packages in that Python's environment, in MB (10^6 bytes)."""
    command = [python, "-m", "tests.bench.packages", *requirements]
    return float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)


def closure(requirements: Iterable[str]) -> set[str]:
    """Return the names of all packages that requirements need on this machine, directly or indirectly."""
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


if __name__ == "__main__":
    sys.stdout.write(f"{sum(_files_size(name) for name in closure(sys.argv[1:])) / 1e6:.1f}\n")
