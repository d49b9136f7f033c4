"""The versions of a model in the store, and the records of which one is current and which a candidate."""

import secrets
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from gourmetgram import keys
from gourmetgram.store import ObjectNotFoundError, Store
from predictor.registry.records import Choice, Verdict

OCTETS = "application/octet-stream"
_TIME = "%Y%m%dT%H%M%S.%fZ"


class RegistryError(Exception):
    """The request can't be carried out; the message says why."""


class Registry:
    """The registry of one model."""

    def __init__(self, store: Store, name: str) -> None:
        self.store = store
        self.name = name

    def has(self, version: str) -> bool:
        """Return whether a version exists.

        Raises:
            StoreUnavailableError: the store did not answer.
        """
        return self.store.exists(keys.model(self.name, version))

    def model(self, version: str) -> bytes:
        """Read the ONNX file of a version.

        Raises:
            RegistryError: there is no such version.
            StoreUnavailableError: the store did not answer.
        """
        try:
            return self.store.get(keys.model(self.name, version))
        except ObjectNotFoundError as error:
            raise _absent(version) from error

    def put_once(self, version: str, part: str, body: bytes, content_type: str = OCTETS) -> None:
        """Save a part of a version; an existing one is left unchanged.

        Raises:
            StoreUnavailableError: the store did not answer.
        """
        place = keys.model_part(self.name, version, part)
        if not self.store.exists(place):
            self.store.put(place, body, content_type)

    def verdicts(self, version: str) -> list[Verdict]:
        """Read the verdicts on a version, the newest last.

        Raises:
            StoreUnavailableError: the store did not answer.
        """
        prefix = keys.model_part(self.name, version, "verdicts/").key
        places = (keys.Location(keys.MODELS, key) for key in self.store.keys(keys.MODELS, prefix))
        found = [self.store.get_record(place, Verdict) for place in places if place.key.endswith(".json")]
        return sorted(found, key=lambda verdict: verdict.made_at)

    def judged(self) -> list[str]:
        """List the versions that have a verdict.

        Raises:
            StoreUnavailableError: the store did not answer.
        """
        names = self.store.keys(keys.MODELS, f"{self.name}/")
        return sorted({name.split("/")[1] for name in names if "/verdicts/" in name})

    def history(self, role: str = "current") -> list[Choice]:
        """Read the records of who made which version ``current`` or ``candidate``, the oldest first.

        Raises:
            RegistryError: a record there is malformed.
            StoreUnavailableError: the store did not answer.
        """
        return [self._choice(key) for key in self._keys(role)]

    def current(self) -> Choice | None:
        """Read which version is current; None where none has ever been promoted.

        Raises:
            RegistryError: the record is malformed.
            StoreUnavailableError: the store did not answer.
        """
        return self._newest("current")

    def candidate(self) -> Choice | None:
        """Read which version awaits promotion; None once one was promoted or rolled back to.

        Raises:
            RegistryError: the record is malformed.
            StoreUnavailableError: the store did not answer.
        """
        waiting, current = self._newest("candidate"), self.current()
        return waiting if waiting and (current is None or waiting.when > current.when) else None

    def record(self, role: str, choice: Choice) -> None:
        """Record that a version is ``current`` or ``candidate`` from now on, later than any other record.

        Raises:
            StoreUnavailableError: it may or may not have been written.
        """
        moment = max([datetime.now(UTC), *(self._after(other) for other in ("current", "candidate"))])
        key = f"{keys.choices(self.name, role)}{moment.strftime(_TIME)}-{secrets.token_hex(4)}.json"
        self.store.put_record(keys.Location(keys.MODELS, key), choice.model_copy(update={"when": moment}))

    def _after(self, role: str) -> datetime:
        newest = self._newest(role)
        return newest.when + timedelta(microseconds=1) if newest else datetime.min.replace(tzinfo=UTC)

    def _newest(self, role: str) -> Choice | None:
        found = self._keys(role)
        return self._choice(found[-1]) if found else None

    def _keys(self, role: str) -> list[str]:
        return list(self.store.keys(keys.MODELS, keys.choices(self.name, role)))

    def _choice(self, key: str) -> Choice:
        place = keys.Location(keys.MODELS, key)
        try:
            return self.store.get_record(place, Choice)
        except ValidationError as error:
            message = f"{place} does not say which version was chosen"
            raise RegistryError(message) from error


def _absent(version: str) -> RegistryError:
    return RegistryError(f"there is no version {version} in the registry")
