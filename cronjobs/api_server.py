"""The API server, for the Jobs whose pods have a token: their own namespace, and failures in a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

from cronjobs.command import NotDoneError

NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
SECONDS = 30
"""Timeout for a request."""


@contextmanager
def connected() -> Iterator[tuple[client.ApiClient, str]]:
    """Give a connection as the pod's ServiceAccount, and the pod's namespace.

    Raises:
        NotDoneError: the API server refused a request or did not answer.
    """
    config.load_incluster_config()
    with client.ApiClient() as connection:
        try:
            yield connection, NAMESPACE.read_text()
        except ApiException as error:
            raise NotDoneError(f"the API server refused: {error.status} {error.body}") from error
        except HTTPError as error:
            raise NotDoneError(f"the API server did not answer: {error}") from error
