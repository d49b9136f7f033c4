"""`python -m tests.bench.packages REQUIREMENT...`: the size of packages and what they need, in MB.

It runs in the environment in which they are installed.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


def size_mb(python: Path, requirements: Iterable[str], *, locked: bool) -> float:
    """Return the size of packages in that Python's environment, in MB (10^6 bytes).

    With those that they need, unless they are ``locked``: then all that is installed is among them.
    """
    command = [python, "-m", "tests.bench.packages", *(["--no-deps"] if locked else []), *requirements]
    return float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)


def closure(requirements: Iterable[Requirement]) -> set[str]:
    """Return the names of all packages that requirements need on this machine, directly or indirectly."""
    waiting = [(requirement, "") for requirement in requirements]
    names: set[str] = set()
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement, extra = waiting.pop()
        if not _is_needed(requirement, extra):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                names.add(name)
                waiting += [(Requirement(line), wanted) for line in distribution(name).requires or []]
    return names


def _is_needed(requirement: Requirement, extra: str = "") -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _files_size(name: str) -> int:
    paths = [Path(str(file.locate())) for file in distribution(name).files or []]
    return sum(path.stat().st_size for path in paths if path.is_file())


def main() -> None:
    """Print the size of what the command line names."""
    parser = argparse.ArgumentParser(description="Print the size of packages in MB.")
    parser.add_argument("requirement", nargs="+", type=Requirement)
    parser.add_argument("--no-deps", action="store_true", help="count only what is named")
    given = parser.parse_args()
    named = {each.name for each in given.requirement if _is_needed(each)}
    names = named if given.no_deps else closure(given.requirement)
    sys.stdout.write(f"{sum(map(_files_size, names)) / 1e6:.1f}\n")


if __name__ == "__main__":
    main()
