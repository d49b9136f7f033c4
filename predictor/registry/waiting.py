"""Waits until a predictor that follows the registry serves a version."""

import time

import httpx

from predictor.registry.registry import RegistryError

SECONDS = 60


def wait(predictor: str, name: str, version: str) -> None:
    """Return once the predictor at an address serves the version.

    Raises:
        RegistryError: it still serves another after a minute, or does not answer.
    """
    deadline = time.monotonic() + SECONDS
    while (served := _served(predictor, name)) != version:
        if time.monotonic() > deadline:
            message = f"{version} is current, but the predictor serves {served}: its log says why"
            raise RegistryError(message)
        time.sleep(0.2)


def _served(predictor: str, name: str) -> str:
    try:
        answer = httpx.get(f"{predictor}/v2/models/{name}", timeout=5).raise_for_status().json()
    except httpx.HTTPError as error:
        return f"nothing ({error})"
    return str(answer["versions"][0])
