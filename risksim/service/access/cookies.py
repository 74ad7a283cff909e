"""Cookies that stand for somebody. Under HTTPS their name binds them to this host alone."""

from __future__ import annotations

import re

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from risksim.service.around import Around
from risksim.service.context import service_of
from risksim.service.pages import tongue

SESSION, LINK, ERRAND = "risksim", "risksim-link", "risksim-errand"
"""A sign-in, a link, and a sign-in on its way through somebody else's page."""
HOST = "__Host-"
NAMES = (SESSION, LINK, ERRAND, tongue.COOKIE)
OWN = re.compile(f"(?:{HOST})?(?:{'|'.join(NAMES)})=[A-Za-z0-9_-]*")
"""A cookie that this service gave: nothing in it is ever quoted."""


class OwnCookies(Around):
    """Leave of the cookies of a request those that are this service's own.

    Whoever else answers on this host gives cookies as well, on loopback on any port. And reading a quoted one takes the
    square of its length where Python is older than 3.12.6: one of 60 kB would hold up everybody for seconds.
    """

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        sent = [value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"]
        own = [one for header in sent for one in map(str.strip, header.split(";")) if OWN.fullmatch(one)]
        rest = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
        scope["headers"] = [*rest, (b"cookie", "; ".join(own).encode())] if own else rest
        await self.app(scope, receive, send)


def over_https(request: Request) -> bool:
    """Whether the person's browser speaks HTTPS with the service."""
    address = service_of(request).settings.address or ""
    return request.url.scheme == "https" or address.startswith("https://")


def read(request: Request, name: str) -> str | None:
    """What the browser sent of a cookie."""
    return request.cookies.get(_full(request, name))


def give(request: Request, answer: Response, name: str, value: str, seconds: int) -> None:
    """Let the browser keep a cookie that no script reads and no other site's form sends along."""
    answer.set_cookie(
        _full(request, name), value, seconds, path="/", httponly=True, samesite="lax", secure=over_https(request)
    )


def take(request: Request, answer: Response, name: str) -> None:
    """Let the browser forget a cookie."""
    answer.delete_cookie(_full(request, name), path="/", httponly=True, samesite="lax", secure=over_https(request))


def _full(request: Request, name: str) -> str:
    return f"{HOST}{name}" if over_https(request) else name
