"""Passwords: argon2id with the library's parameters, never more than two checks at once."""

from __future__ import annotations

import secrets
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from risksim.language import _
from risksim.service.problems import Problem

LEAST = 12
"""Letters at least of a password."""
MOST = 200
"""Letters at most, so that nobody sends a book to be hashed."""
_EVERYBODYS = """
123456789012 1234567890123 12345678901234 123456123456 123123123123 112233445566 111111111111 000000000000
aaaaaaaaaaaa abcdefghijkl abcabcabcabc qwertyuiop12 qwertyuiop123 qwertyqwerty 1q2w3e4r5t6y qazwsxedcrfv
asdfghjkl123 passwordpassword password1234 password12345 password123456 adgangskode1 adgangskode12
adgangskode123 adgangskode1234 kodeordkodeord kodeord12345 kodeord123456 hemmelighed1 letmeinletmein
welcome12345 velkommen123 velkommen1234 administrator administrator1 changemeplease iloveyou1234 danmark12345
danmark123456 koebenhavn123 københavn123 sommer202020 fodbold12345 risksimrisksim risksim12345 investering1
investering12 investering123 socialinvestering correcthorsebatterystaple
"""
COMMON = frozenset(_EVERYBODYS.split())
"""Passwords that everybody tries first, in small letters."""

_PLAIN = "abcdefghjkmnpqrstuvwxyz23456789"
_HASHER = PasswordHasher()
_AT_ONCE = BoundedSemaphore(2)
"""A check takes 64 MiB: many at once would take the machine."""


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def suggested() -> str:
    """A password for somebody else, easy to read out: 20 letters that are not mistaken for each other."""
    return "-".join("".join(secrets.choice(_PLAIN) for _letter in range(4)) for _group in range(5))


def fits(kept: str | None, password: str) -> bool:
    """Whether a password is the one that was kept.

    Parameters
    ----------
    kept : str or None
        The hash; None where there is no such account or it has no password: then a hash that nothing fits is checked,
        so that the answer takes the same time.
    password : str
        What was typed.

    Returns
    -------
    bool
    """
    against = kept if kept is not None else _nobodys()
    with _AT_ONCE:
        try:
            return _HASHER.verify(against, password[: MOST + 1]) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than those of today."""
    return _HASHER.check_needs_rehash(kept)


def check(password: str, email: str) -> None:
    """Refuse a password that is easy to guess.

    Raises
    ------
    Problem
        422, saying why and what to try.
    """
    reason = _weakness(password, email)
    if reason:
        raise Problem("weak-password", 422, _("This password will not do"), reason)


def _weakness(password: str, email: str) -> str:
    small, own = password.lower(), email.lower()
    if len(password) < LEAST:
        return _(
            "It has {count} letters; at least {least} are needed. Try a few words in a row.",
            count=len(password),
            least=LEAST,
        )
    if len(password) > MOST:
        return _("It has more than {most} letters. Take a shorter one.", most=MOST)
    if own and (small == own or small.replace(" ", "") == own.split("@")[0]):
        return _("It is your e-mail address. Take something that nobody can look up.")
    if small.replace(" ", "") in COMMON or len(set(small)) < 4:
        return _("It is one that many people use. Try a few words in a row that do not belong together.")
    return ""


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_hex(16))
