"""What is kept about a person: taken out as one file, or deleted.

Deals are not a person's own where others own them too: those stay, without the person's name on them. What only this
person owns goes with the account, after the person was told which deals those are.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from typing import Any, NamedTuple

from sqlalchemy import String, cast, delete, func, select
from sqlalchemy.orm import Session

from risksim.language import _
from risksim.service.access import accounts
from risksim.service.problems import Problem
from risksim.service.store import deals
from risksim.service.store.tables import (
    LOCAL,
    Account,
    Deal,
    Event,
    Link,
    Member,
    Remembered,
    Revision,
    Run,
    SignIn,
    Table,
    Token,
)

_SECRET = {"secret_hash", "password_hash"}
"""Columns that not even the person gets: a hash may be tried out at leisure."""
_MOST_SLUG = 60


class Going(NamedTuple):
    """What goes with an account, and what stays."""

    deals: tuple[Deal, ...]
    """Owned by nobody else: they are deleted."""
    staying: tuple[Deal, ...]
    """Shared: they stay with their other owners."""
    runs: int
    """Runs that are deleted."""


def going(session: Session, account_id: str) -> Going:
    """What would go with an account, to be told before it is done.

    Parameters
    ----------
    session : Session
        Of the database.
    account_id : str
        Whose.

    Returns
    -------
    Going
    """
    alone = deals.owned_alone(session, account_id)
    member_of = select(Deal).join(Member, Member.deal_id == Deal.id).where(Member.account_id == account_id)
    names = {deal.id for deal in alone}
    staying = tuple(deal for deal in session.scalars(member_of.order_by(Deal.name)) if deal.id not in names)
    theirs = (Run.account_id == account_id) | Run.deal_id.in_(names)
    runs = session.scalar(select(func.count()).select_from(Run).where(theirs)) or 0
    return Going(alone, staying, runs)


def leave(session: Session, account_id: str) -> Going:
    """Delete an account with all that is this person's own; what was deleted, and what stays.

    Sessions, tokens, links, runs and the deals that nobody else owns go. Deals with other owners stay; what the person
    wrote in them stays without a name. Lines of the log keep the account's identifier and nothing else of the person.

    Parameters
    ----------
    session : Session
        One that writes.
    account_id : str
        Whose.

    Returns
    -------
    Going

    Raises
    ------
    Problem
        404 if there is no such account, 409 for the last admin and for the one person on loopback.
    """
    account = accounts.of_id(session, account_id)
    if account_id == LOCAL:
        raise Problem(
            "no-account",
            409,
            _("There is no account to delete"),
            _("You work here without an account. Delete your deals one by one, or the folder of the service."),
        )
    accounts.close(session, account)  # refuses the last admin
    owned = select(Member.deal_id).where(Member.account_id == account_id, Member.role == "owner")
    deals.hold(session, session.scalars(owned).all())  # else two who leave at once leave a deal that nobody owns
    gone = going(session, account_id)
    for deal in gone.deals:
        session.delete(deal)
    session.execute(delete(Link).where(Link.account_id == account_id))
    session.execute(delete(Remembered).where(Remembered.who == account_id))
    _forget(session, account.email, account_id)
    session.flush()
    session.execute(delete(Account).where(Account.id == account_id))
    session.expire_all()
    return gone


def _forget(session: Session, email: str, account_id: str) -> None:
    """Put the identifier where a line of the log has the e-mail address."""
    asked = json.dumps(email)[1:-1]  # as JSON writes it
    for event in session.scalars(select(Event).where(cast(Event.detail, String).contains(asked, autoescape=True))):
        event.detail = {key: account_id if value == email else value for key, value in event.detail.items()}


def exported(session: Session, account_id: str) -> bytes:
    """Everything that is kept about a person, as one zip.

    Parameters
    ----------
    session : Session
        Of the database.
    account_id : str
        Whose.

    Returns
    -------
    bytes
        ``account.json``, what hangs on the account as JSON, and every revision of the deals that the person owns as
        YAML. No hash of a password or token.

    Raises
    ------
    Problem
        404 if there is no such account.
    """
    account = accounts.of_id(session, account_id)
    held: dict[str, Any] = {
        "account.json": _row(account),
        "sessions.json": _rows(session, SignIn, SignIn.account_id == account_id),
        "tokens.json": _rows(session, Token, Token.account_id == account_id),
        "links.json": _rows(session, Link, Link.account_id == account_id),
        "runs.json": _rows(session, Run, Run.account_id == account_id),
        "log.json": _rows(session, Event, Event.account_id == account_id),
    }
    own, shared = [], []
    member_of = select(Deal, Member.role, Member.since).join(Member, Member.deal_id == Deal.id)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for deal, role, since in session.execute(member_of.where(Member.account_id == account_id).order_by(Deal.id)):
            said = {"id": deal.id, "name": deal.name, "role": role, "since": _said(since)}
            if role != "owner":
                written = (Revision.deal_id == deal.id) & (Revision.account_id == account_id)
                shared.append(said | {"revisions_by_you": _numbers(session, written)})
                continue
            folder = f"deals/{_slug(deal.name)}-{deal.id}"
            revisions = session.scalars(
                select(Revision).where(Revision.deal_id == deal.id).order_by(Revision.number)
            ).all()
            for one in revisions:
                archive.writestr(f"{folder}/revision-{one.number}.yaml", one.text)
            own.append(
                said | {"folder": folder, "revisions": [_row(one, but=frozenset(("text",))) for one in revisions]}
            )
        held |= {"deals.json": own, "shared-with-you.json": shared}
        for name, content in held.items():
            archive.writestr(name, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    return out.getvalue()


def _numbers(session: Session, wanted: Any) -> list[int]:
    return list(session.scalars(select(Revision.number).where(wanted).order_by(Revision.number)))


def _rows(session: Session, table: type[Table], wanted: Any) -> list[dict[str, Any]]:
    return [_row(one) for one in session.scalars(select(table).where(wanted).order_by(*table.__table__.primary_key))]


def _row(one: Table, but: frozenset[str] = frozenset()) -> dict[str, Any]:
    names = (column.key for column in one.__table__.columns if column.key not in _SECRET | but)
    return {name: _said(getattr(one, name)) for name in names}


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _slug(name: str) -> str:
    """A name that every system takes for a folder."""
    return re.sub(r"[^\w-]+", "-", name).strip("-_")[:_MOST_SLUG] or "deal"
