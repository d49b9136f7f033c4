"""Passes this machine's package index settings to image builds, as mounts that don't end up in the image."""

import ast
import json
import sys
from pathlib import Path

from tests.cluster.node.commands import run

UV_SETTINGS = (Path.home() / ".config/uv/uv.toml", Path("/etc/uv/uv.toml"))
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")  # not the folder, which the Java package writes to


def volumes(folder: Path) -> list[str]:
    """Write pip's and uv's settings into the folder and return the `SOURCE:TARGET:ro` mounts for a build."""
    settings = pip_settings(run(sys.executable, "-m", "pip", "config", "list"))
    mounts = {path: path for path in map(Path, settings.values()) if path.is_absolute() and path.exists()}
    mounts[CERTIFICATES] = CERTIFICATES
    mounts[folder / "pip.conf"] = Path("/etc/pip.conf")
    mounts[folder / "uv.toml"] = Path("/etc/uv/uv.toml")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pip.conf").write_text(pip_conf(settings))
    own = next((path.read_text() for path in UV_SETTINGS if path.exists()), None)
    (folder / "uv.toml").write_text(own or uv_toml(settings))
    return [f"{source}:{target}:ro" for source, target in mounts.items()]


def pip_settings(listing: str) -> dict[str, str]:
    """Read `pip config list`: the environment takes precedence, and nonexistent paths are left out."""
    lines = sorted(listing.splitlines(), key=lambda line: line.startswith(":env:"))
    pairs = (line.split("=", 1) for line in lines)
    settings = {name.rpartition(".")[2]: str(ast.literal_eval(value)) for name, value in pairs}
    return {name: value for name, value in settings.items() if value[0] != "/" or Path(value).exists()}


def pip_conf(settings: dict[str, str]) -> str:
    """Return the settings as pip's configuration file."""
    lines = (f"{name} = {value.replace(chr(10), ' ')}" for name, value in settings.items())
    return "\n".join(["[global]", *lines, ""])


def uv_toml(settings: dict[str, str]) -> str:
    """Return the settings that uv shares with pip, as uv's configuration file."""
    lines = ["native-tls = true"]
    if "index-url" in settings:
        lines.append(f"index-url = {json.dumps(settings['index-url'])}")
    if "extra-index-url" in settings:
        lines.append(f"extra-index-url = {json.dumps(settings['extra-index-url'].split())}")
    return "\n".join([*lines, ""])
