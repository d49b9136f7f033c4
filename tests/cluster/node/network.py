"""The node's addresses, and the cable between it and this machine.

The node has a network namespace without uplink. A veth pair is its only way out and ends on this machine,
which does not forward; kubectl, helm and browsers reach the API server through it.
"""

from pathlib import Path

from tests.cluster.node.commands import run

# 198.18.0.0/15 is set aside for tests of network devices (RFC 2544), so it is nobody's real network.
HOST_ADDRESS = "198.18.53.1"
NODE_ADDRESS = "198.18.53.2"
POD_RANGE = "10.244.0.0/24"
SERVICE_RANGE = "10.96.0.0/16"
API_SERVICE_ADDRESS = "10.96.0.1"
DNS_ADDRESS = "10.96.0.10"
HOST_DEVICE = "gourmetgram0"
NODE_DEVICE = "host0"


def exists() -> bool:
    """Say whether there is a cable: the kernel removes it a moment after the node's last process."""
    return Path("/sys/class/net", HOST_DEVICE).exists()


def connect(pid: int) -> None:
    """Put a veth pair between this machine and the network namespace of a process."""
    run(*f"ip link add {HOST_DEVICE} type veth peer name {NODE_DEVICE} netns {pid}".split())
    run(*f"ip address add {HOST_ADDRESS}/30 dev {HOST_DEVICE}".split())
    run(*f"ip link set {HOST_DEVICE} up".split())
