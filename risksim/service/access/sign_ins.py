"""Sessions: an opaque cookie stands for somebody until it expires, lies idle, or is ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from risksim.language import _
from risksim.service.access import held, secret
from risksim.service.problems import not_found
from risksim.service.store.tables import Account, SignIn, now

IDLE = dt.timedelta(hours=12)
"""How long a session may lie idle."""
LASTS = dt.timedelta(days=14)
"""How long it lasts at most."""
MOST_BROWSER = 300


class Found(NamedTuple):
    """Who a cookie stands for."""

    sign_in: SignIn
    account: Account


def begin(session: Session, account: Account, browser: str = "") -> tuple[SignIn, str]:
    """Sign somebody in; returns the session and the secret for the cookie, which is always a new one."""
    shown = secret.made()
    made = SignIn(
        secret_hash=secret.hashed(shown),
        account_id=account.id,
        expires_at=now() + LASTS,
        browser="".join(letter for letter in browser if letter.isprintable())[:MOST_BROWSER],
    )
    session.execute(delete(SignIn).where(SignIn.account_id == account.id, SignIn.expires_at < now() - LASTS))
    session.add(made)
    session.flush()
    return made, shown


def find(session: Session, shown: str) -> Found | None:
    """Who a secret stands for; None where it is unknown, ended, expired or idle, or the account is closed."""
    found = held.with_account(session, SignIn, shown)
    return Found(*found) if found is not None and is_open(found[0]) else None


def is_open(one: SignIn) -> bool:
    """Whether a session still stands for somebody."""
    return one.revoked_at is None and now() < min(one.expires_at, one.used_at + IDLE)


def listed(session: Session, account_id: str) -> Sequence[SignIn]:
    """The open sessions of a person, the last used first."""
    found = session.scalars(
        select(SignIn)
        .where(SignIn.account_id == account_id, SignIn.revoked_at.is_(None), SignIn.expires_at > now())
        .order_by(SignIn.used_at.desc())
    )
    return [one for one in found if is_open(one)]


def end(session: Session, account_id: str, sign_in_id: str) -> None:
    """End one session of a person.

    Raises
    ------
    Problem
        404 if the person has no such session.
    """
    found = session.get(SignIn, sign_in_id)
    if found is None or found.account_id != account_id:
        raise not_found(_("session"))
    found.revoked_at = found.revoked_at or now()


def end_all(session: Session, account_id: str, but: str = "") -> None:
    """End every session of a person, but perhaps one."""
    session.execute(
        update(SignIn)
        .where(SignIn.account_id == account_id, SignIn.revoked_at.is_(None), SignIn.id != but)
        .values(revoked_at=now())
    )
