"""The web application on the new machine: wait until it answers, reporting the installation's progress."""

import logging
from collections.abc import Iterator
from functools import partial

import requests
from openstack.connection import Connection
from openstack.exceptions import SDKException

from chameleon import address, inventory, server
from chameleon.changes import Change
from chameleon.settings import Settings
from chameleon.waiting import until

log = logging.getLogger(__name__)
PORT = 5000
CONSOLE_PREFIX = "gourmetgram: "  # prefix of the progress lines that vm/install.sh writes to the console


def url(ip: str) -> str:
    """Return the web application's address."""
    return f"http://{ip}:{PORT}"


def answers(ip: str) -> bool:
    """Return whether the web application answers."""
    try:
        return requests.get(f"{url(ip)}/healthz", timeout=5).ok
    except requests.RequestException:
        return False


def wanted(cloud: Connection, settings: Settings) -> Iterator[Change]:
    """Yield a wait for the installation, unless the web application already answers."""
    ip = address.find(cloud, settings)
    if ip is None:
        yield Change("Wait until the web application answers", lambda: None)
    elif not answers(ip.floating_ip_address):
        yield Change(
            f"Wait until {url(ip.floating_ip_address)} answers (installing takes a while)",
            partial(wait, cloud, settings, ip.floating_ip_address),
        )


def wait(cloud: Connection, settings: Settings, ip: str) -> None:
    """Wait until the web application answers, logging each step of the installation once.

    Raises:
        ProvisioningError: if it doesn't in time; the installation's last lines are logged.
    """
    told: set[str] = set()

    def check() -> bool | None:
        for line in console(cloud, settings):
            if line not in told:
                told.add(line)
                log.info("  VM: %s", line)
        return answers(ip) or None

    logs = f"ssh cc@{ip} sudo tail -n 50 /var/log/gourmetgram-install.log"
    until(check, f"the installation (its log: {logs})", seconds=60 * settings.install_minutes, every=5)


def console(cloud: Connection, settings: Settings) -> list[str]:
    """Return the installation's lines from the first server's console, or none if it can't be read."""
    first = server.find(cloud, inventory.first(settings))
    if first is None:
        return []
    try:
        output = cloud.compute.get_server_console_output(first, length=200)["output"] or ""
    except SDKException:
        return []
    return [
        line.split(CONSOLE_PREFIX, 1)[1].strip() for line in output.splitlines() if CONSOLE_PREFIX in line
    ]
