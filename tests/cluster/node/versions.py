"""Reads the versions of what is installed on a cluster."""

from pathlib import Path

REPOSITORY = Path(__file__).parents[3]


def versions(path: Path = REPOSITORY / "manifests/versions.env") -> dict[str, str]:
    """Return the file's KEY=VALUE lines."""
    lines = (line.strip() for line in path.read_text().splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
