"""What stands around the application: an ASGI wrapper that looks at HTTP and lets everything else through."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class Around:
    """A wrapper of what answers; a kind of it says in `answer` what is done with a request.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] == "http":
            await self.answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        raise NotImplementedError
