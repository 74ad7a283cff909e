"""Accounts over HTTP: who asks, tokens, sessions, links of a deal, and the log."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from risksim.service.access import accounts, audit, links, sign_ins, tokens, who
from risksim.service.access.audit import note
from risksim.service.access.principal import Kind, Principal, Scope
from risksim.service.bases import Shown, Strict
from risksim.service.context import service_of
from risksim.service.store.tables import Link, SignIn, Token

router = APIRouter(prefix="/api/v1", tags=["account"])
InPerson = Annotated[Principal, Depends(who.in_person)]
SignedIn = Annotated[Principal, Depends(who.signed_in)]
Identifier = Annotated[str, Path(pattern=r"^[a-z0-9]{1,24}$")]
MOST = 500
"""Lines of the log at once."""


class Me(Shown):
    """Who asks."""

    kind: Kind
    email: str
    name: str
    language: str
    scopes: list[Scope]
    is_admin: bool
    deal: str | None
    """The one deal that a link opens."""


class MeChanged(Strict):
    """What somebody changes of their account."""

    name: str | None = Field(default=None, max_length=200)
    language: Literal["en", "da"] | None = None


class TokenAsked(Strict):
    """A token to be made."""

    name: str = Field(min_length=1, max_length=200)
    """What it is for."""
    scopes: list[Scope] = Field(min_length=1, max_length=3)
    days: int | None = Field(default=90, ge=1, le=tokens.MOST_DAYS)
    """After how many days it expires; null for never."""


class TokenShown(Shown):
    """A token, but for its secret."""

    id: str
    name: str
    prefix: str
    """Its first letters."""
    scopes: list[str]
    created_at: dt.datetime
    expires_at: dt.datetime | None
    used_at: dt.datetime | None


class TokenMade(TokenShown):
    """A token with its secret, which is told this once."""

    token: str


class SessionShown(Shown):
    """A session."""

    id: str
    browser: str
    created_at: dt.datetime
    used_at: dt.datetime
    expires_at: dt.datetime
    this: bool
    """Whether it is the one that asks."""


class LinkAsked(Strict):
    """A link to be made."""

    name: str = Field(default="", max_length=200)
    """Whom it is for."""
    days: int = Field(default=30, ge=1, le=links.MOST_DAYS)
    """After how many days it expires."""


class LinkShown(Shown):
    """A link, but for its secret."""

    id: str
    name: str
    created_at: dt.datetime
    expires_at: dt.datetime
    used_at: dt.datetime | None


class LinkMade(LinkShown):
    """A link with its path, which is told this once."""

    path: str


class EventShown(Shown):
    """A line of the log."""

    id: int
    at: dt.datetime
    who: str | None
    """E-mail address of who did it, or the identifier of an account that is gone."""
    by: str
    """How they came: ``session``, ``token:PREFIX``, ``link:ID``, ``local``, ``nobody``."""
    action: str
    deal: str | None
    run: str | None
    detail: dict[str, Any]


class Events(Shown):
    """Lines of the log, the newest first."""

    events: list[EventShown]
    next: int | None
    """Ask again with ``before`` at this for older lines; null at the end."""


@router.get("/me")
def read_me(request: Request, principal: who.Asking) -> Me:
    """Who asks."""
    return _me(request, principal)


@router.patch("/me")
def change_me(request: Request, principal: InPerson, changed: MeChanged) -> Me:
    """Change one's name or language."""
    with service_of(request).database.writing() as session:
        own = accounts.of_id(session, str(principal.account_id))
        if changed.name is not None:
            accounts.rename(own, changed.name)
        if changed.language is not None:
            accounts.speak(own, changed.language)
    return _me(request, principal)


@router.get("/me/tokens")
def list_tokens(request: Request, principal: InPerson) -> list[TokenShown]:
    """One's tokens."""
    with service_of(request).database.reading() as session:
        return [_token(one) for one in tokens.listed(session, str(principal.account_id))]


@router.post("/me/tokens", status_code=201)
def make_token(request: Request, principal: InPerson, asked: TokenAsked) -> TokenMade:
    """Make a token; its secret is told this once."""
    with service_of(request).database.writing() as session:
        made, shown = tokens.make(session, str(principal.account_id), asked.name, asked.scopes, asked.days)
        note(session, principal, "token", token=made.prefix, scopes=made.scopes)
    return TokenMade(token=shown, **_token(made).model_dump())


@router.delete("/me/tokens/{token_id}", status_code=204)
def revoke_token(request: Request, principal: InPerson, token_id: Identifier) -> Response:
    """Let a token stand for nobody any more."""
    with service_of(request).database.writing() as session:
        gone = tokens.revoke(session, str(principal.account_id), token_id)
        note(session, principal, "token", token=gone.prefix, revoked=True)
    return Response(status_code=204)


@router.get("/me/sessions")
def list_sessions(request: Request, principal: InPerson) -> list[SessionShown]:
    """Where one is signed in."""
    with service_of(request).database.reading() as session:
        return [_session(one, principal.via) for one in sign_ins.listed(session, str(principal.account_id))]


@router.delete("/me/sessions/{session_id}", status_code=204)
def end_session(request: Request, principal: InPerson, session_id: Identifier) -> Response:
    """End one of one's sessions."""
    with service_of(request).database.writing() as session:
        sign_ins.end(session, str(principal.account_id), session_id)
        note(session, principal, "sign-out", sign_in=session_id)
    return Response(status_code=204)


@router.get("/deals/{deal_id}/links")
def list_links(request: Request, principal: SignedIn, deal_id: Identifier) -> list[LinkShown]:
    """The open links of a deal."""
    with service_of(request).database.reading() as session:
        return [_link(one) for one in links.listed(session, principal, deal_id)]


@router.post("/deals/{deal_id}/links", status_code=201)
def make_link(request: Request, principal: SignedIn, deal_id: Identifier, asked: LinkAsked) -> LinkMade:
    """Make a link to a deal; its path is told this once."""
    with service_of(request).database.writing() as session:
        made, path = links.make(session, principal, deal_id, asked.name, asked.days)
    return LinkMade(path=path, **_link(made).model_dump())


@router.delete("/deals/{deal_id}/links/{link_id}", status_code=204)
def revoke_link(request: Request, principal: SignedIn, deal_id: Identifier, link_id: Identifier) -> Response:
    """Let a link open nothing any more."""
    with service_of(request).database.writing() as session:
        links.revoke(session, principal, deal_id, link_id)
    return Response(status_code=204)


@router.get("/audit")
def read_log(
    request: Request,
    principal: SignedIn,
    sort: audit.Sort = "all",
    deal: Annotated[str | None, Query(pattern=r"^[a-z0-9]{1,24}$")] = None,
    before: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Events:
    """The log: one's own lines, those of deals that one owns, and for an admin who signed in."""
    with service_of(request).database.reading() as session:
        lines = audit.listed(session, principal, sort, deal, before, limit)
    last = lines[-1].event.id if len(lines) == limit else None
    return Events(events=[_event(line) for line in lines], next=last)


def _me(request: Request, principal: Principal) -> Me:
    email = name = ""
    language: str = principal.language or "en"
    if principal.account_id is not None:
        with service_of(request).database.reading() as session:
            own = accounts.of_id(session, principal.account_id)
        email, name, language = own.email, own.name, own.language
    return Me(
        kind=principal.kind,
        email=email,
        name=name,
        language=language,
        scopes=[scope for scope in tokens.SCOPES if scope in principal.scopes],
        is_admin=principal.is_admin,
        deal=principal.deal_id,
    )


def _token(one: Token) -> TokenShown:
    return TokenShown.model_validate(one, from_attributes=True)


def _session(one: SignIn, own: str) -> SessionShown:
    return SessionShown(
        id=one.id,
        browser=one.browser,
        created_at=one.created_at,
        used_at=one.used_at,
        expires_at=one.expires_at,
        this=one.id == own,
    )


def _link(one: Link) -> LinkShown:
    return LinkShown.model_validate(one, from_attributes=True)


def _event(line: audit.Line) -> EventShown:
    event = line.event
    return EventShown(
        id=event.id,
        at=event.at,
        who=line.who or event.account_id,
        by=event.by,
        action=event.action,
        deal=event.deal_id,
        run=event.run_id,
        detail=event.detail,
    )
