"""Calls to the reservation service; openstacksdk doesn't check its responses for errors."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from keystoneauth1.exceptions import Unauthorized
from openstack.connection import Connection
from requests import Response

from chameleon.errors import AGAIN, ProvisioningError

Lease = dict[str, Any]
MINUTES = "%Y-%m-%d %H:%M"


def leases(cloud: Connection) -> list[Lease]:
    """Return the leases that the project can see."""
    found: list[Lease] = _checked(cloud.reservation.get("/leases")).json()["leases"]
    return found


def create(cloud: Connection, name: str, flavor_id: str, end: datetime) -> None:
    """Ask for a lease of one VM, from now until `end` (UTC). Blazar refuses it without `affinity`."""
    vm = {"resource_type": "flavor:instance", "flavor_id": flavor_id, "amount": 1, "affinity": None}
    period = {"start_date": "now", "end_date": end.strftime(MINUTES)}
    body = {"name": name, "events": [], "reservations": [vm], **period}
    _checked(cloud.reservation.post("/leases", json=body))


def extend(cloud: Connection, lease: Lease, end: datetime) -> None:
    """Extend a lease until `end` (UTC)."""
    _checked(cloud.reservation.put(f"/leases/{lease['id']}", json={"end_date": end.strftime(MINUTES)}))


def delete(cloud: Connection, lease: Lease) -> None:
    """Delete a lease; Blazar deletes its VMs as well."""
    _checked(cloud.reservation.delete(f"/leases/{lease['id']}"))


def _checked(answer: Response) -> Response:
    if answer.status_code < HTTPStatus.BAD_REQUEST:
        return answer
    try:
        words = str(answer.json()["error_message"])
    except (ValueError, KeyError, TypeError):
        words = f"HTTP {answer.status_code} {answer.reason}"
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        raise Unauthorized(words)
    if "Not enough hosts" in words:
        raise ProvisioningError(f"No VM of this size is free now: choose a smaller one or try later. {AGAIN}")
    raise ProvisioningError(
        f"The reservation service refused: {words}. Is the application credential unrestricted? {AGAIN}"
    )
