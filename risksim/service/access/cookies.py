"""Cookies that stand for somebody. Under HTTPS their name binds them to this host alone."""

from __future__ import annotations

from fastapi import Request, Response

from risksim.service.context import service_of

SESSION, LINK, ERRAND = "risksim", "risksim-link", "risksim-errand"
"""A sign-in, a link, and a sign-in on its way through somebody else's page."""
HOST = "__Host-"


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
