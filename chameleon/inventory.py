"""The virtual machines of a deployment: the first runs the cluster, the others join it."""

from dataclasses import dataclass

from chameleon.settings import Settings


@dataclass(frozen=True)
class Node:
    """A virtual machine and its role in the k3s cluster: `server` or `agent`."""

    name: str
    role: str


def nodes(settings: Settings) -> list[Node]:
    """Return the machines in the order in which they are created."""
    roles = ["server"] + ["agent"] * (settings.nodes - 1)
    return [Node(f"{settings.name}-{number}", role) for number, role in enumerate(roles, start=1)]


def first(settings: Settings) -> Node:
    """Return the machine that runs the cluster and has the public address."""
    return nodes(settings)[0]
