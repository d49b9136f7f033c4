"""The protocols that clients speak: KServe's V1 and V2, and the course's own."""

from typing import Any, Protocol


class Classifier(Protocol):
    """What a protocol hands its payload to: the model, seen from outside."""

    name: str

    async def __call__(self, body: Any) -> tuple[Any, Any]:  # noqa: ANN401 - a payload of any protocol
        """Give the answer in the payload's protocol, and headers."""
        ...
