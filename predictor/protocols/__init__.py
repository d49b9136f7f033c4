"""The protocols that clients speak: KServe's V1 and V2, and the course's own."""

from typing import Any, Protocol


class Classifier(Protocol):
    """The model as a protocol sees it: a callable for payloads."""

    name: str

    async def __call__(self, body: Any) -> Any:  # noqa: ANN401 - a payload of any protocol
        """Return the answer in the payload's protocol."""
        ...
