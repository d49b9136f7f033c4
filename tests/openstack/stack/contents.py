"""Makes the site look like KVM@TACC: catalogue, flavors, image, networks, and a student's account."""

from pathlib import Path

import openstack
import yaml
from openstack.connection import Connection

from tests.openstack.stack.processes import wait_for
from tests.openstack.stack.services import Stack

REGION = "KVM@TACC"
FLAVORS = {"m1.small": (2048, 20, 1), "m1.medium": (4096, 40, 2), "m1.large": (8192, 40, 4)}
ENDPOINTS = {
    "image": ("glance", ""),
    "placement": ("placement", ""),
    "network": ("neutron", ""),
    "compute": ("nova", "/v2.1"),
    "reservation": ("blazar", "/v1"),
}
# Linux answers on all of 127.0.0.0/8, so a test's web server can listen on a floating IP.
FLOATING = "127.77.0.0/29"


def administrator(stack: Stack) -> Connection:
    """Return a connection as the site's administrator."""
    return openstack.connect(
        load_yaml_config=False,
        load_envvars=False,
        region_name=REGION,
        reservation_api_version="1",
        auth={
            "auth_url": stack.auth_url,
            "username": "admin",
            "password": "openstack",
            "project_name": "admin",
            "user_domain_id": "default",
            "project_domain_id": "default",
        },
    )


def register_services(admin: Connection, stack: Stack) -> None:
    """Fill the catalogue, and create the account that all services share."""
    for kind, (name, path) in ENDPOINTS.items():
        service = admin.identity.create_service(name=name, type=kind)
        for interface in ("public", "internal", "admin"):
            admin.identity.create_endpoint(
                service_id=service.id,
                interface=interface,
                region_id=REGION,
                url=f"http://127.0.0.1:{stack.ports[name]}{path}",
            )
    project = admin.identity.create_project(name="service", domain_id="default")
    user = admin.identity.create_user(name="service", password="openstack", domain_id="default")
    for role in ("admin", "service"):
        found = admin.identity.find_role(role)
        admin.identity.assign_project_role_to_user(project, user, found)


def furnish(admin: Connection) -> None:
    """Create flavors, image, networks and the host that Blazar can reserve."""
    for name, (memory, disk, cores) in FLAVORS.items():
        admin.compute.create_flavor(name=name, ram=memory, disk=disk, vcpus=cores)
    admin.image.create_image(
        name="CC-Ubuntu24.04",
        data=b"no disk",
        container_format="bare",
        disk_format="raw",
        visibility="public",
    )
    outside = admin.network.create_network(
        name="public",
        is_router_external=True,
        provider_network_type="flat",
        provider_physical_network="outside",
    )
    admin.network.create_subnet(
        network_id=outside.id, cidr=FLOATING, ip_version=4, is_dhcp_enabled=False, gateway_ip=None
    )
    inside = admin.network.create_network(name="sharednet1", is_shared=True)
    subnet = admin.network.create_subnet(network_id=inside.id, cidr="10.56.0.0/22", ip_version=4)
    router = admin.network.create_router(name="router", external_gateway_info={"network_id": outside.id})
    admin.network.add_interface_to_router(router, subnet_id=subnet.id)
    reserve_hosts(admin)


def reserve_hosts(admin: Connection) -> None:
    """Give the compute host to Blazar, once it has registered with Nova."""
    admin.compute.create_aggregate(name="freepool")
    wait_for(lambda: list(admin.compute.hypervisors()), "nova-compute")
    [host] = admin.compute.hypervisors()
    wait_for(
        lambda: admin.reservation.post("/os-hosts", json={"name": host.name}).status_code == 201, "Blazar"
    )


def add_student(admin: Connection, stack: Stack, name: str, clouds: Path) -> None:
    """Create a project with one member, and a clouds.yaml with their application credential `kvm`."""
    project = admin.identity.create_project(name=f"CHI-{name}", domain_id="default")
    user = admin.identity.create_user(name=name, password="openstack", domain_id="default")
    admin.identity.assign_project_role_to_user(project, user, admin.identity.find_role("member"))
    login = {
        "auth_url": stack.auth_url,
        "user_id": user.id,
        "password": "openstack",
        "project_id": project.id,
    }
    with openstack.connect(
        load_yaml_config=False, load_envvars=False, region_name=REGION, auth=login
    ) as student:
        made = student.identity.create_application_credential(user, name="kvm", unrestricted=True)
    auth = {"auth_url": stack.auth_url, "application_credential_id": made.id}
    auth["application_credential_secret"] = made.secret
    cloud = {"auth_type": "v3applicationcredential", "auth": auth, "region_name": REGION}
    clouds.write_text(yaml.safe_dump({"clouds": {"kvm": cloud}}))
