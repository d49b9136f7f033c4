"""The images that the node starts with: built once and cached as archives for containerd."""

import hashlib
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.cluster.node import images
from tests.cluster.node.commands import run
from tests.cluster.node.gobuild import build, built
from tests.cluster.node.pieces import KSERVE, Image, Piece
from tests.cluster.node.places import CACHE

log = logging.getLogger(__name__)

ARCHIVES = CACHE / "images"
BASE_PACKAGES = ("ca-certificates", "python-is-python3", "python3", "python3-venv")
STORAGE_INITIALIZER = f"docker.io/kserve/storage-initializer:{KSERVE.version}"
STORAGE_INITIALIZER_SOURCES = Path(__file__).parent / "storage-initializer"


def build_pieces(pieces: Iterable[Piece]) -> dict[str, Path]:
    """Build the pieces and their images, and return each image's archive."""
    archives = {}
    for piece in pieces:
        folder = build(piece)
        for image in piece.images:
            archives[image.name] = folder / f"{image.binary}.tar"
            _keep(image.name, archives[image.name], _binary_image(image, folder))
    return archives


def build_base() -> dict[str, Path]:
    """Build the base of the project's own images: Debian with its Python."""
    archive = ARCHIVES / f"base-{_digest(*BASE_PACKAGES)}.tar"
    if images.identity(images.BASE_IMAGE) is None:
        archive.unlink(missing_ok=True)  # images are built on it, so buildah needs it, not only an archive
    _keep(images.BASE_IMAGE, archive, _build_base)
    return {images.BASE_IMAGE: archive}


def build_storage_initializer() -> dict[str, Path]:
    """Build KServe's storage initializer."""
    sources = sorted(STORAGE_INITIALIZER_SOURCES.iterdir())
    digest = _digest(KSERVE.version, *(file.read_text() for file in sources))
    archive = ARCHIVES / f"storage-initializer-{digest}.tar"
    _keep(STORAGE_INITIALIZER, archive, _build_storage_initializer)
    return {STORAGE_INITIALIZER: archive}


def _keep(name: str, archive: Path, make: Callable[[], None]) -> None:
    if archive.exists():
        return
    start = time.monotonic()
    archive.parent.mkdir(parents=True, exist_ok=True)
    make()
    unfinished = archive.with_suffix(".unfinished")
    images.save(name, unfinished)
    unfinished.rename(archive)
    log.info("%s: %.0f s, %.0f MB", name, time.monotonic() - start, archive.stat().st_size / 1e6)


def _binary_image(image: Image, folder: Path) -> Callable[[], None]:
    return lambda: images.build_of_binary(image, folder)


def _build_base() -> None:
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        archive = Path(scratch, "base.tar")
        run("mmdebstrap", "--variant=minbase", f"--include={','.join(BASE_PACKAGES)}", "bookworm", archive)
        images.build_of_archive(images.BASE_IMAGE, archive)


def _build_storage_initializer() -> None:
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        context = Path(scratch)
        shutil.copytree(STORAGE_INITIALIZER_SOURCES, context, dirs_exist_ok=True)
        shutil.copytree(built(KSERVE) / "python/storage-initializer/scripts", context, dirs_exist_ok=True)
        images.build(STORAGE_INITIALIZER, context / "Dockerfile", context, KSERVE_VERSION=KSERVE.version)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
