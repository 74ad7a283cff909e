"""Deals under ``/api/v1``: their revisions, what differs between two, and who may do what with them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy.orm import Session

from risksim.service.access import audit
from risksim.service.access.permission import Role
from risksim.service.access.principal import Principal
from risksim.service.access.who import asking
from risksim.service.context import service_of
from risksim.service.routes.once import IdempotencyKey, fingerprint, once
from risksim.service.routes.pages import Cursor, Limit, next_page
from risksim.service.routes.shapes import (
    DealMade,
    DealPage,
    DealRenamed,
    DealShown,
    DiffShown,
    MemberPage,
    MemberPut,
    MemberShown,
    RevisionMade,
    RevisionPage,
    RevisionShown,
    RevisionText,
)
from risksim.service.store import deals
from risksim.service.store.compiled import check_text, compiled, digest_of
from risksim.service.store.tables import Deal, Revision

router = APIRouter(prefix="/api/v1/deals", tags=["deals"])
Who = Annotated[Principal, Depends(asking)]
DealId = Annotated[str, Path(pattern="^[0-9a-f]{24}$", description="Identifier of the deal.")]
AccountId = Annotated[str, Path(pattern="^[0-9a-z]{1,24}$", description="Identifier of the account.")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the revision.")]


@router.get("", response_model=DealPage)
def list_deals(request: Request, response: Response, who: Who, after: Cursor = None, limit: Limit = 50) -> DealPage:
    """The deals that the one who asks may see, the newest first."""
    with service_of(request).database.reading() as session:
        found = deals.listed(session, who, after, limit)
    shown = [_shown(one.deal, one.role) for one in found.deals]
    return DealPage(deals=shown, next=next_page(request, response, found.next))


@router.post("", response_model=DealShown, status_code=201)
def create_deal(
    request: Request, response: Response, body: DealMade, who: Who, key: IdempotencyKey = None
) -> DealShown:
    """Keep a scenario file as a new deal, private to who makes it. Its text becomes revision 1."""
    service = service_of(request)
    read_before(body.text, draft=body.draft)

    def make(session: Session) -> tuple[int, dict[str, Any]]:
        deal = deals.create(session, who, body.name, body.text, body.note, draft=body.draft)
        audit.note(session, who, "create", deal.id)
        return 201, {"deal": deal.id}

    _status, made = once(service, who, key, fingerprint(request.url.path, body), make)
    with service.database.reading() as session:
        shown = _found(session, who, deals.find(session, who, made["deal"], "view"))
    response.headers["Location"] = shown.address
    return shown


@router.get("/{deal_id}", response_model=DealShown)
def get_deal(request: Request, deal_id: DealId, who: Who) -> DealShown:
    """A deal: its name, its last revision, and what the one who asks is to it."""
    with service_of(request).database.reading() as session:
        return _found(session, who, deals.find(session, who, deal_id, "view"))


@router.patch("/{deal_id}", response_model=DealShown)
def rename_deal(request: Request, deal_id: DealId, body: DealRenamed, who: Who) -> DealShown:
    """Give a deal another name."""
    with service_of(request).database.writing() as session:
        audit.note(session, who, "edit", deal_id)
        return _found(session, who, deals.rename(session, who, deal_id, body.name))


@router.delete("/{deal_id}", status_code=204)
def delete_deal(request: Request, deal_id: DealId, who: Who) -> Response:
    """Delete a deal with all its revisions, runs and links. It cannot be brought back."""
    with service_of(request).database.writing() as session:
        deals.delete(session, who, deal_id)
        audit.note(session, who, "delete", deal_id)
    return Response(status_code=204)


def read_before(text: str, *, draft: bool) -> None:
    """Compile a text before a transaction begins, so that nobody waits for a compiler with the database held.

    Raises
    ------
    RisksimError
        With every mistake of the text, unless it is a draft.
    """
    check_text(text)
    if draft:
        digest_of(text)
    else:
        compiled(text)


# Revisions


@router.get("/{deal_id}/revisions", response_model=RevisionPage)
def list_revisions(
    request: Request,
    response: Response,
    deal_id: DealId,
    who: Who,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Only those older than this number.")] = None,
    limit: Limit = 50,
) -> RevisionPage:
    """The revisions of a deal without their texts, the last one first."""
    with service_of(request).database.reading() as session:
        found = deals.revisions(session, who, deal_id, before, limit + 1)
        shown = [RevisionShown(**_told(one)) for one in found[:limit]]
    next_one = str(shown[-1].number) if len(found) > limit else None
    return RevisionPage(revisions=shown, next=next_page(request, response, next_one, "before"))


@router.post("/{deal_id}/revisions", response_model=RevisionShown, status_code=201)
def append_revision(
    request: Request, response: Response, deal_id: DealId, body: RevisionMade, who: Who, key: IdempotencyKey = None
) -> RevisionShown:
    """Add a state of the file. Nothing is ever overwritten.

    `based_on` is the number of the revision that was changed. If it is no longer the last, the answer is 409 with what
    differs, and nothing is added.
    """
    service = service_of(request)
    read_before(body.text, draft=body.draft)

    def make(session: Session) -> tuple[int, dict[str, Any]]:
        made = deals.revise(session, who, deal_id, body.text, body.based_on, body.note, draft=body.draft)
        audit.note(session, who, "edit", deal_id, revision=made.number)
        return 201, {"number": made.number}

    _status, made = once(service, who, key, fingerprint(request.url.path, body), make)
    with service.database.reading() as session:
        shown = RevisionShown(**_told(deals.revision(session, who, deal_id, made["number"])))
    response.headers["Location"] = shown.address
    return shown


@router.get("/{deal_id}/revisions/latest", response_model=RevisionText)
def get_latest_revision(request: Request, deal_id: DealId, who: Who) -> RevisionText:
    """The last revision of a deal with its text."""
    return _with_text(request, deal_id, who, None)


@router.get("/{deal_id}/revisions/{number}", response_model=RevisionText)
def get_revision(request: Request, deal_id: DealId, number: Number, who: Who) -> RevisionText:
    """A revision of a deal with its text."""
    return _with_text(request, deal_id, who, number)


def _with_text(request: Request, deal_id: str, who: Principal, number: int | None) -> RevisionText:
    with service_of(request).database.writing() as session:
        found = deals.revision(session, who, deal_id, number)
        audit.note(session, who, "view", deal_id)
        return RevisionText(**_told(found), text=found.text)


@router.get("/{deal_id}/diff", response_model=DiffShown)
def diff_revisions(
    request: Request,
    deal_id: DealId,
    who: Who,
    first: Annotated[int, Query(ge=1, le=2**31 - 1, description="Number of one revision.")],
    second: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Of the other; left out, the last.")] = None,
) -> DiffShown:
    """What differs between two revisions: line by line, and in words."""
    with service_of(request).database.writing() as session:
        one, other = (deals.revision(session, who, deal_id, number) for number in (first, second))
        audit.note(session, who, "view", deal_id)
    found = deals.diff(one, other)
    return DiffShown(
        first=one.number,
        second=other.number,
        unified=found.unified,
        words=None if found.words is None else list(found.words),
    )


# Members


@router.get("/{deal_id}/members", response_model=MemberPage)
def list_members(request: Request, deal_id: DealId, who: Who) -> MemberPage:
    """Who may do what with a deal."""
    with service_of(request).database.reading() as session:
        return MemberPage(members=[_member(one) for one in deals.members(session, who, deal_id)])


@router.put("/{deal_id}/members", response_model=MemberShown)
def put_member(request: Request, deal_id: DealId, body: MemberPut, who: Who) -> MemberShown:
    """Let somebody see or change a deal, or something else than before."""
    with service_of(request).database.writing() as session:
        member = deals.share(session, who, deal_id, body.email, body.role)
        audit.note(session, who, "share", deal_id, account=member.account_id, role=member.role)
        there = [_member(one) for one in deals.members(session, who, deal_id)]
    return next(one for one in there if one.account == member.account_id)


@router.delete("/{deal_id}/members/{account_id}", status_code=204)
def delete_member(request: Request, deal_id: DealId, account_id: AccountId, who: Who) -> Response:
    """Share a deal with somebody no longer."""
    with service_of(request).database.writing() as session:
        deals.unshare(session, who, deal_id, account_id)
        audit.note(session, who, "share", deal_id, account=account_id, role=None)
    return Response(status_code=204)


# As they are shown


def _found(session: Session, who: Principal, deal: Deal) -> DealShown:
    return _shown(deal, deals.role_of(session, who, deal.id))


def _shown(deal: Deal, role: Role | None) -> DealShown:
    return DealShown(
        id=deal.id,
        name=deal.name,
        role=role,
        latest=deal.latest,
        created_at=deal.created_at,
        changed_at=deal.changed_at,
        address=f"/api/v1/deals/{deal.id}",
    )


def _told(revision: Revision) -> dict[str, Any]:
    return {
        "deal": revision.deal_id,
        "number": revision.number,
        "digest": revision.digest,
        "note": revision.note,
        "by": revision.account_id,
        "created_at": revision.created_at,
        "address": f"/api/v1/deals/{revision.deal_id}/revisions/{revision.number}",
    }


def _member(one: deals.MemberShown) -> MemberShown:
    account = one.account
    return MemberShown(account=account.id, email=account.email, name=account.name, role=one.role, since=one.since)
