"""`python -m manifests.rotate`: replace every key and password that the chart made for a release.

The Secret is changed first, then everything that has copies of it. After an interruption, run it again.
"""

import argparse
import base64
import json
import logging
import sys
from collections.abc import Mapping

from cronjobs.credentials import completed
from manifests.commands import CommandError, output
from manifests.label_studio_user import CHANGE
from manifests.release import NAME

SECRET = f"{NAME}-credentials"
LABEL_STUDIO, STORE, WEBAPP = (
    f"deployment/{NAME}-label-studio",
    f"deployment/{NAME}-store",
    f"statefulset/{NAME}-webapp",
)
NOT_SECRET = ("-access-key", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "S3_ENDPOINT")

log = logging.getLogger(__name__)


class Rotation:
    """The replacement of one release's keys and passwords."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace

    def run(self) -> None:
        """Replace all of them, and wait until every process uses the new ones.

        Raises:
            CommandError: kubectl failed.
        """
        fresh = renewed(self._present())
        workloads = [each for each in (STORE, LABEL_STUDIO, WEBAPP) if self._exists(each)]
        entries = json.dumps({"stringData": fresh})
        self._kubectl("patch", "secret", SECRET, "--patch-file=/dev/stdin", stdin=entries)
        if LABEL_STUDIO in workloads:
            user = f"{fresh['label-studio-password']} {fresh['label-studio-token']}"
            self._kubectl("exec", "--stdin", LABEL_STUDIO, "--", "python3", "-c", CHANGE, stdin=user)
        for workload in workloads:
            self._kubectl("rollout", "restart", workload)
        for workload in workloads:
            self._kubectl("rollout", "status", workload, "--timeout=10m")

    def _present(self) -> dict[str, str]:
        data = json.loads(self._kubectl("get", "secret", SECRET, "--output=json"))["data"]
        return {name: base64.b64decode(value).decode() for name, value in data.items()}

    def _exists(self, workload: str) -> bool:
        return bool(self._kubectl("get", workload, "--ignore-not-found", "--output=name"))

    def _kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        return output(self.namespace, "kubectl", *arguments, stdin=stdin)


def renewed(present: Mapping[str, str]) -> dict[str, str]:
    """Return a release's Secret with new values for all keys and passwords."""
    kept = {name: value for name, value in present.items() if name.endswith(NOT_SECRET)}
    return completed(kept, present["S3_ENDPOINT"], present["AWS_DEFAULT_REGION"])


def main() -> int:
    """Replace the keys and passwords; return 0, or 1 after logging an error."""
    parser = argparse.ArgumentParser(description="Replace every key and password of a release on a cluster.")
    parser.add_argument("--namespace", default=NAME, help=f"of the release (default: {NAME})")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        Rotation(given.namespace).run()
    except CommandError as error:
        log.error("not done: %s; run it again", error)  # noqa: TRY400 - kubectl has said why
        return 1
    log.info("every key and password of %s in %s is new", NAME, given.namespace)
    return 0


if __name__ == "__main__":
    sys.exit(main())
