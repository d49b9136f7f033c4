"""Small disks: a tmpfs over a folder, in a mount namespace for one server."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.processes import Server

OWN_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
MOUNT = 'mount -t tmpfs -o size="$0"k none "$1" && shift && exec "$@"'


def give_small_disk(server: Server, folder: Path, kib: int) -> None:
    """Give a server an empty disk of some KiB in a folder; it can be started only once. Needs no root."""
    folder.mkdir(exist_ok=True)
    server.command = [*OWN_NAMESPACE, "sh", "-c", MOUNT, str(kib), folder, *server.command]


def disk_of(server: Server, name: str) -> Path:
    """Return the path of a running server's small disk, as seen from here."""
    assert server.process is not None
    folder = next(Path(part) for part in server.command if str(part).endswith(f"/{name}"))
    return Path(f"/proc/{server.process.pid}/root") / folder.relative_to("/")


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave no free byte on a disk while inside."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    yield
    ballast.unlink()
