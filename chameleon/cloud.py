"""The connection to a site, with the credentials that OpenStack's own tools take."""

import os
from typing import Any

import openstack
from openstack.config import OpenStackConfig
from openstack.connection import Connection

# Where Chameleon runs virtual machines; used where neither clouds.yaml nor the environment names a site.
SITE: dict[str, Any] = {"auth_url": "https://kvm.tacc.chameleoncloud.org:5000/v3", "region_name": "KVM@TACC"}


def connect() -> Connection:
    """Return a connection made from OS_CLOUD and clouds.yaml, or from the OS_* variables.

    The reservation API is pinned: discovery would choose v2, whose leases have another shape. Nothing is
    sent twice by itself, since an answer that was lost may be that of a write that was made.
    """
    named = OpenStackConfig().get_cloud_names() not in ([], ["defaults"], ["envvars"])
    site = {} if named or "OS_AUTH_URL" in os.environ else SITE
    cloud = openstack.connect(reservation_api_version="1", **site)
    cloud.authorize()
    return cloud
