"""Explains every failure in one sentence that also says what to do."""

from http import HTTPStatus

from keystoneauth1 import exceptions as auth
from openstack import exceptions as sdk

AGAIN = "Run the same command again: it continues where it stopped."
# The first match is used; `{}` is the client's own message.
MEANINGS: list[tuple[tuple[type[Exception], ...], str]] = [
    (
        (auth.Unauthorized, auth.NotFound),
        "The site refused the credentials ({}): make a new application credential.",
    ),
    (
        (auth.CatalogException, sdk.EndpointNotFound, sdk.ServiceDisabledException),
        "The site lacks a service that is needed, or the region is wrong: {}",
    ),
    (
        (auth.MissingRequiredOptions, auth.MissingAuthPlugin, sdk.ConfigException),
        "Credentials are missing: set OS_CLOUD for your clouds.yaml, or the OS_* variables ({}).",
    ),
    (
        # The client reports "no versions" for a service that it can't reach.
        (auth.ConnectionError, sdk.NotSupported, sdk.ServiceDiscoveryException),
        f"The connection to the site was lost ({{}}). {AGAIN}",
    ),
    ((sdk.ResourceTimeout,), f"The site is slow: {{}}. {AGAIN}"),
]


class ProvisioningError(Exception):
    """A failure; its message tells the user what went wrong and what to do."""


def explain(error: Exception) -> str:
    """Explain an error from the OpenStack client to the user, in one sentence."""
    if isinstance(error, ProvisioningError):
        return str(error)
    if getattr(error, "http_status", getattr(error, "status_code", None)) == HTTPStatus.UNAUTHORIZED:
        error = auth.Unauthorized(str(error))
    for kinds, meaning in MEANINGS:
        if isinstance(error, kinds):
            return meaning.format(error)
    words = getattr(error, "details", None) or getattr(error, "message", None) or str(error)
    return f"The site refused: {words}. {AGAIN}"
