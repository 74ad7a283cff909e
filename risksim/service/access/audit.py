"""The audit log: who did what, when, with which deal. Lines are added and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from risksim.service.access.principal import Principal
from risksim.service.store.tables import Account, Deal, Event, Link, Member

Deed = Literal[
    "sign-in", "sign-in-refused", "sign-out", "password", "account", "token", "link",
    "create", "view", "run", "export", "edit", "share", "delete",
]  # fmt: skip
"""What is noted."""


def note(
    session: Session,
    principal: Principal,
    action: Deed,
    deal_id: str | None = None,
    run_id: str | None = None,
    **detail: Any,
) -> None:
    """Add a line, kept with whatever else the session writes.

    Parameters
    ----------
    session : Session
        Where it is written.
    principal : Principal
        Who did it.
    action : str
        What they did.
    deal_id, run_id : str, optional
        With what.
    **detail
        What else is worth knowing: identifiers and names of what was done, never a value of a deal, never a secret.
    """
    session.add(
        Event(
            account_id=principal.account_id,
            by=principal.by[:60],
            action=action,
            deal_id=deal_id,
            run_id=run_id,
            detail=detail,
        )
    )


class Line(NamedTuple):
    """A line of the log, as it is read."""

    event: Event
    who: str
    """E-mail address of who did it; empty where nobody is known, or the account is gone."""
    deal: str
    """Name of the deal; empty where there is none any more, or it is shared with the reader no longer."""


Sort = Literal["all", "deals", "sign-ins"]
OF_SIGNING_IN: tuple[Deed, ...] = ("sign-in", "sign-in-refused", "sign-out", "password", "account", "token")
"""What is noted of accounts."""


def listed(
    session: Session,
    principal: Principal,
    sort: Sort = "all",
    deal_id: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Line]:
    """Lines that somebody may read, the newest first: their own, those of deals they own, and for an admin sign-ins.

    Parameters
    ----------
    session : Session
        Where the log is.
    principal : Principal
        Who reads.
    sort : {"all", "deals", "sign-ins"}
        Which lines.
    deal_id : str, optional
        Of which deal alone.
    before : int, optional
        Lines older than this one.
    limit : int
        Lines at most.

    Returns
    -------
    list of Line
    """
    asked = (
        select(Event, Account.email, Deal.name)
        .outerjoin(Account, Account.id == Event.account_id)
        .outerjoin(Deal, and_(Deal.id == Event.deal_id, Deal.id.in_(_shared_with(principal))))
        .where(_readable(principal))
        .order_by(Event.id.desc())
        .limit(limit)
    )
    if sort != "all":
        asked = asked.where(Event.action.in_(OF_SIGNING_IN) if sort == "sign-ins" else Event.deal_id.is_not(None))
    if deal_id is not None:
        asked = asked.where(Event.deal_id == deal_id)
    if before is not None:
        asked = asked.where(Event.id < before)
    return [Line(event, email or "", name or "") for event, email, name in session.execute(asked)]


def names(session: Session, lines: Sequence[Line]) -> dict[str, str]:
    """What links are for and the addresses of accounts, by the identifiers that lines hold.

    Whoever may read such a line made the link or the account, shared the deal with them, or owns it.

    Parameters
    ----------
    session : Session
        Where the log is.
    lines : sequence of Line
        As `listed` gives them.

    Returns
    -------
    dict of str to str
        Of what is still there and has a name.
    """
    said = {str(line.event.detail[key]) for line in lines for key in ("link", "account") if key in line.event.detail}
    said |= {line.event.by.removeprefix("link:") for line in lines if line.event.by.startswith("link:")}
    found = [
        *session.execute(select(Link.id, Link.name).where(Link.id.in_(said))),
        *session.execute(select(Account.id, Account.email).where(Account.id.in_(said))),
    ]
    return {one: name for one, name in found if name}


def _shared_with(principal: Principal) -> Select[str]:
    """The deals whose names somebody may read now; what they did with others stays in their lines."""
    return select(Member.deal_id).where(Member.account_id == principal.account_id)


def _readable(principal: Principal) -> ColumnElement[bool]:
    if principal.account_id is None or "read" not in principal.scopes:
        return false()
    owned = select(Member.deal_id).where(Member.account_id == principal.account_id, Member.role == "owner")
    may = [Event.account_id == principal.account_id, Event.deal_id.in_(owned)]
    if principal.is_admin:
        may.append(Event.action.in_(OF_SIGNING_IN))
    return or_(*may)
