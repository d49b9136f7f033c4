"""This machine's public address: by default, only it may reach the tools."""

import ipaddress

import requests

from chameleon.errors import ProvisioningError

ASK = "https://checkip.amazonaws.com"


def network() -> str:
    """Return this machine's public IPv4 address as a network of one address.

    Raises:
        ProvisioningError: if it can't be determined.
    """
    try:
        answer = requests.get(ASK, timeout=10)
        answer.raise_for_status()
        return str(ipaddress.IPv4Network(answer.text.strip()))
    except (requests.RequestException, ValueError) as error:
        raise ProvisioningError(
            f"{ASK} did not return this machine's public address: give --allow-from ADDRESS/32."
        ) from error
