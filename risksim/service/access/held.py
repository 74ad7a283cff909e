"""What somebody holds to be let in by: a session, a token, a link. Found by the hash of its secret."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from risksim.service.access import secret
from risksim.service.store.tables import Account, Link, SignIn, Token, now

Held = SignIn | Token | Link
OfAccount = TypeVar("OfAccount", SignIn, Token)
SELDOM = dt.timedelta(minutes=1)
"""How often its use is written down."""


def with_account(session: Session, kind: type[OfAccount], shown: str) -> tuple[OfAccount, Account] | None:
    """What a secret stands for and whose it is; None where it is unknown, or the account is closed.

    Whether it still stands for somebody is not asked here.
    """
    row = session.execute(
        select(kind, Account)
        .join(Account, Account.id == kind.account_id)
        .where(kind.secret_hash == secret.hashed(shown), Account.closed_at.is_(None))
    ).first()
    return None if row is None else (row[0], row[1])


def is_due(one: Held) -> bool:
    """Whether its use is worth writing down again."""
    return one.used_at is None or now() - one.used_at > SELDOM


def use(session: Session, one: Held) -> None:
    """Write down that it was used."""
    kind = type(one)
    session.execute(update(kind).where(kind.id == one.id).values(used_at=now()))
