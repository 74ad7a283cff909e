"""The tables. Times are UTC, identifiers random; secrets are kept as hashes only."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy import DateTime as StoredTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ID_BYTES = 12
"""Random bytes of an identifier: 96 bits, too many to guess."""
LOCAL = "local"
"""Identifier of the one person who works on loopback without signing in."""


def new_id() -> str:
    """A new identifier: 24 hexadecimal digits."""
    return secrets.token_hex(ID_BYTES)


def now() -> dt.datetime:
    """The present moment, in UTC."""
    return dt.datetime.now(dt.UTC)


class Moment(TypeDecorator[dt.datetime]):
    """A time in UTC; SQLite forgets the zone, so it is put back."""

    impl = StoredTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:  # noqa: ARG002
        """To the database."""
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: Any | None, dialect: Any) -> dt.datetime | None:  # noqa: ARG002
        """From the database."""
        return None if value is None else value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value


NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""How keys and indexes are called: what has no name, no later program can change."""


class Table(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {dt.datetime: Moment, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012


class Account(Table):
    """A person."""

    __tablename__ = "accounts"
    id: Mapped[str] = mapped_column(String(24), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """In small letters."""
    name: Mapped[str] = mapped_column(String(200), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """argon2id; None where somebody else vouches for the person, or nobody needs to."""
    oidc_subject: Mapped[str | None] = mapped_column(String(300), unique=True)
    """Issuer and subject, where an OpenID Connect provider vouches for the person."""
    language: Mapped[str] = mapped_column(String(2), default="da")
    is_admin: Mapped[bool] = mapped_column(default=False)
    """Whether the person may make and close accounts; sees no deal for it."""
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    closed_at: Mapped[dt.datetime | None]


class SignIn(Table):
    """A session: an opaque cookie stands for it, its hash is kept."""

    __tablename__ = "sign_ins"
    id: Mapped[str] = mapped_column(String(24), primary_key=True, default=new_id)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    used_at: Mapped[dt.datetime] = mapped_column(default=now)
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    browser: Mapped[str] = mapped_column(String(300), default="")


class Tries(Table):
    """How often somebody tried in vain to sign in to an account, or from an address."""

    __tablename__ = "tries"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Hash of what was tried: an e-mail address, or an address of the network."""
    count: Mapped[int] = mapped_column(Integer, default=0)
    last_at: Mapped[dt.datetime] = mapped_column(default=now)


class Token(Table):
    """A key for programs, ``rsk_...``: shown once, kept as a hash."""

    __tablename__ = "tokens"
    id: Mapped[str] = mapped_column(String(24), primary_key=True, default=new_id)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    prefix: Mapped[str] = mapped_column(String(12))
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    scopes: Mapped[list[str]]
    """Of ``read``, ``run``, ``write``."""
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    expires_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]


class Deal(Table):
    """A deal: a name over its revisions."""

    __tablename__ = "deals"
    id: Mapped[str] = mapped_column(String(24), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    changed_at: Mapped[dt.datetime] = mapped_column(default=now)
    latest: Mapped[int] = mapped_column(Integer, default=0)
    """Number of the last revision; the first is 1."""


class Member(Table):
    """Who may do what with a deal."""

    __tablename__ = "members"
    deal_id: Mapped[str] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(10))
    """``owner``, ``editor`` or ``viewer``."""
    since: Mapped[dt.datetime] = mapped_column(default=now)


class Revision(Table):
    """One state of a deal's file. Never changed, only added to."""

    __tablename__ = "revisions"
    deal_id: Mapped[str] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    """The scenario file."""
    digest: Mapped[str | None] = mapped_column(String(80))
    """Of the deal as a run names it; None where the text is no deal (yet)."""
    note: Mapped[str] = mapped_column(String(500), default="")
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)


class Link(Table):
    """A link by which whoever holds it may see one deal, until it expires or is revoked."""

    __tablename__ = "links"
    id: Mapped[str] = mapped_column(String(24), primary_key=True, default=new_id)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    deal_id: Mapped[str] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]


class Run(Table):
    """A question asked of a deal, and how far its answer is: the truth about a job."""

    __tablename__ = "runs"
    __table_args__ = (
        Index("ix_runs_waiting", "state", "created_at"),
        UniqueConstraint("account_id", "idempotency_key", name="uq_runs_idempotency"),
    )
    id: Mapped[str] = mapped_column(String(24), primary_key=True, default=new_id)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    deal_id: Mapped[str | None] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"), index=True)
    """None for a deal that ships with the program, and for a text that was never saved."""
    revision: Mapped[int | None]
    shipped: Mapped[str | None] = mapped_column(String(200))
    """Name of the deal that ships with the program."""
    text: Mapped[str | None] = mapped_column(Text)
    """The scenario file, where it was never saved."""
    question: Mapped[str] = mapped_column(String(20))
    """A key of `risksim.replies.QUESTIONS`, or ``memo``, or ``data``."""
    wishes: Mapped[dict[str, Any]]
    """How it is asked: paths, seed, changes, ..."""
    language: Mapped[str] = mapped_column(String(2), default="en")
    digest: Mapped[str] = mapped_column(String(80))
    """Of the deal with its changes."""
    state: Mapped[str] = mapped_column(String(10), default="queued")
    """``queued``, ``running``, ``done``, ``failed`` or ``cancelled``."""
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    """What is done of `of`, in units of the question (paths where it simulates)."""
    of: Mapped[int | None] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    """How often it was begun since it last got further."""
    deaths: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """How many attempts broke off since it last got further; those that somebody stopped in order are not counted."""
    worker: Mapped[str | None] = mapped_column(String(80))
    """Who works on it: only the worker that is named here may write its result."""
    heartbeat_at: Mapped[dt.datetime | None]
    cancel_asked_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    result: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the file of the answer."""
    media_type: Mapped[str | None] = mapped_column(String(100))
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What went wrong, as problem details."""
    idempotency_key: Mapped[str | None] = mapped_column(String(100))


class Identity(Table):
    """What tells this database from any other, in its only row: folders that belong to it say the same."""

    __tablename__ = "identity"
    id: Mapped[str] = mapped_column(String(24), primary_key=True, default=new_id)


class Remembered(Table):
    """What a creation with an idempotency key was answered with."""

    __tablename__ = "remembered"
    who: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of the request: the same key with another request is refused."""
    status: Mapped[int | None]
    """None while the first request is still being answered."""
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)


class Event(Table):
    """A line of the audit log. Never changed."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[dt.datetime] = mapped_column(default=now, index=True)
    account_id: Mapped[str | None] = mapped_column(String(24), index=True)
    """No foreign key: the log outlives the account."""
    by: Mapped[str] = mapped_column(String(60))
    """How they came: ``local``, ``session``, ``token:PREFIX``, ``link:ID``, ``nobody``."""
    action: Mapped[str] = mapped_column(String(30))
    """``sign-in``, ``sign-in-refused``, ``sign-out``, ``view``, ``run``, ``export``, ``share``, ``edit``, ..."""
    deal_id: Mapped[str | None] = mapped_column(String(24), index=True)
    run_id: Mapped[str | None] = mapped_column(String(24))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Never a value of a deal, never a secret."""
