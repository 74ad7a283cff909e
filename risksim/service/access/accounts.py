"""Accounts: who works here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from risksim.language import LANGUAGES, Language, _
from risksim.service.access import passwords
from risksim.service.problems import Problem, not_found
from risksim.service.store.tables import LOCAL, Account, Link, SignIn, Token, now

EMAIL = re.compile(r"[^@\s\x00-\x20<>\"',;:\\]+@[^@\s\x00-\x20<>\"',;:\\]+\.[^@\s\x00-\x20<>\"',;:\\.]{2,}")
MOST_EMAIL, MOST_NAME = 254, 200


def add(
    session: Session,
    email: str,
    password: str | None,
    name: str = "",
    *,
    is_admin: bool = False,
    language: Language = "da",
) -> Account:
    """Make an account.

    Parameters
    ----------
    session : Session
        Where it is written.
    email : str
        By which the person signs in.
    password : str or None
        None where somebody else vouches for the person.
    name : str
        As others read it.
    is_admin : bool
        Whether the person may make and close accounts.
    language : Language
        Of the person's pages.

    Returns
    -------
    Account

    Raises
    ------
    Problem
        422 for an address that is none or a weak password, 409 if somebody has the address already.
    """
    email = written(email)
    if of_email(session, email) is not None:
        raise Problem(
            "account-exists",
            409,
            _("There is such an account"),
            _(
                "{email} has an account already. Take another address, or give that account a new password.",
                email=email,
            ),
        )
    if password is not None:
        passwords.check(password, email)
    account = Account(
        email=email,
        name=named(name),
        password_hash=None if password is None else passwords.hashed(password),
        is_admin=is_admin,
        language=language,
    )
    session.add(account)
    session.flush()
    return account


def written(email: str) -> str:
    """An e-mail address as it is kept: in small letters."""
    small = email.strip().lower()
    if len(small) > MOST_EMAIL or not EMAIL.fullmatch(small):
        raise Problem(
            "no-email",
            422,
            _("That is no e-mail address"),
            _("Write an address such as name@example.org, of {most} letters at most.", most=MOST_EMAIL),
        )
    return small


def named(name: str) -> str:
    """A name as it is kept: one line."""
    one_line = " ".join(name.split())
    if len(one_line) > MOST_NAME or not (one_line.isprintable()):
        raise Problem(
            "no-name", 422, _("That name will not do"), _("Write a name of {most} letters at most.", most=MOST_NAME)
        )
    return one_line


def of_email(session: Session, email: str) -> Account | None:
    """The account of an address, closed ones too."""
    return session.scalar(select(Account).where(Account.email == email.strip().lower()))


def of_id(session: Session, account_id: str) -> Account:
    """The account of an identifier.

    Raises
    ------
    Problem
        404 if there is none.
    """
    found = session.get(Account, account_id)
    if found is None:
        raise not_found(_("account"))
    return found


def listed(session: Session) -> Sequence[Account]:
    """Every account of a person, by address."""
    return session.scalars(select(Account).where(Account.id != LOCAL).order_by(Account.email)).all()


def are_there(session: Session) -> bool:
    """Whether anybody could sign in."""
    found = select(Account.id).where(Account.id != LOCAL, Account.closed_at.is_(None)).limit(1)
    return session.scalar(found) is not None


def rename(account: Account, name: str) -> None:
    """Call a person otherwise."""
    account.name = named(name)


def speak(account: Account, language: str) -> None:
    """Write a person's pages in another language."""
    if language not in LANGUAGES:
        raise Problem(
            "no-language", 422, _("That language is not spoken here"), _("Pages are written in Danish or English.")
        )
    account.language = language


def give_password(session: Session, account: Account, password: str, *, but: str = "") -> None:
    """Give a person a new password, and end what was signed in with the old one.

    Parameters
    ----------
    session : Session
        Where it is written.
    account : Account
        Whose.
    password : str
        The new one.
    but : str
        Identifier of the sign-in that goes on.
    """
    passwords.check(password, account.email)
    account.password_hash = passwords.hashed(password)
    _end(session, SignIn, account.id, but)


def close(session: Session, account: Account) -> None:
    """Let a person in no more: ends what is signed in, and revokes tokens and the links the person made.

    Raises
    ------
    Problem
        409 for the last admin: nobody could open the door again.
    """
    check_may_go(session, account)
    account.closed_at = account.closed_at or now()
    for kind in (SignIn, Token, Link):
        _end(session, kind, account.id)


def check_may_go(session: Session, account: Account) -> None:
    """Refuse to let the last admin go.

    Raises
    ------
    Problem
        409 for the last admin.
    """
    if account.is_admin and account.closed_at is None and _admins(session) == 1:
        raise Problem(
            "last-admin",
            409,
            _("The last who may make accounts"),
            _("{email} is the only admin. Make somebody else an admin first.", email=account.email),
        )


def open_again(account: Account) -> None:
    """Let a person in again; sign-ins, tokens and links stay ended."""
    account.closed_at = None


def _admins(session: Session) -> int:
    """How many admins there are; their rows are held, so that the last two don't go at once."""
    there = select(Account.id).where(Account.is_admin, Account.closed_at.is_(None), Account.id != LOCAL)
    return len(session.scalars(there.order_by(Account.id).with_for_update(key_share=True)).all())


def _end(session: Session, kind: type[SignIn | Token | Link], account_id: str, but: str = "") -> None:
    session.execute(
        update(kind)
        .where(kind.account_id == account_id, kind.revoked_at.is_(None), kind.id != but)
        .values(revoked_at=now())
    )
