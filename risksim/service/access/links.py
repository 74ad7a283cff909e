"""Links: whoever holds one may look at one deal and move its sliders, until it expires or is revoked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from risksim.language import _
from risksim.service.access import secret
from risksim.service.access.accounts import named
from risksim.service.access.audit import note
from risksim.service.access.principal import Principal
from risksim.service.problems import Problem, not_found
from risksim.service.store import deals
from risksim.service.store.tables import Link, now

ADDRESS = "/s/"
"""Where a link begins; its secret follows."""
MOST_DAYS = 90
MOST = 50
"""Open links at most of one deal."""


def make(session: Session, principal: Principal, deal_id: str, name: str, days: int) -> tuple[Link, str]:
    """Make a link; returns it and its path, which nobody sees again.

    Parameters
    ----------
    session : Session
        Where it is written.
    principal : Principal
        Who makes it: somebody who may share the deal.
    deal_id : str
        What it opens.
    name : str
        Whom it is for.
    days : int
        After how many days it expires, 90 at most.

    Raises
    ------
    Problem
        404 or 403 where they may not share the deal, 422 for what is not allowed, 409 where there are too many.
    """
    deals.find(session, principal, deal_id, "share")
    if not 1 <= days <= MOST_DAYS:
        raise Problem(
            "no-link",
            422,
            _("No such link can be made"),
            _("A link may last from 1 to {most} days.", most=MOST_DAYS),
        )
    count = session.scalar(
        select(func.count()).where(Link.deal_id == deal_id, Link.revoked_at.is_(None), Link.expires_at > now())
    )
    if (count or 0) >= MOST:
        raise Problem(
            "too-many", 409, _("Too many links"), _("The deal has {count} open links. Revoke one first.", count=count)
        )
    shown = secret.made(secret.LINK)
    made = Link(
        secret_hash=secret.hashed(shown),
        deal_id=deal_id,
        account_id=principal.account_id,
        name=named(name),
        expires_at=now() + dt.timedelta(days=days),
    )
    session.add(made)
    session.flush()
    note(session, principal, "share", deal_id, link=made.id, days=days)
    return made, f"{ADDRESS}{shown}"


def find(session: Session, shown: str) -> Link | None:
    """The link of a secret; None where it is unknown, revoked or expired."""
    found = session.scalar(select(Link).where(Link.secret_hash == secret.hashed(shown)))
    return found if found is not None and is_open(found) else None


def is_open(one: Link) -> bool:
    """Whether a link still opens its deal."""
    return one.revoked_at is None and now() < one.expires_at


def listed(session: Session, principal: Principal, deal_id: str) -> Sequence[Link]:
    """The open links of a deal, the newest first, for somebody who may share it."""
    deals.find(session, principal, deal_id, "share")
    return session.scalars(
        select(Link)
        .where(Link.deal_id == deal_id, Link.revoked_at.is_(None), Link.expires_at > now())
        .order_by(Link.created_at.desc(), Link.id)
    ).all()


def revoke(session: Session, principal: Principal, deal_id: str, link_id: str) -> None:
    """Let a link open nothing any more.

    Raises
    ------
    Problem
        404 or 403 where they may not share the deal, 404 where it has no such link.
    """
    deals.find(session, principal, deal_id, "share")
    found = session.get(Link, link_id)
    if found is None or found.deal_id != deal_id:
        raise not_found(_("link"))
    if found.revoked_at is None:
        found.revoked_at = now()
        note(session, principal, "share", deal_id, link=link_id, revoked=True)
