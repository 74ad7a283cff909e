"""Signing in and out, and the door that a link opens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from risksim.language import _, speaking
from risksim.service.access import accounts, cookies, held, links, oidc, passwords, secret, sign_ins, throttle
from risksim.service.access.audit import note
from risksim.service.access.pace import AtOnce
from risksim.service.access.principal import EVERY_SCOPE, NOBODY, Principal
from risksim.service.access.who import address_of, visiting
from risksim.service.context import Service, service_of
from risksim.service.pages.render import language_of, render
from risksim.service.problems import Problem, not_found
from risksim.service.routes.account_pages import FORGET
from risksim.service.routes.language import own_path, remember
from risksim.service.store.tables import Account, now

router = APIRouter(include_in_schema=False)
Visiting = Annotated[Principal, Depends(visiting)]
ELSEWHERE = AtOnce(8, 16)
"""Sign-ins of one address, and of all, that wait for the provider at once: else a slow one held every thread."""
Next = Annotated[str, Query(max_length=500)]


@router.get("/sign-in")
def door(request: Request, principal: Visiting, next: Next = "/") -> Response:  # noqa: A002 - as in the address
    """The page to sign in."""
    if principal.kind in ("local", "session"):
        return RedirectResponse(own_path(next), 303)
    return _door(request, principal, next)


@router.post("/sign-in")
def sign_in(
    request: Request,
    principal: Visiting,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002 - as in the address
) -> Response:
    """Sign in with a password: the same answer, after the same time, whether there is such an account or not."""
    service = service_of(request)
    if not service.settings.accounts:
        return RedirectResponse(own_path(next), 303)
    with speaking(language_of(request, principal)):
        try:
            throttle.attempt(service.database, email, address_of(request))
            account = _right(service, email, password)
            if account is None:
                _refused(service, request, email)
                raise Problem(
                    "sign-in",
                    401,
                    _("That did not fit"),
                    _("The e-mail address or the password is wrong. Try again, or ask an admin for a new password."),
                )
        except Problem as problem:
            return _door(request, principal, next, email, problem)
    with service.database.writing() as session:
        throttle.take_back(session, address_of(request))
    return let_in(request, account, next)


def let_in(request: Request, account: Account, back: str) -> Response:
    """Sign somebody in: with a new session, whatever the browser held before."""
    service, before = service_of(request), cookies.read(request, cookies.SESSION)
    with service.database.writing() as session:
        found = None if before is None else sign_ins.find(session, before)
        if found is not None:
            sign_ins.end(session, found.account.id, found.sign_in.id)
        throttle.forget(session, account.email)
        made, shown = sign_ins.begin(session, account, request.headers.get("user-agent", ""))
        who = Principal("session", account.id, EVERY_SCOPE, via=made.id)
        note(session, who, "sign-in", address=_place(request))
    answer = RedirectResponse(own_path(back), 303)
    cookies.give(request, answer, cookies.SESSION, shown, int(sign_ins.LASTS.total_seconds()))
    remember(request, answer, account.language)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, principal: Visiting) -> Response:
    """End the session, and let the browser forget what it kept."""
    if principal.kind == "session" and principal.account_id is not None:
        with service_of(request).database.writing() as session:
            sign_ins.end(session, principal.account_id, principal.via)
            note(session, principal, "sign-out")
    answer = RedirectResponse("/sign-in", 303, {"Clear-Site-Data": FORGET})
    cookies.take(request, answer, cookies.SESSION)
    cookies.take(request, answer, cookies.LINK)
    return answer


@router.get("/s/{shown}")
def by_link(request: Request, shown: str, _principal: Visiting) -> Response:
    """Open the one deal of a link, which from here on stands in a cookie and no more in the address."""
    service = service_of(request)
    with service.database.reading() as session:
        found = links.find(session, shown) if shown.startswith(secret.LINK) else None
    if found is None:
        raise not_found(_("link"))
    with service.database.writing() as session:
        held.use(session, found)
        who = Principal("link", deal_id=found.deal_id, via=found.id)
        note(session, who, "view", found.deal_id, link=found.id)
    answer = RedirectResponse(f"/deals/{found.deal_id}", 303)
    cookies.give(request, answer, cookies.LINK, shown, max(1, int((found.expires_at - now()).total_seconds())))
    return answer


@router.get("/sign-in/elsewhere")
def elsewhere(request: Request, _principal: Visiting, next: Next = "/") -> Response:  # noqa: A002 - as in the address
    """Sign in with the provider of the organisation."""
    settings = service_of(request).settings
    with ELSEWHERE.one(address_of(request)):
        errand = oidc.errand(settings, _here(request), own_path(next))
    answer = RedirectResponse(errand.address, 303)
    cookies.give(request, answer, cookies.ERRAND, errand.kept, oidc.LASTS)
    return answer


@router.get("/sign-in/back")
def back(request: Request, _principal: Visiting) -> Response:
    """Come back from the provider, who says who somebody is; whether they may enter is said here."""
    service = service_of(request)
    kept = cookies.read(request, cookies.ERRAND) or ""
    with ELSEWHERE.one(address_of(request)):
        vouched = oidc.done(service.settings, _here(request), kept, str(request.url.query))
    with service.database.writing() as session:
        account = oidc.account(session, vouched)
    if account is None:
        with service.database.writing() as session:
            note(session, NOBODY, "sign-in-refused", address=_place(request), elsewhere=True)
        raise Problem(
            "not-allowed",
            403,
            _("Nobody has let you in yet"),
            _("You are known there, but have no account here. Ask an admin to make one for your e-mail address."),
        )
    answer = let_in(request, account, vouched.back)
    cookies.take(request, answer, cookies.ERRAND)
    return answer


def _here(request: Request) -> str:
    """The address of this service, as the provider knows it."""
    return (service_of(request).settings.address or str(request.base_url)).rstrip("/") + "/sign-in/back"


def _right(service: Service, email: str, password: str) -> Account | None:
    """The account that an address and a password open; the password is checked whatever was found."""
    with service.database.reading() as session:
        account = accounts.of_email(session, email) if accounts.EMAIL.fullmatch(email.strip()) else None
    may = account is not None and account.closed_at is None
    if not passwords.fits(account.password_hash if account is not None and may else None, password):
        return None
    if account is not None and account.password_hash is not None and passwords.outdated(account.password_hash):
        with service.database.writing() as session:
            accounts.of_id(session, account.id).password_hash = passwords.hashed(password)
    return account


def _refused(service: Service, request: Request, email: str) -> None:
    """Note that somebody was not let in: whose account it was if it is one, never what was typed."""
    with service.database.writing() as session:
        account = accounts.of_email(session, email) if accounts.EMAIL.fullmatch(email.strip()) else None
        who = NOBODY if account is None else NOBODY._replace(account_id=account.id)
        note(session, who, "sign-in-refused", address=_place(request))


def _place(request: Request) -> str:
    return "".join(letter for letter in address_of(request) if letter.isprintable())[:64]


def _door(
    request: Request,
    principal: Principal,
    back: str,
    email: str = "",
    problem: Problem | None = None,
) -> Response:
    service = service_of(request)
    with service.database.reading() as session:
        empty = not accounts.are_there(session)
    page = render(
        request,
        principal,
        "sign_in.html",
        status=200 if problem is None else problem.status,
        problem=problem,
        email=email[: accounts.MOST_EMAIL],
        next=own_path(back),
        elsewhere=service.settings.oidc_issuer is not None,
        empty=empty,
        back="/sign-in",
    )
    page.headers.update({} if problem is None else problem.headers)
    return page
