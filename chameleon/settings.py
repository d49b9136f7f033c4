"""The options of a deployment; the defaults fit a course project on KVM@TACC."""

import getpass
import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path

EVERYWHERE = "0.0.0.0/0"
MOST_NODES = 20
# The help text of each setting.
HELP = {
    "name": "name of the deployment and prefix of all its resources' names",
    "flavor": "size of a VM",
    "nodes": "number of VMs in the cluster",
    "hours": "hours to reserve, or to extend the reservation by",
    "image": "disk image",
    "network": "network of the VMs",
    "external_network": "pool of floating IPs",
    "key_name": "name of a key pair at the site (default: upload --public-key)",
    "public_key": "public SSH key to upload (default: the first of ~/.ssh/id_*.pub)",
    "allow_from": "addresses that may open the tools, as CIDR (default: this machine's)",
    "open_all": "open every port to everybody",
    "repository": "Git URL that the VM clones (default: this clone's origin)",
    "revision": "commit, tag or branch to check out (default: this clone's commit)",
    "food11": "Food-11: URL of a zip, or a zip or folder on the VM, or 'none'",
    "install_minutes": "how long to wait for the web application",
    "state_folder": "where the cluster's join token is kept",
}


def default_name() -> str:
    """Return `gourmetgram-<user>`, reduced to the characters that are valid in a host name."""
    user = re.sub(r"[^a-z0-9]+", "-", getpass.getuser().lower()).strip("-")
    return f"gourmetgram-{user}"[:50].rstrip("-")


@dataclass(frozen=True)
class Settings:
    """The settings of one deployment, whose resources are found by `name`.

    Raises:
        ValueError: if a value is invalid; the message is one sentence.
    """

    name: str = field(default_factory=default_name)
    flavor: str = "m1.medium"
    nodes: int = 1
    hours: int = 24
    image: str = "CC-Ubuntu24.04"
    network: str = "sharednet1"
    external_network: str = "public"
    key_name: str = ""
    public_key: str = ""
    allow_from: str = ""
    open_all: bool = False
    repository: str = ""
    revision: str = ""
    # The archive that the course's own data container downloads.
    food11: str = "https://nyu.box.com/shared/static/m5kvcl25hfpljul3elhu6xz8y2w61op4.zip"
    install_minutes: int = 45
    state_folder: Path = Path("~/.local/state/gourmetgram")

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?", self.name):
            raise ValueError(
                f"A name has up to 52 letters a-z, digits and inner hyphens, unlike {self.name!r}."
            )
        if not 1 <= self.nodes <= MOST_NODES:
            raise ValueError(f"A cluster has 1 to {MOST_NODES} nodes, not {self.nodes}.")
        if self.hours < 1:
            raise ValueError(f"A reservation lasts at least an hour, not {self.hours}.")
        if self.allow_from:
            ipaddress.IPv4Network(self.allow_from)

    @property
    def marker(self) -> str:
        """The description that marks a resource as created by this deployment."""
        return f"Made by GourmetGram for {self.name}"

    def owns(self, name: str) -> bool:
        """Return whether a name belongs to a node of this deployment, even if it has fewer nodes now."""
        return re.fullmatch(rf"{re.escape(self.name)}-\d+", name) is not None
