"""Bodies of requests: not too large, not too slow, and text in UTF-8. All is seen before anything piles up."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from risksim.service.around import Around

SECONDS = 30.0
"""How long the body of a request may take to arrive. [s]"""
CHARSET = re.compile(rb"""(?<=;)\s*charset\s*=\s*(utf-8|"utf-8")\s*(?=;|$)""")
"""How a form may say in which letters it is; browsers say nothing."""
CLOSES = {"Connection": "close"}
"""What is left of a refused body is not read: the connection ends."""


class Bodies(Around):
    """Refuse bodies that are too large (413) or too slow (408), those without a stated length as well.

    A form that says it is in other letters than UTF-8 is refused, too (400): some name letters that do not exist.

    Parameters
    ----------
    app : callable
        What answers.
    most_bytes : int
        Of one body. [bytes]
    seconds : float
        For one body. [s]
    """

    def __init__(self, app: ASGIApp, most_bytes: int, seconds: float = SECONDS) -> None:
        super().__init__(app)
        self.most_bytes, self.seconds = most_bytes, seconds

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, its body watched."""
        await self.app(scope, _Watched(self, scope, receive), send)


class _Watched:
    """The body of one request."""

    def __init__(self, limits: Bodies, scope: Scope, receive: Receive) -> None:
        self.limits, self.receive = limits, receive
        self.stated = _stated_length(scope)
        self.is_utf8 = _is_utf8(scope)
        self.read = 0
        self.ended = False
        self.until: float | None = None

    async def __call__(self) -> Message:
        if self.ended:
            return await self.receive()
        if self.stated > self.limits.most_bytes:
            raise self._too_large()
        if not self.is_utf8:
            raise HTTPException(400, headers=CLOSES)
        message = await self._next()
        if message["type"] == "http.request":
            self.read += len(message.get("body", b""))
            self.ended = not message.get("more_body", False)
            if self.read > self.limits.most_bytes:
                raise self._too_large()
        return message

    async def _next(self) -> Message:
        """The next piece, if it comes before the time is up."""
        loop = asyncio.get_running_loop()
        if self.until is None:
            self.until = loop.time() + self.limits.seconds
        try:
            async with asyncio.timeout_at(self.until):
                return await self.receive()
        except TimeoutError:
            raise HTTPException(408, {"seconds": round(self.limits.seconds)}, CLOSES) from None  # type: ignore[arg-type]

    def _too_large(self) -> HTTPException:
        fill: Any = {"bytes": self.limits.most_bytes}
        return HTTPException(413, fill, CLOSES)


def _stated_length(scope: Scope) -> int:
    """What a request says of the length of its body; 0 where it says nothing that can be read."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _is_utf8(scope: Scope) -> bool:
    """Whether a form leaves its letters to the standard, or says that they are UTF-8."""
    kinds = [value.lower() for name, value in scope["headers"] if name == b"content-type"]
    return not any(b"multipart" in kind and b"charset" in CHARSET.sub(b"", kind) for kind in kinds)
