"""Builds container images with buildah, which needs no daemon, in a separate storage in the cache."""

import json
import logging
import re
from pathlib import Path

from tests.cluster.node import package_settings
from tests.cluster.node.commands import run
from tests.cluster.node.pieces import Image
from tests.cluster.node.places import CACHE

log = logging.getLogger(__name__)

BASE_IMAGE = "localhost/gourmetgram-base:bookworm"
BUILDAH = (
    "buildah",
    f"--root={CACHE}/containers/storage",
    f"--runroot={CACHE}/containers/run",
    "--storage-driver=overlay",
)


def full_name(name: str) -> str:
    """Return the full name, as containerd and Kubernetes use it: docker.io/library/webapp:1 for webapp:1."""
    first, separator, _ = name.partition("/")
    if not separator:
        name, first = f"library/{name}", "library"
    return name if re.search(r"[.:]|^localhost$", first) else f"docker.io/{name}"


def build(name: str, dockerfile: Path, context: Path, **arguments: str) -> str:
    """Build an image from a Dockerfile on `BASE_IMAGE`, with further build arguments, and return its id."""
    mounts = [f"--volume={mount}" for mount in package_settings.volumes(CACHE / "package-settings")]
    given = [f"--build-arg={key}={value}" for key, value in {"BASE_IMAGE": BASE_IMAGE, **arguments}.items()]
    _bud(name, context, f"--file={dockerfile}", *given, *mounts)
    log.info("%s: %.0f MB over its base", name, (size(name) - size(BASE_IMAGE)) / 1e6)
    identity_now = identity(name)
    assert identity_now
    return identity_now


def build_of_binary(image: Image, folder: Path) -> None:
    """Build an image that contains one static binary from the folder."""
    dockerfile = folder / f"{image.binary}.Dockerfile"
    lines = [
        "FROM scratch",
        f"COPY {image.binary} {image.path}",
        "USER 65532:65532",
        f'ENTRYPOINT ["{image.path}"]',
    ]
    dockerfile.write_text("\n".join(lines) + "\n")
    _bud(image.name, folder, f"--file={dockerfile}")


def build_of_archive(name: str, archive: Path) -> None:
    """Build an image from the tar archive of a root file system."""
    dockerfile = archive.with_suffix(".Dockerfile")
    dockerfile.write_text(f"FROM scratch\nADD {archive.name} /\nENV LANG=C.UTF-8\n")
    _bud(name, archive.parent, f"--file={dockerfile}")


def identity(name: str) -> str | None:
    """Return the image's id, or None if there is no such image."""
    listing = json.loads(run(*BUILDAH, "images", "--json"))
    return next((image["id"] for image in listing if full_name(name) in (image["names"] or [])), None)


def size(name: str) -> int:
    """Return the bytes of the image's layers, uncompressed."""
    layers = json.loads(run(*BUILDAH, "inspect", "--type=image", full_name(name)))
    return sum(layer["size"] for layer in json.loads(layers["Manifest"])["layers"])


def save(name: str, archive: Path) -> None:
    """Write the image to a tar archive that container runtimes can import."""
    archive.unlink(missing_ok=True)
    run(*BUILDAH, "push", "--quiet", full_name(name), f"docker-archive:{archive}:{full_name(name)}")


def _bud(name: str, context: Path, *arguments: str) -> None:
    # Plain processes on the host's network, since a build needs the package indexes.
    isolation = ("--isolation=chroot", "--network=host", "--layers", "--pull=never")
    run(*BUILDAH, "bud", *isolation, f"--tag={full_name(name)}", *arguments, context)
