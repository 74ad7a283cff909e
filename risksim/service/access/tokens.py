"""Keys for programs: shown once, kept as hashes, with as few scopes as the program needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from risksim.language import _
from risksim.service.access import held, secret
from risksim.service.access.accounts import named
from risksim.service.access.principal import Scope
from risksim.service.problems import Problem, not_found
from risksim.service.store.tables import Account, Token, now

SCOPES: tuple[Scope, ...] = get_args(Scope)
SHOWN = 12
"""Letters of a token that stay readable, to tell tokens apart."""
MOST_DAYS = 730
MOST = 50
"""Tokens at most of one person."""


class Found(NamedTuple):
    """Who a token stands for."""

    token: Token
    account: Account


def make(session: Session, account_id: str, name: str, scopes: Iterable[str], days: int | None) -> tuple[Token, str]:
    """Make a token; returns it and its secret, which nobody sees again.

    Parameters
    ----------
    session : Session
        Where it is written.
    account_id : str
        Whose.
    name : str
        What it is for.
    scopes : iterable of str
        What it may: of ``read``, ``run`` and ``write``.
    days : int or None
        After how many days it expires; None for never.

    Raises
    ------
    Problem
        422 for what is not allowed, 409 where there are too many.
    """
    wanted = set(scopes)
    if not wanted or not wanted <= set(SCOPES):
        raise _refused(_("Choose at least one of `read`, `run` and `write`."))
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise _refused(_("It may last from 1 to {most} days.", most=MOST_DAYS))
    if not name.strip():
        raise _refused(_("Give it a name that says what it is for."))
    held = session.scalar(select(func.count()).where(Token.account_id == account_id, Token.revoked_at.is_(None)))
    if (held or 0) >= MOST:
        raise Problem(
            "too-many", 409, _("Too many tokens"), _("You have {count} tokens. Revoke one first.", count=held)
        )
    shown = secret.made(secret.TOKEN)
    made = Token(
        secret_hash=secret.hashed(shown),
        prefix=shown[:SHOWN],
        account_id=account_id,
        name=named(name),
        scopes=[scope for scope in SCOPES if scope in wanted],
        expires_at=None if days is None else now() + dt.timedelta(days=days),
    )
    session.add(made)
    session.flush()
    return made, shown


def find(session: Session, shown: str) -> Found | None:
    """Who a token stands for; None where it is unknown, revoked or expired, or the account is closed."""
    found = held.with_account(session, Token, shown)
    return Found(*found) if found is not None and is_open(found[0]) else None


def is_open(one: Token) -> bool:
    """Whether a token still stands for somebody."""
    return one.revoked_at is None and (one.expires_at is None or now() < one.expires_at)


def scopes_of(one: Token) -> frozenset[Scope]:
    """What a token may; whatever else its row says is nothing."""
    return frozenset(scope for scope in SCOPES if scope in one.scopes)


def listed(session: Session, account_id: str) -> Sequence[Token]:
    """The tokens of a person that were not revoked, the newest first."""
    return session.scalars(
        select(Token)
        .where(Token.account_id == account_id, Token.revoked_at.is_(None))
        .order_by(Token.created_at.desc(), Token.id)
    ).all()


def revoke(session: Session, account_id: str, token_id: str) -> Token:
    """Let a token stand for nobody any more.

    Raises
    ------
    Problem
        404 if the person has no such token.
    """
    found = session.get(Token, token_id)
    if found is None or found.account_id != account_id:
        raise not_found(_("token"))
    found.revoked_at = found.revoked_at or now()
    return found


def _refused(why: str) -> Problem:
    return Problem("no-token", 422, _("No such token can be made"), why)
