"""Tests which connections a pod can open."""

import json

from tests.cluster.release.installed import Release

CONNECT = """
import json, socket, sys
def is_open(address):
    try:
        socket.create_connection(tuple(address), timeout=3).close()
    except OSError:
        return False
    return True
print(json.dumps([name for name, address in json.loads(sys.argv[1]).items() if is_open(address)]))
"""

Addresses = dict[str, tuple[str, int]]


def reached(release: Release, pod: tuple[str, str], addresses: Addresses) -> set[str]:
    """Return the names of the addresses to which a pod (namespace and name) can open a connection."""
    namespace, name = pod
    inside = ("exec", f"--namespace={namespace}", name, "--", "python3", "-c", CONNECT)
    return set(json.loads(release.kubectl(*inside, json.dumps(addresses))))
