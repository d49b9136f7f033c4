"""Builds pieces from published Go modules, each once: the result is cached under a hash of its recipe."""

import fcntl
import hashlib
import json
import logging
import os
import resource
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.cluster.node.commands import run
from tests.cluster.node.pieces import Piece
from tests.cluster.node.places import CACHE

log = logging.getLogger(__name__)

# A compiler soon ends: without collecting garbage below a gigabyte it takes a fifth less CPU time.
UNCOLLECTED = {"GOGC": "off", "GOMEMLIMIT": "1GiB"}
# Modules as published, without their authors' workspace; static binaries without paths of this machine.
GO = {"CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": "-mod=mod -buildvcs=false -trimpath"} | UNCOLLECTED
# Without inlining and debugging information a quarter of the compiler's CPU time is saved.
QUICKLY_COMPILED = "-gcflags=all=-l -dwarf=false"


def built(piece: Piece) -> Path:
    """Return the folder for the piece's binaries and kept folders."""
    return CACHE / "pieces" / f"{piece.name}-{piece.version}-{recipe_digest(piece)}"


def recipe_digest(piece: Piece) -> str:
    """Return a short hash of the piece's row in the table and of our own sources for it."""
    digest = hashlib.sha256(repr(piece).encode())
    for source in _own_sources(piece):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def build(piece: Piece) -> Path:
    """Build the piece unless it is cached, and return its folder; concurrent calls build it once."""
    target = built(piece)
    target.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{target}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            _build(piece, target)
    return target


def module(name: str, version: str) -> Path:
    """Return the folder of a published module; it is read-only."""
    return Path(_go("mod", "download", "-json", f"{name}@{version}")["Dir"])


def _build(piece: Piece, target: Path) -> None:
    log.info("%s %s: building", piece.name, piece.version)
    start, processor = time.monotonic(), _processor_seconds()
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        result = Path(scratch, "result")
        _build_from_copy(piece, Path(scratch, "source"), result)
        result.rename(target)
    size = sum(file.stat().st_size for file in target.iterdir() if file.is_file())
    log.info(
        "%s %s: %.0f s (%.0f s of processor), %.0f MB",
        piece.name,
        piece.version,
        time.monotonic() - start,
        _processor_seconds() - processor,
        size / 1e6,
    )


def _build_from_copy(piece: Piece, source: Path, result: Path) -> None:
    # The module cache is read-only, and go.mod may have to change.
    shutil.copytree(module(piece.module, piece.version), source)
    run("chmod", "-R", "u+w", source)
    if piece.sources:
        shutil.copytree(Path(__file__).parent / piece.sources, source, dirs_exist_ok=True)
    if piece.siblings:
        listing = module(*piece.siblings_of.split("@")) if piece.siblings_of else source
        _replace_folders_by_versions(source, listing, piece.siblings)
    if piece.requires:
        run("go", "get", *piece.requires, cwd=source, environment=os.environ | GO)
    result.mkdir()
    flags = " ".join(["-s -w", *(f"-X {variable}" for variable in piece.variables)])
    build = ["nice", "go", "build", QUICKLY_COMPILED, "-ldflags", flags, "-tags", piece.tags]
    run(*build, "-o", f"{result}/", *piece.packages, cwd=source, environment=os.environ | GO)
    for folder in piece.kept:
        shutil.copytree(source / folder, result / folder)


def _replace_folders_by_versions(source: Path, listing: Path, version: str) -> None:
    for replaced in _go("mod", "edit", "-json", cwd=listing)["Replace"]:
        module = replaced["Old"]["Path"]
        if replaced["New"]["Path"].startswith("./"):
            run("go", "mod", "edit", f"-replace={module}={module}@{version}", cwd=source)


def _own_sources(piece: Piece) -> list[Path]:
    return sorted((Path(__file__).parent / piece.sources).rglob("*.go")) if piece.sources else []


def _processor_seconds() -> float:
    """Return the CPU time of ended child processes; unlike elapsed time, it doesn't depend on other load."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _go(*arguments: str, cwd: Path | None = None) -> Any:  # noqa: ANN401 (JSON)
    return json.loads(run("go", *arguments, cwd=cwd))
