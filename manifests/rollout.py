"""`python -m manifests.rollout canary|promote|rollback [VERSION]`: choose the model that a cluster serves.

Each action is one `helm upgrade` and a wait. `helm history` then shows who chose what, when and why.
"""

import argparse
import getpass
import logging
import os
import sys

from manifests.release import MODEL, NAME, Release, RolloutError, State

log = logging.getLogger(__name__)


def canary(release: Release, version: str | None, percent: int, why: str) -> str:
    """Route at most ``percent`` % of the requests to a version; return the new state.

    Raises:
        RolloutError: helm refused it, its pods did not become ready, or an alert has already withdrawn it.
    """
    if not version:
        message = "say which version, with VERSION=…"
        raise RolloutError(message)
    release.state()
    if before := release.withdrawal(version):  # until it is removed, it counts as the same canary
        release.upgrade({"canary.version": ""}, f"no canary: {before}")
    values: dict[str, str | int] = {"canary.version": version, "canary.percent": percent}
    release.upgrade(values, f"canary {version}, {percent} %: {why}")
    if withdrawal := release.withdrawal(version):
        raise RolloutError(str(withdrawal))
    return f"{version} gets at most {percent} % of the requests"


def promote(release: Release, version: str | None, why: str) -> str:
    """Serve a version, by default the canary's, to everybody; return the new state.

    Raises:
        RolloutError: there is no canary, an alert has withdrawn it, helm refused it, or its pods did not
            become ready.
    """
    state = release.state()
    chosen = version or state.canary
    if state.withdrawn and not version:
        message = f"{state.withdrawn}; to promote it anyway: VERSION={chosen}"
        raise RolloutError(message)
    if not chosen and state.last_action == "promote":
        return f"{state.current} gets all requests"
    if not chosen:
        message = "there is no canary: make cluster-canary VERSION=…, or say which version to promote"
        raise RolloutError(message)
    return _choose(release, state, "promote", chosen, why)


def rollback(release: Release, version: str | None, why: str) -> str:
    """Withdraw the canary, or restore the version that the last promotion replaced; return the new state.

    Raises:
        RolloutError: there is nothing to go back to, helm refused it, or its pods did not become ready.
    """
    state = release.state()
    replaced = state.replaced if state.last_action == "promote" else None
    chosen = version or (state.current if state.canary else replaced)
    if not chosen and state.last_action:
        return f"{state.current} gets all requests"
    if not chosen:
        message = "there is no canary, and no promotion in Helm's history: say which version, with VERSION=…"
        raise RolloutError(message)
    return _choose(release, state, "rollback", chosen, why)


def _choose(release: Release, state: State, action: str, version: str, why: str) -> str:
    replaced = _replaced(state, action, version)
    replacing = f" in place of {replaced}" if replaced else ""
    why = f"{why}; canary {state.withdrawn}" if state.withdrawn else why
    values = {f"model.{state.key}": version, "canary.version": ""}
    release.upgrade(values, f"{action} {version}{replacing}: {why}")
    return f"{version} gets all requests"


def _replaced(state: State, action: str, version: str) -> str | None:
    """Return which version it replaces; a promotion that is repeated still replaces the same one."""
    if version != state.current:
        return state.current
    return state.replaced if action == state.last_action == "promote" else None


def show_in_mlflow(release: Release) -> None:
    """Set MLflow's aliases, where there is one; its client takes a second to import.

    Raises:
        RolloutError: there is no release, or an upgrade of it is in progress.
    """
    if os.environ.get("MLFLOW_TRACKING_URI"):
        from predictor.registry import mlflow  # noqa: PLC0415

        state = release.state()
        canary = None if state.withdrawn else state.canary or None
        mlflow.show_served(MODEL, state.bucket_prefix, state.current, canary)


def main() -> int:
    """Choose; return 0, or 1 after logging why not."""
    given = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    release, why = Release(given.namespace), f"{given.why} ({getpass.getuser()})"
    try:
        if given.action == "canary":
            log.info("%s", canary(release, given.version, given.percent, why))
        else:
            change = {"promote": promote, "rollback": rollback}[given.action]
            log.info("%s", change(release, given.version, why))
        show_in_mlflow(release)
    except RolloutError as error:
        log.error("not done: %s", error)  # noqa: TRY400 - the sentence is enough
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Choose the model of a release on a cluster.")
    parser.add_argument("action", choices=["canary", "promote", "rollback"])
    parser.add_argument("version", nargs="?", help="default: the canary's, or the previous one")
    parser.add_argument("--percent", type=int, default=10, help="the canary's share at most (default: 10)")
    parser.add_argument("--namespace", default=NAME, help=f"of the release (default: {NAME})")
    parser.add_argument("--why", default="by hand", help="recorded with the choice")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
