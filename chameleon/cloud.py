"""The connection to a site, with the same credentials as OpenStack's own tools."""

import os
from typing import Any

import openstack
from keystoneauth1.session import TCPKeepAliveAdapter
from openstack.config import OpenStackConfig
from openstack.connection import Connection
from urllib3 import Retry

from chameleon.errors import ProvisioningError

# Where Chameleon runs virtual machines; used where neither clouds.yaml nor the environment names a site.
SITE: dict[str, Any] = {"auth_url": "https://kvm.tacc.chameleoncloud.org:5000/v3", "region_name": "KVM@TACC"}
LOOK_AGAIN = Retry(total=2, allowed_methods=("GET",), backoff_factor=0.5)


def connect() -> Connection:
    """Return a connection made from OS_CLOUD and clouds.yaml, or from the OS_* variables.

    The reservation API is pinned: discovery would choose v2, whose leases have another shape. Reads
    are retried when the connection breaks; writes are not, since they may have taken effect.

    Raises:
        ProvisioningError: if neither contains credentials.
    """
    named = OpenStackConfig().get_cloud_names() not in ([], ["defaults"], ["envvars"])
    if not named and not any(name.startswith("OS_") for name in os.environ):
        raise ProvisioningError(
            "Credentials are missing: set OS_CLOUD for your clouds.yaml, or the OS_* variables."
        )
    site = {} if named or "OS_AUTH_URL" in os.environ else SITE
    cloud = openstack.connect(reservation_api_version="1", **site)
    cloud.session.session.mount("https://", TCPKeepAliveAdapter(max_retries=LOOK_AGAIN))
    cloud.session.session.mount("http://", TCPKeepAliveAdapter(max_retries=LOOK_AGAIN))
    cloud.session.get_token()
    return cloud
