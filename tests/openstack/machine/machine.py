"""Builds, boots and stops the container, and inspects it."""

import shutil
import subprocess
from pathlib import Path

from tests.openstack.stack.processes import Processes, wait_for
from tests.openstack.stack.services import VENV

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
PACKAGES = "systemd-sysv,cloud-init,git,iproute2,procps,unzip"
# Programs that download, or change the whole machine, are stubs that record their arguments.
STUBBED = ("apt-get", "buildah", "curl", "fallocate", "iptables", "k3s", "kubectl", "mkswap", "swapon")
SMALL_MACHINE = "MemTotal:        4026436 kB\n"
UNIT = "[Service]\nRestartSec=1\nBindReadOnlyPaths=/srv/meminfo:/proc/meminfo\n"


def root_archive() -> Path:
    """Return the archive of the root file system, which is built once."""
    kept = VENV / "machine.tar"
    if not kept.exists():
        new = kept.with_suffix(".new.tar")
        command = ["mmdebstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(new)]
        subprocess.run(command, check=True, capture_output=True)
        new.rename(kept)
    return kept


def source(folder: Path) -> None:
    """Make a Git repository from this working tree, including uncommitted changes."""
    listing = ["git", "-C", str(REPOSITORY), "ls-files", "-co", "--exclude-standard"]
    names = subprocess.run(
        [*listing, "chameleon", "manifests", "charts"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    for name in names:
        if (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name)
    git = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@t.test"]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "The source"], check=True)


class Machine:
    """A container with its own root file system."""

    def __init__(self, folder: Path, user_data: str) -> None:
        self.root = folder / "root"
        self.root.mkdir(parents=True)
        self.processes = Processes(folder)
        subprocess.run(["tar", "-xf", root_archive(), "-C", self.root], check=True)
        self.write("var/lib/cloud/seed/nocloud/user-data", user_data)
        self.write("var/lib/cloud/seed/nocloud/meta-data", "instance-id: i-1\nlocal-hostname: gg-alice-1\n")
        self.write(
            "etc/cloud/cloud.cfg.d/99-test.cfg", "network: {config: disabled}\ndatasource_list: [NoCloud]\n"
        )
        self.write("etc/systemd/system/gourmetgram-install.service.d/soon.conf", UNIT)
        self.write("srv/meminfo", SMALL_MACHINE)
        (self.root / "var/lib/rancher/k3s/agent").mkdir(parents=True)
        source(self.root / "srv/source")
        for name in STUBBED:
            shutil.copy(HERE / "stub.sh", self.root / "usr/local/bin" / name)

    def write(self, path: str, text: str) -> None:
        """Write a file in the container."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def read(self, path: str) -> str:
        """Return the content of a file in the container, or nothing if it doesn't exist."""
        file = self.root / path
        return file.read_text() if file.exists() else ""

    def boot(self) -> None:
        """Start it, with no network except its own loopback."""
        options = ["--boot", "--console=read-only", "--register=no", "--keep-unit", "--private-network"]
        self.processes.start("machine", ["systemd-nspawn", *options, f"--directory={self.root}"], {})

    def console(self) -> str:
        """Return the machine's console output."""
        return (self.processes.logs / "machine.log").read_text(errors="replace")

    def wait_until_installed(self) -> None:
        """Wait until the installation has written its marker file."""
        mark = self.root / "var/lib/gourmetgram/installed"
        wait_for(lambda: self.processes.alive("machine") and mark.exists(), "the installation")

    def commands(self) -> list[str]:
        """Return the stubs' command lines, in order."""
        return self.read("var/log/commands").splitlines()

    def photos(self) -> list[str]:
        """Return the photos that the cluster would use."""
        folder = self.root / "srv/food11/Food-11"
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.jpg"))

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in its file system."""
        return subprocess.run(["chroot", self.root, *command], capture_output=True, text=True, check=False)

    def stop(self) -> None:
        """End it."""
        self.processes.stop_all()
