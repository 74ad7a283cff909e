"""Creations that may be sent again: the same ``Idempotency-Key`` with the same request gives the same answer."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Header
from pydantic import BaseModel
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from risksim.language import _
from risksim.service.access.principal import Principal
from risksim.service.context import Service
from risksim.service.problems import Problem
from risksim.service.store.tables import Remembered, now

KEPT = dt.timedelta(hours=24)
"""How long a key is remembered."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        pattern=r"^[\x21-\x7e]+$",
        description="A key of your own, as a random UUID: the same key with the same request within a day makes "
        "nothing twice, and gives the same answer.",
    ),
]

Answer = tuple[int, dict[str, Any]]
"""Status and what identifies the thing made; never a value of a deal, as deals may be deleted."""


def fingerprint(address: str, body: BaseModel) -> str:
    """What a request is told from others by."""
    said = json.dumps([address, body.model_dump(mode="json")], sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def before(service: Service, principal: Principal, key: str | None, print_: str) -> Answer | None:
    """What the same request was answered with, if it was.

    Raises
    ------
    Problem
        422 if the key was used for another request.
    """
    if key is None:
        return None
    with service.database.reading() as session:
        found = session.get(Remembered, (principal.key, key))
    return None if found is None or found.created_at < now() - KEPT else _same(found, print_)


def once(
    service: Service, principal: Principal, key: str | None, print_: str, make: Callable[[Session], Answer]
) -> Answer:
    """Make something, or find what the same request made before.

    The key and the thing made are written together or not at all. Of two requests at the same moment the second waits
    for the first, and a request that was refused leaves no key.

    Parameters
    ----------
    service : Service
        Where.
    principal : Principal
        Who asks; keys of two people never meet.
    key : str, optional
        Left out, it is made.
    print_ : str
        From `fingerprint`.
    make : callable
        Makes it.

    Returns
    -------
    tuple of int and dict
        What `make` returned, now or then.

    Raises
    ------
    Problem
        422 if the key was used for another request, and whatever `make` raises.
    """
    if key is None:
        with service.database.writing() as session:
            return make(session)
    try:
        with service.database.writing() as session:
            session.execute(delete(Remembered).where(Remembered.created_at < now() - KEPT))
            row = Remembered(who=principal.key, key=key, fingerprint=print_)
            session.add(row)
            session.flush()
            row.status, row.answer = made = make(session)
            return made
    except IntegrityError:
        found = before(service, principal, key, print_)
        if found is None:
            raise  # of something else than the key
        return found


def _same(found: Remembered, print_: str) -> Answer:
    if found.fingerprint != print_:
        raise Problem(
            "idempotency-key-reused",
            422,
            _("Key used before"),
            _("This idempotency key was used for another request. Send a new key with a new request."),
        )
    assert found.status is not None
    assert found.answer is not None
    return found.status, found.answer
