"""Promotes a candidate, or rolls back to the version before it; both are idempotent."""

from datetime import UTC, datetime

from predictor.registry.records import Choice
from predictor.registry.registry import Registry, RegistryError


def nominate(registry: Registry, version: str, who: str, why: str) -> None:
    """Record a version that has passed the gate as the candidate.

    Raises:
        StoreUnavailableError: it may or may not have been recorded.
    """
    waiting = registry.candidate()
    if waiting is None or waiting.version != version:
        registry.record("candidate", _choice(version, "candidate", who, why, None))


def promote(registry: Registry, version: str | None, before: str, who: str, why: str) -> str:
    """Make a version (or the candidate) current and return it; without a record, ``before`` is current.

    Raises:
        RegistryError: there is no candidate, no such version, or no verdict that allows it.
        StoreUnavailableError: it may or may not be current.
    """
    current, waiting = registry.current(), registry.candidate()
    before = current.version if current else before
    chosen = version or (waiting.version if waiting else None)
    if chosen is None and current and current.action == "promote":
        return current.version
    if chosen is None:
        message = "there is no candidate: make retrain trains one, and says why if it is not good enough"
        raise RegistryError(message)
    if chosen != before:
        _require_earned(registry, chosen, before)
        registry.record("current", _choice(chosen, "promote", who, why, before))
    return chosen


def rollback(registry: Registry, version: str | None, who: str, why: str) -> str:
    """Make the version that the last promotion replaced, or a named one, current again; return it.

    Raises:
        RegistryError: there is nothing to go back to, or no such version.
        StoreUnavailableError: it may or may not be current.
    """
    current = registry.current()
    if current is None or current.replaces is None:
        message = "nothing has been promoted that could be taken back"
        raise RegistryError(message)
    if version is None and current.action == "rollback":
        return current.version
    chosen = version or current.replaces
    if not registry.has(chosen):
        message = f"there is no version {chosen} in the registry"
        raise RegistryError(message)
    if chosen != current.version:
        registry.record("current", _choice(chosen, "rollback", who, why, current.version))
    return chosen


def _require_earned(registry: Registry, version: str, current: str) -> None:
    """Require that a version's newest verdict against the current one allows it."""
    if not registry.has(version):
        message = f"there is no version {version} in the registry"
        raise RegistryError(message)
    verdicts = registry.verdicts(version)
    against = [verdict for verdict in verdicts if verdict.current == current]
    if not against:
        message = f"{version} has not been compared with {current}, which is current: make gate does that"
        raise RegistryError(message)
    if not against[-1].passed:
        message = f"{version} was refused: {' '.join(against[-1].reasons)}"
        raise RegistryError(message)


def _choice(version: str, action: str, who: str, why: str, replaces: str | None) -> Choice:
    return Choice.model_validate(
        {
            "version": version,
            "action": action,
            "who": who,
            "when": datetime.now(UTC),
            "why": why,
            "replaces": replaces,
        }
    )
