"""Sign-ins in vain: each makes the next one wait longer, for the account that was tried and for where it came from.

A try is counted before the password is looked at, so that many at once gain nothing; one that was right is taken back.
Which accounts there are does not show: an address nobody has waits just as long.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import math
from importlib import import_module
from typing import Any, NamedTuple

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from risksim.language import _, plural
from risksim.service.problems import Problem
from risksim.service.store.database import Database
from risksim.service.store.tables import Tries, now


class Patience(NamedTuple):
    """How tries are met."""

    free: int
    """Tries without a wait."""
    longest: float
    """The longest wait. [s]"""


OF_ACCOUNT = Patience(5, 300.0)
"""Short enough that nobody is locked out for long by somebody else's tries."""
OF_ADDRESS = Patience(20, 3600.0)
OF_ONE_MACHINE = 64
"""Bits of an IPv6 address by which machines are told apart."""
FORGOTTEN = dt.timedelta(hours=24)
"""After how long without a try the count begins again."""


def attempt(database: Database, email: str, address: str) -> None:
    """Count a try, or say how long to wait.

    Parameters
    ----------
    database : Database
        Where tries are counted.
    email : str
        What was typed.
    address : str
        Of the network, from where.

    Raises
    ------
    Problem
        429 while somebody must wait; the try is not counted then.
    """
    keys = ((_of_account(email), OF_ACCOUNT), (_of_address(address), OF_ADDRESS))
    with database.writing() as session:
        session.execute(delete(Tries).where(Tries.last_at < now() - FORGOTTEN))
        wait = 0.0
        for key, patience in keys:
            wait = max(wait, _wait(_counted(session, key, 0), patience))
        if wait > 0:
            raise too_many(wait)
        for key, _patience in keys:
            _counted(session, key, 1)


def forget(session: Session, email: str) -> None:
    """Somebody signed in: their account waits no more; the address they came from still does."""
    session.execute(delete(Tries).where(Tries.key == _of_account(email)))


def take_back(session: Session, address: str) -> None:
    """The password was right: this one try was not in vain, so that a whole office may sign in from one address.

    Those in vain still count, whoever else signed in from there.
    """
    key = _of_address(address)
    session.execute(update(Tries).where(Tries.key == key, Tries.count > 0).values(count=Tries.count - 1))


def too_many(wait: float) -> Problem:
    """Somebody asked too often."""
    seconds = math.ceil(wait)
    return Problem(
        "too-many-requests",
        429,
        _("Too many tries"),
        plural(
            "Wait {seconds} second and try again.", "Wait {seconds} seconds and try again.", seconds, seconds=seconds
        ),
        headers={"Retry-After": str(seconds)},
    )


def _wait(tries: Tries, patience: Patience) -> float:
    """How long from now until the next try. [s]"""
    beyond = tries.count - patience.free
    if beyond < 0:
        return 0.0
    due = tries.last_at + dt.timedelta(seconds=min(2.0 ** min(beyond, 30), patience.longest))
    return (due - now()).total_seconds()


def _counted(session: Session, key: str, more: int) -> Tries:
    """The tries of a key with some more, written at once so that nobody else counts between."""
    dialect: Any = import_module(f"sqlalchemy.dialects.{session.get_bind().dialect.name}")  # of two, one is loaded
    moment = now()
    changed = {"count": Tries.count + more} | ({"last_at": moment} if more else {})
    session.execute(
        dialect.insert(Tries)
        .values(key=key, count=more, last_at=moment)
        .on_conflict_do_update(index_elements=[Tries.key], set_=changed)
    )
    found = session.get(Tries, key, populate_existing=True)
    assert found is not None
    return found


def _of_account(email: str) -> str:
    return hashlib.sha256(f"account {email.strip().lower()}".encode()).hexdigest()


def _of_address(address: str) -> str:
    return hashlib.sha256(f"address {_network(address)}".encode()).hexdigest()


def _network(address: str) -> str:
    """Who is told apart by an address: of IPv6 a whole /64, in which one machine takes as many as it likes."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.IPv6Network((int(found), OF_ONE_MACHINE), strict=False))
