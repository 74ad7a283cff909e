"""Pages of templates, in the language of whoever reads them."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import NamedTuple

from babel.dates import format_datetime
from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.routing import iter_route_contexts
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from risksim.language import N_, Language, _, plural, speaking, spoken
from risksim.service.access.principal import Principal
from risksim.service.context import service_of
from risksim.service.pages import tongue
from risksim.service.pages.static import asset

TEMPLATES = Path(__file__).parent / "templates"


class Place(NamedTuple):
    """A page in the head of every page."""

    address: str
    title: str
    here: bool
    """Whether it is the page that is read, or one below it."""


PLACES = (
    ("/", N_("Workbench")),
    ("/deals", N_("Deals")),
    ("/account", N_("Account")),
    ("/people", N_("People")),
    ("/audit", N_("Log")),
    ("/api", N_("API")),
)
"""Pages in the head, where the service has them."""
SIGNED_IN = {"/deals", "/account", "/people", "/audit"}
"""Pages that nobody sees who has not signed in."""
ADMIN = {"/people"}


def render(request: Request, principal: Principal, name: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """A page.

    Parameters
    ----------
    request : Request
        What is answered.
    principal : Principal
        Who asks.
    name : str
        Of the template, as ``deals.html``.
    status : int
        Of HTTP.
    **values
        What the template names. It always has ``_``, ``plural``, ``asset``, ``nonce``, ``principal``, ``language``
        and the filter ``moment``.

    Returns
    -------
    HTMLResponse
    """
    language = language_of(request, principal)
    with speaking(language):
        page = templates().get_template(name).render(frame(request, principal, language) | values)
    return HTMLResponse(page, status, {"Content-Language": language})


def language_of(request: Request, principal: Principal) -> Language:
    """The language of whoever reads: what they chose, else what their browser says, else Danish."""
    return principal.language or tongue.of_headers(request.headers, request.url.path)


def frame(request: Request, principal: Principal, language: Language) -> dict[str, object]:
    """What every page names."""
    accounts = service_of(request).settings.accounts
    return {
        "request": request,
        "principal": principal,
        "language": language,
        "accounts": accounts,
        "navigation": navigation(request, principal, accounts=accounts),
        "nonce": getattr(request.state, "nonce", ""),
        "back": request.url.path,
    }


def navigation(request: Request, principal: Principal, *, accounts: bool) -> list[Place]:
    """The pages that this person may open, as far as the service has them."""
    there = {route.path for route in iter_route_contexts(request.app.routes)}
    path = request.url.path

    def shown(address: str) -> bool:
        if address not in there or (principal.kind in ("nobody", "link") and address in SIGNED_IN):
            return False
        return address not in ADMIN or (accounts and principal.is_admin)

    return [
        Place(address, _(title), path == address or (address != "/" and path.startswith(f"{address}/")))
        for address, title in PLACES
        if shown(address)
    ]


def moment(when: dt.datetime | None) -> Markup:
    """A moment as it is written in the language spoken, by the clock of the machine; a dash where there was none."""
    if when is None:
        return Markup("–")
    shown = format_datetime(
        when.astimezone(), "d. MMM y, HH.mm" if spoken() == "da" else "d MMM y, HH:mm", locale=spoken()
    )
    return Markup('<time datetime="{}">{}</time>').format(when.astimezone(dt.UTC).isoformat(timespec="seconds"), shown)


@cache
def templates() -> Environment:
    """The templates: everything filled in is escaped, and a name that nobody gave is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"_": _, "plural": plural, "asset": asset}
    made.filters["moment"] = moment
    return made
