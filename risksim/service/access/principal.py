"""Who asks."""

from __future__ import annotations

import datetime as dt
from typing import Literal, NamedTuple

from risksim.language import Language

Kind = Literal["local", "session", "token", "link", "nobody"]
Scope = Literal["read", "run", "write"]
EVERY_SCOPE: frozenset[Scope] = frozenset(("read", "run", "write"))


class Principal(NamedTuple):
    """Who asks, however they came."""

    kind: Kind
    account_id: str | None = None
    """None for nobody and for who holds a link."""
    scopes: frozenset[Scope] = frozenset()
    deal_id: str | None = None
    """The one deal that a link opens; somebody who is signed in may hold a link as well."""
    via: str = ""
    """Identifier of the sign-in or the link, first letters of the token."""
    is_admin: bool = False
    language: Language | None = None
    """What the person chose; None leaves it to the browser."""
    since: dt.datetime | None = None
    """When the link was made: it opens no revision that had been replaced by then."""

    @property
    def key(self) -> str:
        """By which limits and idempotency keys tell people apart."""
        return self.account_id or (f"link:{self.via}" if self.kind == "link" else "nobody")

    @property
    def by(self) -> str:
        """How the audit log says that they came."""
        return self.kind if self.kind in ("local", "session", "nobody") else f"{self.kind}:{self.via}"


NOBODY = Principal("nobody")
"""Whoever did not say who they are."""
