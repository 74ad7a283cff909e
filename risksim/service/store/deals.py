"""Deals and their revisions. Whoever may not see a deal gets the same answer as if there were none.

Every function wants the session of a transaction and who asks; what changes something wants one that writes. A text is
compiled before the database is asked, so that nobody waits for a compiler while a transaction is open.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from risksim.language import _
from risksim.service.access.permission import ROLES, Action, Role, may
from risksim.service.access.principal import Principal
from risksim.service.problems import Problem, not_found
from risksim.service.store.compiled import check_letters, check_text, compiled, digest_of
from risksim.service.store.differences import Differences, differences
from risksim.service.store.tables import Account, Deal, Member, Revision, now

MOST_LISTED = 100
"""Entries at most of one page of a list."""
MOST_NAME = 200
MOST_NOTE = 500


class DealListed(NamedTuple):
    """A deal in a list."""

    deal: Deal
    role: Role | None
    """What the one who asks is to it; None for who holds a link."""


class Listed(NamedTuple):
    """A page of a list."""

    deals: tuple[DealListed, ...]
    next: str | None
    """Where the next page begins; None on the last one."""


class MemberShown(NamedTuple):
    """Somebody with whom a deal is shared."""

    account: Account
    role: Role
    since: dt.datetime


# Finding


def role_of(session: Session, principal: Principal, deal_id: str) -> Role | None:
    """What somebody is to a deal."""
    if principal.account_id is None:
        return None
    found = session.get(Member, (deal_id, principal.account_id))
    return None if found is None else cast("Role", found.role)


def find(session: Session, principal: Principal, deal_id: str, action: Action) -> Deal:
    """A deal with which somebody may do something.

    Raises
    ------
    Problem
        404 if there is none or they may not see it, in the same words; 403 if they see it but may not do this.
    """
    if "\0" in deal_id:  # no identifier; PostgreSQL would not even look for it
        raise not_found(_("deal"))
    role = role_of(session, principal, deal_id)
    if not may(principal, "view", deal_id, role):
        raise not_found(_("deal"))
    deal = session.scalar(select(Deal).where(Deal.id == deal_id))
    if deal is None:
        raise not_found(_("deal"))
    if not may(principal, action, deal_id, role):
        raise not_allowed()
    return deal


def not_allowed() -> Problem:
    """They see the deal, but may not do this with it."""
    return Problem("not-allowed", 403, _("Not allowed"), _("You may look at this deal, but not do this with it."))


def no_account(principal: Principal) -> Problem:
    """What they ask needs an account, or more scope than their token has."""
    if principal.kind == "nobody":
        return Problem("sign-in", 401, _("Sign in first"), _("Sign in, or send a token, and ask again."))
    return Problem(
        "not-allowed", 403, _("Not allowed"), _("This needs an account, or a token that was made for it as well.")
    )


# Lists


def listed(session: Session, principal: Principal, after: str | None = None, limit: int = 50) -> Listed:
    """The deals that somebody may see, the newest first.

    Parameters
    ----------
    session : Session
        Of the database.
    principal : Principal
        Who asks.
    after : str, optional
        Where the page begins: `Listed.next` of the page before.
    limit : int
        Deals at most.

    Returns
    -------
    Listed
    """
    limit = max(1, min(limit, MOST_LISTED))
    if principal.kind == "link":
        only = None if principal.deal_id is None else session.get(Deal, principal.deal_id)
        return Listed(() if only is None else (DealListed(only, None),), None)
    if principal.account_id is None or not may(principal, "view", "", "viewer"):
        return Listed((), None)
    asked = (
        select(Deal, Member.role)
        .join(Member, Member.deal_id == Deal.id)
        .where(Member.account_id == principal.account_id)
        .order_by(Deal.created_at.desc(), Deal.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        at, deal_id = _from_cursor(after)
        asked = asked.where(or_(Deal.created_at < at, and_(Deal.created_at == at, Deal.id < deal_id)))
    found = [DealListed(deal, cast("Role", role)) for deal, role in session.execute(asked)]
    more = len(found) > limit
    return Listed(tuple(found[:limit]), _cursor(found[limit - 1].deal) if more else None)


def _cursor(deal: Deal) -> str:
    said = json.dumps([deal.created_at.isoformat(), deal.id])
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def _from_cursor(cursor: str) -> tuple[dt.datetime, str]:
    try:
        at, deal_id = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        moment = dt.datetime.fromisoformat(at)
        if not isinstance(deal_id, str) or "\0" in deal_id or moment.tzinfo is None:
            raise ValueError(cursor)
        return moment.astimezone(dt.UTC), deal_id
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise no_such_page() from None


def no_such_page() -> Problem:
    """A list has no page that begins there."""
    return Problem(
        "no-such-page",
        422,
        _("No such page"),
        _("This is no page of a list. Ask again without `after`, and follow `next` from there."),
    )


# Making and changing


def create(
    session: Session, principal: Principal, name: str, text: str, note: str = "", *, draft: bool = False
) -> Deal:
    """Keep a new deal; whoever makes it owns it.

    Parameters
    ----------
    session : Session
        One that writes.
    principal : Principal
        Who asks.
    name : str
        What to call it; empty takes the name in the text.
    text : str
        A scenario file.
    note : str
        Why.
    draft : bool
        Keep it though it has mistakes.

    Returns
    -------
    Deal

    Raises
    ------
    RisksimError
        With every mistake of the text, unless it is a draft.
    """
    digest = _digest(text, draft)
    name, note = _name(name or _name_in(text, digest)), _note(note)
    if principal.account_id is None or not all(may(principal, one, "", "owner") for one in ("view", "edit")):
        raise no_account(principal)  # who makes it owns it, and is told of it
    deal = Deal(name=name, latest=1)
    session.add(deal)
    session.flush()
    session.add(Member(deal_id=deal.id, account_id=principal.account_id, role="owner"))
    session.add(
        Revision(deal_id=deal.id, number=1, text=text, digest=digest, note=note, account_id=principal.account_id)
    )
    session.flush()
    return deal


def revise(
    session: Session,
    principal: Principal,
    deal_id: str,
    text: str,
    based_on: int,
    note: str = "",
    *,
    draft: bool = False,
) -> Revision:
    """Add a revision to a deal.

    Parameters
    ----------
    session, principal, text, note, draft
        As in `create`.
    deal_id : str
        Which deal.
    based_on : int
        Number of the revision that was changed into this text.

    Returns
    -------
    Revision
        The new one; the last one where the text is the same.

    Raises
    ------
    Problem
        409 if somebody else was quicker; it carries what they changed.
    """
    digest, note = _digest(text, draft), _note(note)
    deal = find(session, principal, deal_id, "edit")
    last = _revision(session, deal_id, deal.latest)
    if based_on != deal.latest:
        raise _conflict(session, deal, based_on, last)
    if text == last.text:
        return last
    moved = session.execute(
        update(Deal)
        .where(Deal.id == deal_id, Deal.latest == based_on)
        .values(latest=based_on + 1, changed_at=now())
        .execution_options(synchronize_session=False)
    )
    session.refresh(deal)
    if cast("Any", moved).rowcount != 1:
        raise _conflict(session, deal, based_on, _revision(session, deal_id, deal.latest))
    new = Revision(
        deal_id=deal_id, number=based_on + 1, text=text, digest=digest, note=note, account_id=principal.account_id
    )
    session.add(new)
    session.flush()
    return new


def rename(session: Session, principal: Principal, deal_id: str, name: str) -> Deal:
    """Call a deal otherwise; its file stays."""
    deal = find(session, principal, deal_id, "edit")
    deal.name = _name(name)
    session.flush()
    return deal


def delete(session: Session, principal: Principal, deal_id: str) -> None:
    """Delete a deal with its revisions, runs, links and members."""
    session.delete(find(session, principal, deal_id, "delete"))
    session.flush()


def _digest(text: str, draft: bool) -> str | None:
    check_text(text)
    return digest_of(text) if draft else compiled(text).plan.digest


def _name_in(text: str, digest: str | None) -> str:
    return compiled(text).scenario.name[:MOST_NAME] if digest else _("Draft")


def _name(name: str) -> str:
    check_letters(name)
    name = " ".join(name.split())
    if 0 < len(name) <= MOST_NAME and name.isprintable():
        return name
    raise Problem(
        "bad-name",
        422,
        _("A name that cannot be used"),
        _("A deal's name is one line of 1 to {most} letters. Choose another.", most=MOST_NAME),
    )


def _note(note: str) -> str:
    check_letters(note)
    note = note.strip()
    if len(note) <= MOST_NOTE:
        return note
    raise Problem(
        "long-note",
        422,
        _("A note that is too long"),
        _("A note has at most {most} letters. Shorten it.", most=MOST_NOTE),
    )


def _conflict(session: Session, deal: Deal, based_on: int, last: Revision) -> Problem:
    base = session.get(Revision, (deal.id, based_on)) if 0 < based_on <= deal.latest else None
    if base is None:
        return Problem(
            "no-such-revision",
            422,
            _("No such revision"),
            _(
                "The deal has revisions 1 to {latest}; {got} is none of them. Name the one that you changed.",
                latest=deal.latest,
                got=based_on,
            ),
        )
    found = between(base, last)
    return Problem(
        "changed-meanwhile",
        409,
        _("Somebody else changed the deal meanwhile"),
        _(
            "You changed revision {based_on}; the last one is {latest}. Look at what changed since, put your changes "
            "into revision {latest} and save again.",
            based_on=based_on,
            latest=deal.latest,
        ),
        more={
            "latest": deal.latest,
            "based_on": based_on,
            "diff": found.unified,
            "words": None if found.words is None else list(found.words),
        },
    )


# Revisions


def revision(
    session: Session, principal: Principal, deal_id: str, number: int | None = None, action: Action = "view"
) -> Revision:
    """One revision of a deal; the last where no number is given."""
    deal = find(session, principal, deal_id, action)
    if number is not None and number < first_seen(session, principal, deal_id):
        raise not_found(_("revision"))
    return _revision(session, deal_id, deal.latest if number is None else number)


def first_seen(session: Session, principal: Principal, deal_id: str) -> int:
    """Number of the first revision that somebody may see.

    Members see all of them. A link shows what the deal is and becomes, so what had been replaced when it was made stays
    with the members.
    """
    if principal.since is None or role_of(session, principal, deal_id) is not None:
        return 1
    there = select(func.max(Revision.number)).where(Revision.deal_id == deal_id, Revision.created_at <= principal.since)
    return session.scalar(there) or 1


def revisions(
    session: Session, principal: Principal, deal_id: str, before: int | None = None, limit: int = 50
) -> tuple[Revision, ...]:
    """The revisions of a deal, the last first.

    Parameters
    ----------
    session : Session
        Of the database.
    principal : Principal
        Who asks.
    deal_id : str
        Which deal.
    before : int, optional
        Only those with a smaller number: the next page.
    limit : int
        Revisions at most.

    Returns
    -------
    tuple of Revision
    """
    find(session, principal, deal_id, "view")
    seen = Revision.number >= first_seen(session, principal, deal_id)
    asked = select(Revision).where(Revision.deal_id == deal_id, seen).order_by(Revision.number.desc())
    if before is not None:
        asked = asked.where(Revision.number < min(before, _MOST_NUMBER))
    return tuple(session.scalars(asked.limit(max(1, min(limit, MOST_LISTED)))))


_MOST_NUMBER = 2**31 - 1
"""The largest number that the databases compare with."""


def between(first: Revision, second: Revision) -> Differences:
    """What one revision says otherwise than another."""
    return differences(first.text, second.text, (f"revision {first.number}", f"revision {second.number}"))


diff = between
"""The same, by its other name."""


def _revision(session: Session, deal_id: str, number: int) -> Revision:
    found = session.get(Revision, (deal_id, number)) if 0 < number <= _MOST_NUMBER else None
    if found is None:
        raise not_found(_("revision"))
    return found


# Sharing


def members(session: Session, principal: Principal, deal_id: str) -> tuple[MemberShown, ...]:
    """With whom a deal is shared: owners first. Only those hear it who are members themselves."""
    find(session, principal, deal_id, "view")
    if role_of(session, principal, deal_id) is None:
        raise not_allowed()
    asked = select(Account, Member).join(Member, Member.account_id == Account.id).where(Member.deal_id == deal_id)
    found = [
        MemberShown(account, cast("Role", member.role), member.since) for account, member in session.execute(asked)
    ]
    return tuple(sorted(found, key=lambda one: (ROLES.index(one.role), one.account.email)))


def share(session: Session, principal: Principal, deal_id: str, email: str, role: Role) -> Member:
    """Share a deal with somebody, or give them another role.

    Raises
    ------
    Problem
        If nobody has that address, or the deal would have no owner left.
    """
    find(session, principal, deal_id, "share")
    if role not in ROLES:
        raise Problem(
            "no-such-role",
            422,
            _("No such role"),
            _("A role is one of {roles}. Choose one.", roles=", ".join(ROLES)),
        )
    check_letters(email)
    account = session.scalar(select(Account).where(Account.email == email.strip().lower(), Account.closed_at.is_(None)))
    if account is None:
        raise Problem(
            "no-such-person",
            422,
            _("Nobody has this address"),
            _("Nobody signs in here with this e-mail address. Look at its spelling, or ask for an account for them."),
        )
    return _give(session, deal_id, account.id, role)


def unshare(session: Session, principal: Principal, deal_id: str, account_id: str) -> None:
    """Share a deal no longer with somebody; everybody may leave a deal themselves, but its last owner."""
    find(session, principal, deal_id, "view" if account_id == principal.account_id else "share")
    if account_id == principal.account_id and not may(principal, "edit", "", "owner"):
        raise not_allowed()  # a token that only reads changes nothing, not even this
    check_letters(account_id)
    hold(session, [deal_id])
    _keep_an_owner(session, deal_id, account_id)
    member = session.get(Member, (deal_id, account_id))
    if member is None:
        raise not_found(_("member"))
    session.delete(member)
    session.flush()


def _give(session: Session, deal_id: str, account_id: str, role: Role) -> Member:
    hold(session, [deal_id])
    if role != "owner":
        _keep_an_owner(session, deal_id, account_id)
    member = session.get(Member, (deal_id, account_id))
    if member is None:
        member = Member(deal_id=deal_id, account_id=account_id, role=role)
        session.add(member)
    member.role = role
    session.flush()
    return member


def _keep_an_owner(session: Session, deal_id: str, but: str) -> None:
    """Refuse to take from a deal its last owner."""
    owners = select(Member.account_id).where(Member.deal_id == deal_id, Member.role == "owner")
    if set(session.scalars(owners)) == {but}:
        raise Problem(
            "last-owner",
            409,
            _("The last owner"),
            _("A deal has an owner. Make somebody else its owner first, or delete the deal."),
        )


def hold(session: Session, deal_ids: Sequence[str]) -> None:
    """Let nobody else change who owns these deals until the transaction ends, so that two don't leave one at once."""
    session.execute(select(Deal.id).where(Deal.id.in_(deal_ids)).order_by(Deal.id).with_for_update())


def owned_alone(session: Session, account_id: str) -> tuple[Deal, ...]:
    """The deals that have no owner but this one."""
    owners = (
        select(Member.deal_id).where(Member.role == "owner").group_by(Member.deal_id).having(func.count() == 1)
    ).scalar_subquery()
    asked = (
        select(Deal)
        .join(Member, Member.deal_id == Deal.id)
        .where(Member.account_id == account_id, Member.role == "owner", Deal.id.in_(owners))
        .order_by(Deal.name)
    )
    return tuple(session.scalars(asked))
