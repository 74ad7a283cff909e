"""Pages of everybody's accounts, for an admin; of deals they say nothing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from risksim.language import N_
from risksim.service.access import accounts, passwords, who
from risksim.service.access.audit import note
from risksim.service.access.principal import Principal
from risksim.service.context import service_of
from risksim.service.pages.render import render
from risksim.service.problems import Problem
from risksim.service.routes.forms import Done, Said, changed, said_of, told

router = APIRouter(include_in_schema=False)
Admin = Annotated[Principal, Depends(who.admin)]
Identifier = Annotated[str, Path(pattern=r"^[a-z0-9]{1,24}$")]
Text = Annotated[str, Form(max_length=500)]
DONE = {
    "closed": Done(N_("The account was closed: sessions were ended, tokens and links revoked.")),
    "opened": Done(N_("The account is open again.")),
}
"""What the page says after something was done, by what its address says."""


@router.get("/people")
def people(request: Request, principal: Admin, done: str = "") -> HTMLResponse:
    """Who has an account; of deals nothing."""
    return _people(request, principal, said_of(DONE, done))


@router.post("/people")
def add(request: Request, principal: Admin, email: Text = "", name: Text = "", is_admin: Text = "") -> Response:
    """Make an account with a password that is shown this once."""
    first = passwords.suggested()
    with told(request, principal):
        try:
            with service_of(request).database.writing() as session:
                made = accounts.add(session, email, first, name, is_admin=bool(is_admin))
                note(session, principal, "account", account=made.id, made=True, admin=made.is_admin)
        except Problem as problem:
            kept = {"email": email, "name": name, "is_admin": is_admin}
            return _people(request, principal, Said(problem=problem, at="new", kept=kept))
    return _people(request, principal, shown=first, of=made.email)


@router.post("/people/{account_id}/close")
def close(request: Request, principal: Admin, account_id: Identifier) -> Response:
    """Let somebody in no more."""

    def change(session: Session) -> None:
        accounts.close(session, accounts.of_id(session, account_id))
        note(session, principal, "account", account=account_id, closed=True)

    return changed(
        request,
        principal,
        change,
        "/people?done=closed",
        lambda problem: _people(request, principal, Said(problem=problem)),
    )


@router.post("/people/{account_id}/open")
def open_again(request: Request, principal: Admin, account_id: Identifier) -> Response:
    """Let somebody in again."""
    with service_of(request).database.writing() as session:
        accounts.open_again(accounts.of_id(session, account_id))
        note(session, principal, "account", account=account_id, opened=True)
    return RedirectResponse("/people?done=opened", 303)


@router.post("/people/{account_id}/password")
def new_password(request: Request, principal: Admin, account_id: Identifier) -> Response:
    """Give somebody a new password that is shown this once; their sessions end."""
    first = passwords.suggested()
    with service_of(request).database.writing() as session:
        theirs = accounts.of_id(session, account_id)
        accounts.give_password(session, theirs, first)
        note(session, principal, "password", account=account_id)
    return _people(request, principal, shown=first, of=theirs.email)


def _people(
    request: Request, principal: Principal, said: Said | None = None, *, shown: str = "", of: str = ""
) -> HTMLResponse:
    said = said or Said()
    with service_of(request).database.reading() as session:
        everybody = accounts.listed(session)
    return render(
        request,
        principal,
        "people.html",
        status=said.status,
        people=everybody,
        said=said,
        shown=shown,
        of=of,
        back="/people",
    )
