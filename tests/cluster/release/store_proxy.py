"""`python -m tests.cluster.release.store_proxy FAULT`: a faulty proxy before the store, for `nsenter`.

In the network namespace of the store's pod, until its input ends, it gets what others send to the store.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cluster.node.commands import run
from tests.drill.connection import corrupting, slower
from tests.proxy import proxied

FAULTS = {"slower": slower, "corrupting": corrupting}
PORT = 9000
READY = "ready\n"


def main() -> None:
    """Say when it is in the way."""
    with (
        proxied(f"http://127.0.0.1:{PORT}") as proxy,
        FAULTS[sys.argv[1]](proxy),
        _in_the_way(proxy.server_port),
    ):
        sys.stdout.write(READY)
        sys.stdout.flush()
        sys.stdin.read()


@contextmanager
def _in_the_way(port: int) -> Iterator[None]:
    """Lead new connections from outside the pod to the proxy, and break off those that there are."""
    run("sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1")
    rules = (
        f"--table=nat {{}} PREROUTING -p tcp --dport {PORT} -j DNAT --to-destination 127.0.0.1:{port}",
        f"{{}} INPUT ! -i lo -p tcp --dport {PORT} -j REJECT --reject-with tcp-reset",
    )
    for rule in rules:
        run("iptables", *rule.format("--append").split())
    try:
        yield
    finally:
        for rule in rules:
            run("iptables", *rule.format("--delete").split())


if __name__ == "__main__":
    main()
