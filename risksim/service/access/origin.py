"""Whose page a request comes from: only the service's own page may change anything, under a name that is its own."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from risksim.language import _
from risksim.service.around import Around
from risksim.service.problems import Problem
from risksim.service.settings import Settings, is_loopback

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
OWN_SITE = frozenset(("same-origin", "none"))
"""What a browser says of a request from the page itself, or from the person's own hand."""
ANY = ("0.0.0.0", "::", "")  # noqa: S104 - addresses that are nobody's name


class OwnPage(Around):
    """Refuse a request under a foreign name, and one that would change something from a foreign page.

    A foreign name is how a page elsewhere reaches a service on loopback (its own name, made to lead here). Browsers say
    from which page a request comes; programs say nothing, and carry a token or are on this machine.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    settings : Settings
        Of the service.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        super().__init__(app)
        self._origin = origin(settings.address)
        self._hosts = {host for host in (settings.host, urlsplit(settings.address or "").hostname) if host not in ANY}

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        refusal = self._refusal(scope)
        if refusal is None:
            await self.app(scope, receive, send)
            return
        told = JSONResponse(refusal.details(), refusal.status, refusal.headers, media_type="application/problem+json")
        await told(scope, receive, send)

    def _refusal(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_own(host):
            return Problem(
                "wrong-host",
                421,
                _("Not the address of this service"),
                _("Open it under its own address; whoever runs it sets that as RISKSIM_ADDRESS."),
            )
        if scope["method"] in SAFE or self._is_from_own_page(headers, f"{scope['scheme']}://{host}"):
            return None
        return Problem(
            "foreign-origin",
            403,
            _("Asked from another page"),
            _("Only pages of this service may change anything. Open the page itself and try again."),
        )

    def _is_own(self, host: str) -> bool:
        try:
            parts = urlsplit(f"//{host}")
        except ValueError:
            return False
        if parts.netloc != host or "@" in host:  # more than a name and a port
            return False
        return (parts.hostname or "") in self._hosts or is_loopback(parts.hostname or "")

    def _is_from_own_page(self, headers: Headers, here: str) -> bool:
        site, page = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site in OWN_SITE
        return page is None or (origin(page) is not None and origin(page) in (origin(here), self._origin))


def origin(address: str | None) -> tuple[str, str, int | None] | None:
    """Scheme, host and port of an address; None where it has none.

    Parameters
    ----------
    address : str or None
        As ``https://risksim.example.org``.

    Returns
    -------
    tuple or None

    Examples
    --------
    >>> origin("https://Risksim.example.org/deals") == origin("https://risksim.example.org:443")
    True
    >>> origin("null") is None
    True
    """
    try:
        parts = urlsplit(address or "")
        port = parts.port
    except ValueError:
        return None
    if not parts.scheme or not parts.hostname:
        return None
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port if port is not None else usual
