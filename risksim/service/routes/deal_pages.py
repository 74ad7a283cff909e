"""Pages of deals that need no script: lists, texts, revisions, sharing, runs, deleting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from risksim.errors import RisksimError
from risksim.language import N_, _
from risksim.service.access import audit, links
from risksim.service.access.permission import BY_ROLE, ROLES, may
from risksim.service.access.principal import Principal
from risksim.service.access.who import asking
from risksim.service.context import service_of
from risksim.service.live.shapes import DealAsked
from risksim.service.pages.render import language_of, render
from risksim.service.problems import Problem, not_found, of_error
from risksim.service.routes import asked_runs
from risksim.service.routes.forms import Done, Said, changed, said_of, told
from risksim.service.routes.runs import enqueued
from risksim.service.routes.shapes import MemoAsked
from risksim.service.store import deals, runs, shipped
from risksim.service.store.tables import Account, Revision

router = APIRouter(include_in_schema=False)
Who = Annotated[Principal, Depends(asking)]
DealId = Annotated[str, Path(pattern="^[0-9a-f]{24}$")]
AccountId = Annotated[str, Path(pattern="^[0-9a-z]{1,24}$")]
Number = Annotated[int, Query(ge=1, le=2**31 - 1)]
Line = Annotated[str, Form(max_length=500)]
Box = Annotated[bool, Form()]
RUNS = 20
"""Runs that a page shows."""
DONE = {
    "made": Done(N_("The deal is saved. Only you can see it until you share it.")),
    "revised": Done(N_("Your changes are saved as a new revision.")),
    "restored": Done(N_("The old revision is the newest one now. Nothing was overwritten."), "revisions"),
    "renamed": Done(N_("The deal has a new name."), "name"),
    "shared": Done(N_("The deal is shared as you asked."), "members"),
    "unshared": Done(N_("The deal is no longer shared with that person."), "members"),
    "revoked": Done(N_("The link opens nothing any more."), "links"),
    "memo": Done(N_("The memo is being made. It can be taken away here as soon as it is done."), "runs"),
    "resumed": Done(N_("The run goes on. What was finished of it is not computed again."), "runs"),
    "deleted": Done(N_("The deal is deleted.")),
}
"""What a page says after something was done, by what its address says, and where."""
STATES = {
    "queued": N_("waits"),
    "running": N_("being worked on"),
    "done": N_("done"),
    "failed": N_("failed"),
    "cancelled": N_("cancelled"),
}
OF_ROLES = {
    "owner": N_("owner: may change, share and delete"),
    "editor": N_("editor: may change"),
    "viewer": N_("viewer: may look and run"),
}
QUESTIONS = {
    "check": N_("what the file says"),
    "describe": N_("where the numbers come from"),
    "run": N_("simulation"),
    "explain": N_("one future, told"),
    "stress": N_("stress tests"),
    "compare": N_("comparison of deals"),
    "decompose": N_("where the uncertainty comes from"),
    "sensitivity": N_("what the answer hangs on"),
    "reverse": N_("what breaks a limit"),
    "tail": N_("the worst futures"),
    "price": N_("terms that keep the limits"),
    "value": N_("what it is worth to know more"),
    "robust": N_("how wrong the model may be"),
    "public": N_("public budgets"),
    "pool": N_("several joined"),
    "reference": N_("beside past deals"),
    "batch": N_("many deals in a table"),
    "settle": N_("settlement"),
    "memo": N_("memo"),
    "data": N_("every path"),
}
"""What was asked, by the question's key."""
FOLDERS = {
    "danish": N_("Danish deals"),
    "dependence": N_("What participants have in common"),
    "effects": N_("Effects against a comparison"),
    "ending": N_("Deals that end early"),
    "enrolment": N_("Enrolment"),
    "evidence": N_("What evidence is worth"),
    "examples": N_("Deals to learn by"),
    "faxe": N_("Strategies for vulnerable children, Faxe"),
    "financing": N_("Ways of financing"),
    "international": N_("Deals in other countries"),
    "outcomes": N_("Kinds of outcomes"),
    "public": N_("Public budgets"),
    "questions": N_("Deals to ask questions of"),
    "risks": N_("Risks, one at a time"),
    "rules": N_("Rules of payment"),
    "sites": N_("Deals with many sites"),
    "soem": N_("Calculations with SØM"),
    "templates": N_("Templates to fill in"),
    "time": N_("When things happen"),
}
"""The collections of deals that ship with the program, as their folders are read."""
ROLE = {"owner": N_("owner"), "editor": N_("editor"), "viewer": N_("viewer")}


# Lists


@router.get("/deals")
def list_of_deals(request: Request, who: Who, done: str = "", after: str | None = None) -> Response:
    """One's own deals, those that others share, and those that ship with the program."""
    if who.kind == "link":
        return RedirectResponse(f"/deals/{who.deal_id}", 303)
    with told(request, who), service_of(request).database.reading() as session:
        found = deals.listed(session, who, after, deals.MOST_LISTED)
    return render(
        request,
        who,
        "deals.html",
        own=[one for one in found.deals if one.role == "owner"],
        shared=[one for one in found.deals if one.role != "owner"],
        next=found.next,
        examples=_examples(),
        folders=FOLDERS,
        roles=ROLE,
        said=said_of(DONE, done),
        back="/deals",
    )


def _examples() -> list[tuple[str, list[shipped.ShippedDeal]]]:
    """The deals that ship with the program, by folder; the first group is that of real deals."""
    groups: dict[str, list[shipped.ShippedDeal]] = {}
    for one in shipped.shipped():
        if not one.is_portfolio:
            folder = one.name.rpartition("/")[0]
            groups.setdefault("danish" if folder == "" else folder, []).append(one)
    return [("danish", groups.pop("danish", [])), *sorted(groups.items())]


# One deal


@router.get("/deals/{deal_id}")
def one_deal(
    request: Request, who: Who, deal_id: DealId, done: str = "", before: Annotated[int | None, Query(ge=1)] = None
) -> HTMLResponse:
    """A deal: what may be done with it, its revisions, members, links and runs."""
    with service_of(request).database.writing() as session:
        deals.find(session, who, deal_id, "view")
        audit.note(session, who, "view", deal_id)
    return _deal(request, who, deal_id, said_of(DONE, done), before=before)


def _deal(
    request: Request,
    who: Principal,
    deal_id: str,
    said: Said | None = None,
    *,
    before: int | None = None,
    secret: str = "",
) -> HTMLResponse:
    said = said or Said()
    with service_of(request).database.reading() as session:
        deal = deals.find(session, who, deal_id, "view")
        role = deals.role_of(session, who, deal_id)
        allowed = {action for action in BY_ROLE["owner"] if may(who, action, deal_id, role)}
        revisions = deals.revisions(session, who, deal_id, before, deals.MOST_LISTED)
        first = deals.first_seen(session, who, deal_id)
        return render(
            request,
            who,
            "deal.html",
            status=said.status,
            deal=deal,
            role=role,
            may=allowed,
            revisions=revisions,
            is_draft=deals.revision(session, who, deal_id).digest is None,
            questions=QUESTIONS,
            older=revisions[-1].number if revisions and revisions[-1].number > first else None,
            authors=_authors(session, who, deal_id, revisions),
            members=deals.members(session, who, deal_id) if role is not None else (),
            links=links.listed(session, who, deal_id) if "share" in allowed else (),
            runs=runs.listed(session, who, deal=deal_id, limit=RUNS) if role is not None else (),
            file_name=asked_runs.file_name,
            states=STATES,
            roles=ROLE,
            of_roles={name: OF_ROLES[name] for name in reversed(ROLES)},
            days=(7, 30, links.MOST_DAYS),
            said=said,
            secret=secret,
            back=f"/deals/{deal_id}",
        )


def _authors(session: Session, who: Principal, deal_id: str, revisions: tuple[Revision, ...]) -> dict[str | None, str]:
    """Who wrote revisions, by account; only members hear it, as of each other."""
    if deals.role_of(session, who, deal_id) is None:
        return {}
    wanted = {one.account_id for one in revisions if one.account_id is not None}
    return {one.id: one.name or one.email for one in session.scalars(select(Account).where(Account.id.in_(wanted)))}


@router.get("/deals/{deal_id}/diff")
def differences(request: Request, who: Who, deal_id: DealId, first: Number, second: Number) -> HTMLResponse:
    """What one revision says otherwise than another, in words and line by line."""
    with service_of(request).database.writing() as session:
        deal = deals.find(session, who, deal_id, "view")
        one, other = (deals.revision(session, who, deal_id, number) for number in (first, second))
        audit.note(session, who, "view", deal_id)
        authors = _authors(session, who, deal_id, (one, other))
    return render(
        request,
        who,
        "deal_diff.html",
        deal=deal,
        first=one,
        second=other,
        authors=authors,
        found=deals.between(one, other),
        back=f"/deals/{deal_id}/diff?first={first}&second={second}",
    )


@router.post("/deals/{deal_id}/restore")
def restore(
    request: Request,
    who: Who,
    deal_id: DealId,
    number: Annotated[int, Form(ge=1, le=2**31 - 1)],
    based_on: Annotated[int, Form(ge=1, le=2**31 - 1)],
) -> Response:
    """Make an old revision the newest one."""
    with told(request, who), service_of(request).database.reading() as session:
        old = deals.revision(session, who, deal_id, number, "edit")
        note = _("Revision {number} again", number=number)

    def change(session: Session) -> None:
        made = deals.revise(session, who, deal_id, old.text, based_on, note, draft=True)
        audit.note(session, who, "edit", deal_id, revision=made.number)

    return _changed(request, who, deal_id, "restored", change)


@router.post("/deals/{deal_id}/name")
def rename(request: Request, who: Who, deal_id: DealId, name: Line = "") -> Response:
    """Call a deal otherwise."""

    def change(session: Session) -> None:
        deals.rename(session, who, deal_id, name)
        audit.note(session, who, "edit", deal_id)

    return _changed(request, who, deal_id, "renamed", change, name=name)


@router.post("/deals/{deal_id}/members")
def share(request: Request, who: Who, deal_id: DealId, email: Line = "", role: Line = "") -> Response:
    """Share a deal with somebody, or give them another role."""

    def change(session: Session) -> None:
        member = deals.share(session, who, deal_id, email, role)  # type: ignore[arg-type]  # checked there
        audit.note(session, who, "share", deal_id, account=member.account_id, role=member.role)

    return _changed(request, who, deal_id, "shared", change, email=email, role=role)


@router.post("/deals/{deal_id}/members/{account_id}/remove")
def unshare(request: Request, who: Who, deal_id: DealId, account_id: AccountId) -> Response:
    """Share a deal with somebody no longer."""

    def change(session: Session) -> None:
        deals.unshare(session, who, deal_id, account_id)
        audit.note(session, who, "share", deal_id, account=account_id, role=None)

    answer = _changed(request, who, deal_id, "unshared", change)
    left = account_id == who.account_id and answer.status_code == 303
    return RedirectResponse("/deals", 303) if left else answer


@router.post("/deals/{deal_id}/links")
def make_link(
    request: Request, who: Who, deal_id: DealId, name: Line = "", days: Annotated[int, Form()] = 30
) -> Response:
    """Make a link, and show it this once."""
    with told(request, who):
        try:
            with service_of(request).database.writing() as session:
                _link, path = links.make(session, who, deal_id, name, days)
        except Problem as problem:
            return _wrong(request, who, deal_id, Said(problem=problem, at="links", kept={"name": name, "days": days}))
    address = service_of(request).settings.address or str(request.base_url).rstrip("/")
    return _deal(request, who, deal_id, secret=address.rstrip("/") + path)


@router.post("/deals/{deal_id}/links/{link_id}/revoke")
def revoke_link(request: Request, who: Who, deal_id: DealId, link_id: AccountId) -> Response:
    """Let a link open nothing any more."""

    def change(session: Session) -> None:
        links.revoke(session, who, deal_id, link_id)

    return _changed(request, who, deal_id, "revoked", change)


@router.post("/deals/{deal_id}/runs/{run_id}/resume")
def resume_run(request: Request, who: Who, deal_id: DealId, run_id: AccountId) -> Response:
    """Let a run of the deal go on that failed or was cancelled."""

    def change(session: Session) -> None:
        if runs.own(session, who, run_id).deal_id != deal_id:
            raise not_found(_("run"))
        runs.resume(session, who, run_id, service_of(request).settings.most_jobs)
        audit.note(session, who, "run", deal_id, run_id, resumed=True)

    return _changed(request, who, deal_id, "resumed", change)


@router.post("/deals/{deal_id}/memo")
def make_memo(request: Request, who: Who, deal_id: DealId, form: Line = "pdf", quick: Box = False) -> Response:
    """Let a memo be made, as a job."""
    service = service_of(request)
    if form not in ("pdf", "docx", "html", "xlsx"):
        form = "pdf"
    language = language_of(request, who)
    with told(request, who):
        try:
            asked = DealAsked(deal=deal_id)
            body = MemoAsked(of=asked, form=form, quick=quick, language=language)  # type: ignore[arg-type]
            wishes = body.model_dump(
                mode="json", include={"form", "paths", "seed", "engine", "p_loss", "quick", "date"}
            )
            found = asked_runs.of_one(service, who, body, "memo", wishes, language)
            with service.database.writing() as session:
                enqueued(service, session, who, found)
        except RisksimError as error:
            return _wrong(request, who, deal_id, Said(problem=of_error(error), at="runs", kept={"form": form}))
    return RedirectResponse(f"/deals/{deal_id}?done=memo#runs", 303)


@router.get("/deals/{deal_id}/delete")
def ask_before_deleting(request: Request, who: Who, deal_id: DealId) -> HTMLResponse:
    """Ask once more before a deal is deleted."""
    with service_of(request).database.reading() as session:
        deal = deals.find(session, who, deal_id, "delete")
        members = deals.members(session, who, deal_id)
    return render(
        request, who, "deal_delete.html", deal=deal, members=members, roles=ROLE, back=f"/deals/{deal_id}/delete"
    )


@router.post("/deals/{deal_id}/delete")
def delete(request: Request, who: Who, deal_id: DealId) -> Response:
    """Delete a deal with all that hangs on it."""
    with service_of(request).database.writing() as session:
        deals.delete(session, who, deal_id)
        audit.note(session, who, "delete", deal_id)
    return RedirectResponse("/deals?done=deleted", 303)


def _changed(
    request: Request, who: Principal, deal_id: str, done: str, change: Callable[[Session], None], **kept: str
) -> Response:
    """Change a deal and say so, or show its page again with what was wrong."""
    at = DONE[done].at
    return changed(
        request,
        who,
        change,
        f"/deals/{deal_id}?done={done}#{at}",
        lambda problem: _wrong(request, who, deal_id, Said(problem=problem, at=at, kept=kept)),
    )


def _wrong(request: Request, who: Principal, deal_id: str, said: Said) -> HTMLResponse:
    """The page of a deal with what was wrong, for whom may do this at all."""
    if said.problem is not None and said.status in (401, 403, 404):
        raise said.problem
    return _deal(request, who, deal_id, said)
