"""`python -m cronjobs.credentials SECRET`: fill a release's Secret, in the pod's own namespace.

A program and not a template generates the values, so that they are never part of a Helm release. Existing
values are kept, so an upgrade or a second installation goes on with the same keys.
"""

import base64
import json
import os
import secrets
import sys
from collections.abc import Mapping
from http import HTTPStatus

from kubernetes import client
from kubernetes.client.exceptions import ApiException

from cronjobs.access import ACCESS_KEYS, PREDICTOR
from cronjobs.api_server import SECONDS, connected
from cronjobs.command import Outcome, run

ROOT = "root"
KSERVE_NAMES = {"access": "AWS_ACCESS_KEY_ID", "secret": "AWS_SECRET_ACCESS_KEY"}
"""KServe's storage initializer reads these names, so the predictor's key has them."""


def completed(present: Mapping[str, str], endpoint: str, region: str) -> dict[str, str]:
    """Add what a release's Secret lacks: keys for the store, its list of users, Label Studio's first user.

    ``endpoint`` (with its scheme) and ``region`` tell KServe's storage initializer where the store is.
    """
    data = {
        "label-studio-password": secrets.token_urlsafe(18),
        "label-studio-token": secrets.token_hex(20),
    }
    for user in (ROOT, *ACCESS_KEYS):
        data[name_of(user, "access")] = user
        data[name_of(user, "secret")] = secrets.token_urlsafe(30)
    data |= present
    accounts = {data[name_of(user, "access")]: _account(user, data) for user in ACCESS_KEYS}
    data["users.json"] = json.dumps({"accessAccounts": accounts})
    return data | {"S3_ENDPOINT": endpoint, "AWS_DEFAULT_REGION": region}


def name_of(user: str, part: str) -> str:
    """Return the Secret's key for a user's access key (``"access"``) or secret key (``"secret"``)."""
    return KSERVE_NAMES[part] if user == PREDICTOR else f"{user}-{part}-key"


def _account(user: str, data: Mapping[str, str]) -> dict[str, str]:
    return {"access": data[name_of(user, "access")], "secret": data[name_of(user, "secret")], "role": "user"}


def fill(name: str) -> Outcome:
    """Create the Secret, or add its missing values.

    Raises:
        NotDoneError: the API server refused or did not answer.
    """
    with connected() as (connection, namespace):
        return _fill(client.CoreV1Api(connection), name, namespace)


def _fill(api: client.CoreV1Api, name: str, namespace: str) -> Outcome:
    found = _present(api, name, namespace)
    present = found or {}
    data = completed(present, os.environ["AWS_ENDPOINT_URL_S3"], os.environ["AWS_DEFAULT_REGION"])
    body = {"metadata": {"name": name}, "stringData": data}
    if found is None:
        api.create_namespaced_secret(namespace, body, _request_timeout=SECONDS)
    else:
        api.patch_namespaced_secret(name, namespace, body, _request_timeout=SECONDS)
    added = sorted(set(data) - set(present))
    return Outcome(f"Secret {name}: {len(present)} entries kept, {len(added)} made", {"made": added})


def _present(api: client.CoreV1Api, name: str, namespace: str) -> dict[str, str] | None:
    try:
        secret = api.read_namespaced_secret(name, namespace, _request_timeout=SECONDS)
    except ApiException as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return None
        raise
    return {key: base64.b64decode(value).decode() for key, value in (secret.data or {}).items()}


if __name__ == "__main__":
    run("credentials", lambda: fill(sys.argv[1]))
