"""From a request to the one who asks."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from risksim.language import _
from risksim.service.access import cookies, held, links, permission, secret, sign_ins, tokens
from risksim.service.access.pace import Pace
from risksim.service.access.principal import EVERY_SCOPE, NOBODY, Principal, Scope
from risksim.service.context import Service, service_of
from risksim.service.pages import tongue
from risksim.service.problems import Problem
from risksim.service.store.tables import LOCAL, Account

BEARER = "bearer "


def visiting(request: Request) -> Principal:
    """Who asks, or `NOBODY`: a dependency of open routes alone.

    Raises
    ------
    Problem
        401 for a token that stands for nobody, 429 for too many requests.
    """
    known = getattr(request.state, "principal", None)
    if known is not None:
        return cast("Principal", known)
    try:
        principal = _found(request)
    except Problem:
        _count(request, NOBODY)  # tries with made-up tokens have their pace as well
        raise
    _count(request, principal)
    request.state.principal = principal
    return principal


def _count(request: Request, principal: Principal) -> None:
    pace: Pace | None = getattr(request.app.state, "pace", None)
    if pace is not None:
        pace.take(principal.key if principal is not NOBODY else f"address:{address_of(request)}")


def still(request: Request, principal: Principal) -> bool:
    """Whether the session, token or link that a long answer began with still stands for the same person.

    Parameters
    ----------
    request : Request
        Which is being answered.
    principal : Principal
        Who asked when it began.

    Returns
    -------
    bool
    """
    try:
        found = _found(request)
    except Problem:
        return False
    return (found.kind, found.account_id, found.deal_id) == (principal.kind, principal.account_id, principal.deal_id)


def asking(request: Request) -> Principal:
    """Who asks: a dependency of every route but the open ones.

    Raises
    ------
    Problem
        401 for nobody, 429 for too many requests.
    """
    principal = visiting(request)
    if principal.kind == "nobody":
        raise sign_in_first()
    return principal


Asking = Annotated[Principal, Depends(asking)]


def signed_in(principal: Asking) -> Principal:
    """Somebody with an account: in person, or by a token.

    Raises
    ------
    Problem
        401 for nobody, 403 for who holds a link alone.
    """
    if principal.kind == "nobody":
        raise sign_in_first()
    if principal.account_id is None:
        raise Problem("not-allowed", 403, _("Not allowed"), _("A link opens one deal. For this, sign in."))
    return principal


def in_person(principal: Annotated[Principal, Depends(signed_in)]) -> Principal:
    """Somebody with an account who came in person: no token makes tokens, passwords or accounts.

    Raises
    ------
    Problem
        401 for nobody, 403 for a token or a link.
    """
    if not permission.in_person(principal):
        raise Problem("not-allowed", 403, _("Not allowed"), _("No token can do this. Sign in on the page."))
    return principal


def admin(principal: Annotated[Principal, Depends(in_person)]) -> Principal:
    """Somebody who may make and close accounts.

    Raises
    ------
    Problem
        401 for nobody, 403 for everybody else.
    """
    if not principal.is_admin:
        raise Problem("not-allowed", 403, _("Not allowed"), _("Only an admin may do this."))
    return principal


def sign_in_first() -> Problem:
    """Nobody asked."""
    return Problem(
        "sign-in",
        401,
        _("Sign in first"),
        _("Sign in, or send a token as `Authorization: Bearer rsk_...`, and ask again."),
        headers={"WWW-Authenticate": 'Bearer realm="risksim"'},
    )


def address_of(request: Request) -> str:
    """The address of the network that a request came from."""
    return request.client.host if request.client is not None else "unknown"


def _found(request: Request) -> Principal:
    service = service_of(request)
    if not service.settings.accounts:
        return Principal("local", LOCAL, EVERY_SCOPE, is_admin=True)
    shown = request.headers.get("authorization", "")
    if shown:
        return _of_header(service, shown)
    cookie, link = cookies.read(request, cookies.SESSION), cookies.read(request, cookies.LINK)
    if cookie is None and link is None:
        return NOBODY
    held = NOBODY if link is None else _of_link(service, link)
    signed = None if cookie is None else _of_session(service, cookie)
    return held if signed is None else signed._replace(deal_id=held.deal_id, since=held.since)


def _of_header(service: Service, header: str) -> Principal:
    """Whom a header stands for; one that stands for nobody is never passed over for a cookie."""
    shown = header[len(BEARER) :].strip() if header.lower().startswith(BEARER) else ""
    found = _of_link(service, shown) if shown.startswith(secret.LINK) else _of_token(service, shown)
    if found is NOBODY:
        raise Problem(
            "sign-in",
            401,
            _("This token opens nothing"),
            _("It is unknown, or it was revoked, or it expired. Make a new one on the page of your account."),
            headers={"WWW-Authenticate": 'Bearer realm="risksim", error="invalid_token"'},
        )
    return found


def _of_session(service: Service, cookie: str) -> Principal | None:
    with service.database.reading() as session:
        found = sign_ins.find(session, cookie)
    if found is None:
        return None
    _note_use(service, found.sign_in)
    return _of_account("session", found.account, found.sign_in.id)


def _of_token(service: Service, shown: str) -> Principal:
    with service.database.reading() as session:
        found = tokens.find(session, shown)
    if found is None:
        return NOBODY
    _note_use(service, found.token)
    of_person = _of_account("token", found.account, found.token.prefix)
    return of_person._replace(scopes=tokens.scopes_of(found.token), is_admin=False)


def _of_link(service: Service, shown: str) -> Principal:
    with service.database.reading() as session:
        found = links.find(session, shown)
    if found is None:
        return NOBODY
    _note_use(service, found)
    scopes: frozenset[Scope] = frozenset(("read", "run"))
    return Principal("link", scopes=scopes, deal_id=found.deal_id, via=found.id, since=found.created_at)


def _note_use(service: Service, one: held.Held) -> None:
    if held.is_due(one):
        with service.database.writing() as session:
            held.use(session, one)


def _of_account(kind: str, account: Account, via: str) -> Principal:
    return Principal(
        "session" if kind == "session" else "token",
        account.id,
        EVERY_SCOPE,
        via=via,
        is_admin=account.is_admin,
        language=tongue.known(account.language),
    )
