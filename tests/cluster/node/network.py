"""The node's addresses and its network link to this machine.

The node's network namespace has no uplink, only a veth pair to this machine, which does not forward packets.
kubectl, helm and browsers reach the API server through it.
"""

from pathlib import Path

from tests.cluster.node.commands import run

# 198.18.0.0/15 is reserved for testing network devices (RFC 2544), so no real network uses it.
HOST_ADDRESS = "198.18.53.1"
NODE_ADDRESS = "198.18.53.2"
POD_RANGE = "10.244.0.0/24"
SERVICE_RANGE = "10.96.0.0/16"
API_SERVICE_ADDRESS = "10.96.0.1"
DNS_ADDRESS = "10.96.0.10"
HOST_DEVICE = "gourmetgram0"
NODE_DEVICE = "host0"


def exists() -> bool:
    """Return whether the link exists; the kernel removes it shortly after the node's last process ends."""
    return Path("/sys/class/net", HOST_DEVICE).exists()


def connect(pid: int) -> None:
    """Connect this machine and the network namespace of a process with a veth pair."""
    run(*f"ip link add {HOST_DEVICE} type veth peer name {NODE_DEVICE} netns {pid}".split())
    run(*f"ip address add {HOST_ADDRESS}/30 dev {HOST_DEVICE}".split())
    run(*f"ip link set {HOST_DEVICE} up".split())
