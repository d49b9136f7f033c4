"""Answers predict requests for the served model without Starlette's routing and middleware.

Routing and middleware cost as much CPU time as the rest of the server. Other requests go to the application.
"""

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from predictor.protocols.responses import REFUSALS, fail, refuse
from predictor.serving.admission import Endpoint


class FastPaths:
    """An ASGI application that handles POST requests to a few exact paths without routing."""

    def __init__(self, endpoints: Mapping[str, Endpoint], app: Starlette) -> None:
        self.app = app
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. After an internal error, respond first and then let the server log it."""
        endpoint = self._endpoints.get(scope["path"]) if scope["method"] == "POST" else None
        if endpoint is None:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive, send)
        try:
            response = await endpoint(request)
        except REFUSALS as error:
            response = await refuse(request, error)
        except Exception as error:
            await (await fail(request, error))(scope, receive, send)
            raise
        await response(scope, receive, send)
