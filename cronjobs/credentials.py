"""`python -m cronjobs.credentials SECRET`: fill the Secret of a release, in its pod's own namespace.

A program and not a template makes the values, so that they are never part of a Helm release. What the
Secret holds is kept, so an upgrade or a second installation goes on with the same keys.
"""

import base64
import json
import os
import secrets
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

from cronjobs.access import ACCESS_KEYS, PREDICTOR
from cronjobs.command import NotDoneError, Outcome, run

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")

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
    """Name the entry of a user's access key (``part`` is ``"access"``) or secret key (``"secret"``)."""
    return KSERVE_NAMES[part] if user == PREDICTOR else f"{user}-{part}-key"


def _account(user: str, data: Mapping[str, str]) -> dict[str, str]:
    return {"access": data[name_of(user, "access")], "secret": data[name_of(user, "secret")], "role": "user"}


def fill(name: str) -> Outcome:
    """Create the Secret or add what it lacks.

    Raises:
        NotDoneError: the API server refused or did not answer.
    """
    found = _call("GET", f"/{name}")
    present = {key: base64.b64decode(value).decode() for key, value in (found or {}).get("data", {}).items()}
    data = completed(present, os.environ["AWS_ENDPOINT_URL_S3"], os.environ["AWS_DEFAULT_REGION"])
    if found is None:
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data}
        _call("POST", "", secret)
    else:
        _call("PATCH", f"/{name}", {"stringData": data})
    added = sorted(set(data) - set(present))
    return Outcome(f"Secret {name}: {len(present)} entries kept, {len(added)} made", {"made": added})


def _call(method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """Ask the API server about Secrets; what is not there is None."""
    request = urllib.request.Request(
        f"https://kubernetes.default.svc/api/v1/namespaces/{_read('namespace')}/secrets{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Authorization": f"Bearer {_read('token')}", "Content-Type": _content_type(method)},
    )
    context = ssl.create_default_context(cafile=SERVICE_ACCOUNT / "ca.crt")
    try:
        with urllib.request.urlopen(request, timeout=30, context=context) as response:  # noqa: S310
            return cast("dict[str, Any]", json.load(response))
    except urllib.error.HTTPError as error:
        if method == "GET" and error.code == HTTPStatus.NOT_FOUND:
            return None
        raise NotDoneError(f"the API server refused: {error.code} {error.read().decode()}") from error
    except OSError as error:
        raise NotDoneError(f"the API server did not answer: {error}") from error


def _content_type(method: str) -> str:
    return "application/merge-patch+json" if method == "PATCH" else "application/json"


def _read(name: str) -> str:
    return (SERVICE_ACCOUNT / name).read_text()


if __name__ == "__main__":
    run("credentials", lambda: fill(sys.argv[1]))
