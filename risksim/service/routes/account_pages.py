"""Pages of one's own account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from risksim.language import N_, _
from risksim.service.access import accounts, cookies, passwords, sign_ins, throttle, tokens, who
from risksim.service.access.audit import note
from risksim.service.access.principal import Principal
from risksim.service.context import service_of
from risksim.service.pages.render import render
from risksim.service.problems import Problem
from risksim.service.routes.forms import Done, Said, changed, said_of, told
from risksim.service.routes.language import remember
from risksim.service.store import person
from risksim.service.store.tables import Account

router = APIRouter(include_in_schema=False)
InPerson = Annotated[Principal, Depends(who.in_person)]
Identifier = Annotated[str, Path(pattern=r"^[a-z0-9]{1,24}$")]
Text = Annotated[str, Form(max_length=500)]
Secret = Annotated[str, Form(max_length=2 * passwords.MOST)]
FORGET = '"cache", "storage"'
"""What a browser drops when somebody signs out or leaves."""
BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Version/", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
"""What browsers and systems call themselves, and what people call them; the first that fits."""
DONE = {
    "name": Done(N_("Your name was changed."), "you"),
    "language": Done(N_("Your language was changed."), "you"),
    "password": Done(N_("Your password was changed. Every other session was ended."), "password"),
    "session": Done(N_("The session was ended."), "sessions"),
    "sessions": Done(N_("Every other session was ended."), "sessions"),
    "token": Done(N_("The token was revoked."), "tokens"),
}
"""What the page says after something was done, by what its address says, and where."""


@router.get("/account")
def account(request: Request, principal: InPerson, done: str = "") -> HTMLResponse:
    """One's own account."""
    return _account(request, principal, said_of(DONE, done))


@router.post("/account/name")
def name(request: Request, principal: InPerson, name: Text = "") -> Response:
    """Be called otherwise."""

    def change(_session: Session, own: Account) -> None:
        accounts.rename(own, name)

    return _changed(request, principal, "name", change, name=name)


@router.post("/account/language")
def language(request: Request, principal: InPerson, language: Text = "") -> Response:
    """Read in another language."""

    def change(_session: Session, own: Account) -> None:
        accounts.speak(own, language)

    answer = _changed(request, principal, "language", change)
    if answer.status_code == 303:
        remember(request, answer, language)
    return answer


@router.post("/account/password")
def password(request: Request, principal: InPerson, old: Secret = "", new: Secret = "", again: Secret = "") -> Response:
    """Take a new password; the old one must be known, and every other session ends."""

    def change(session: Session, own: Account) -> None:
        if new != again:
            raise Problem(
                "not-the-same", 422, _("The two new passwords differ"), _("Type the new password twice alike.")
            )
        accounts.give_password(session, own, new, but=principal.via)
        note(session, principal, "password")

    with told(request, principal):
        try:
            _check_old(request, principal, old)
        except Problem as problem:
            return _account(request, principal, Said(problem=problem, at="password"))
    return _changed(request, principal, "password", change)


@router.post("/account/sessions/{sign_in_id}/end")
def end_session(request: Request, principal: InPerson, sign_in_id: Identifier) -> Response:
    """End one of one's sessions."""

    def change(session: Session, own: Account) -> None:
        sign_ins.end(session, own.id, sign_in_id)
        note(session, principal, "sign-out", sign_in=sign_in_id)

    return _changed(request, principal, "session", change)


@router.post("/account/sessions/end")
def end_sessions(request: Request, principal: InPerson) -> Response:
    """End every session but this one."""

    def change(session: Session, own: Account) -> None:
        sign_ins.end_all(session, own.id, but=principal.via)
        note(session, principal, "sign-out", every=True)

    return _changed(request, principal, "sessions", change)


@router.post("/account/tokens")
def make_token(
    request: Request,
    principal: InPerson,
    name: Text = "",
    days: Annotated[int, Form(ge=0, le=tokens.MOST_DAYS)] = 90,
    scopes: Annotated[list[str] | None, Form(max_length=10)] = None,
) -> Response:
    """Make a token, and show it this once."""
    with told(request, principal):
        try:
            if not scopes:
                raise Problem("no-token", 422, _("No such token can be made"), _("Choose what the program may do."))
            with service_of(request).database.writing() as session:
                made, shown = tokens.make(session, str(principal.account_id), name, scopes, days or None)
                note(session, principal, "token", token=made.prefix, scopes=made.scopes)
        except Problem as problem:
            kept = {"name": name, "days": days, "scopes": scopes or []}
            return _account(request, principal, Said(problem=problem, at="tokens", kept=kept))
    return _account(request, principal, shown=shown)


@router.post("/account/tokens/{token_id}/revoke")
def revoke_token(request: Request, principal: InPerson, token_id: Identifier) -> Response:
    """Let a token stand for nobody any more."""

    def change(session: Session, own: Account) -> None:
        gone = tokens.revoke(session, own.id, token_id)
        note(session, principal, "token", token=gone.prefix, revoked=True)

    return _changed(request, principal, "token", change)


@router.get("/account/data.zip")
def take_out(request: Request, principal: InPerson) -> Response:
    """All that is kept about oneself, in one file."""
    service = service_of(request)
    with service.database.reading() as session:  # it may be long: nobody waits for it with something to write
        content = person.exported(session, str(principal.account_id))
    with service.database.writing() as session:
        note(session, principal, "export", account=principal.account_id)
    return Response(
        content,
        media_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="risksim-my-data.zip"'},
    )


@router.get("/account/leave")
def ask_to_leave(request: Request, principal: InPerson) -> HTMLResponse:
    """What would go with the account, and what would stay."""
    return _leave(request, principal)


@router.post("/account/leave")
def leave(request: Request, principal: InPerson, password: Secret = "", sure: Text = "") -> Response:
    """Delete the account with all that is the person's own; the password must be known, where there is one."""
    service = service_of(request)
    with told(request, principal):
        try:
            if not sure:
                raise Problem("not-sure", 422, _("Nothing was deleted"), _("Say that you are sure."))
            with service.database.reading() as session:
                own = accounts.of_id(session, str(principal.account_id))
            if own.password_hash is not None:
                _check_old(request, principal, password)
            with service.database.writing() as session:
                person.leave(session, own.id)
        except Problem as problem:
            return _leave(request, principal, problem)
    answer = RedirectResponse("/sign-in", 303, {"Clear-Site-Data": FORGET})
    cookies.take(request, answer, cookies.SESSION)
    return answer


def _leave(request: Request, principal: Principal, problem: Problem | None = None) -> HTMLResponse:
    said = Said(problem=problem)
    with service_of(request).database.reading() as session:
        own = accounts.of_id(session, str(principal.account_id))
        going = person.going(session, own.id)
    return render(
        request,
        principal,
        "leave.html",
        status=said.status,
        account=own,
        going=going,
        said=said,
        back="/account/leave",
    )


def _changed(
    request: Request, principal: Principal, what: str, change: Callable[[Session, Account], None], **kept: str
) -> Response:
    """Change one's account and say so, or show the page again with what was wrong."""
    at = DONE[what].at
    return changed(
        request,
        principal,
        lambda session: change(session, accounts.of_id(session, str(principal.account_id))),
        f"/account?done={what}#{at}",
        lambda problem: _account(request, principal, Said(problem=problem, at=at, kept=kept)),
    )


def _check_old(request: Request, principal: Principal, old: str) -> None:
    service = service_of(request)
    with service.database.reading() as session:
        own = accounts.of_id(session, str(principal.account_id))
    if own.password_hash is None:
        raise Problem(
            "no-password", 409, _("You have no password here"), _("You sign in elsewhere, or need not sign in at all.")
        )
    throttle.attempt(service.database, own.email, who.address_of(request))
    if not passwords.fits(own.password_hash, old):
        raise Problem("wrong-password", 422, _("That is not your password"), _("Type the password you have now."))
    with service.database.writing() as session:
        throttle.forget(session, own.email)
        throttle.take_back(session, who.address_of(request))


def _account(request: Request, principal: Principal, said: Said | None = None, *, shown: str = "") -> HTMLResponse:
    said = said or Said()
    account_id = str(principal.account_id)
    with service_of(request).database.reading() as session:
        own = accounts.of_id(session, account_id)
        opened, held = sign_ins.listed(session, account_id), tokens.listed(session, account_id)
    return render(
        request,
        principal,
        "account.html",
        status=said.status,
        account=own,
        sessions=opened,
        tokens=held,
        is_open=tokens.is_open,
        browser=browser,
        scopes=tokens.SCOPES,
        said=said,
        shown=shown,
        least=passwords.LEAST,
        back="/account",
    )


def browser(header: str) -> str:
    """A browser as a person knows it, of what it says of itself.

    Examples
    --------
    >>> browser("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36")
    'Chrome, Linux'
    >>> browser("curl/8.5")
    'curl/8.5'
    """
    name = next((name for mark, name in BROWSERS if mark in header), "")
    system = next((name for mark, name in SYSTEMS if mark in header), "")
    return ", ".join(filter(None, (name, system))) if name else header[:60]
