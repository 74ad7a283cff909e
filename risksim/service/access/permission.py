"""The one rule of who may do what with a deal. Nothing else in the service decides it."""

from __future__ import annotations

from typing import Literal

from risksim.service.access.principal import Principal, Scope

Role = Literal["owner", "editor", "viewer"]
Action = Literal["view", "run", "export", "edit", "share", "delete"]
ROLES: tuple[Role, ...] = ("owner", "editor", "viewer")

BY_ROLE: dict[Role, frozenset[Action]] = {
    "viewer": frozenset(("view", "run", "export")),
    "editor": frozenset(("view", "run", "export", "edit")),
    "owner": frozenset(("view", "run", "export", "edit", "share", "delete")),
}
"""What a role allows."""
OF_LINK: frozenset[Action] = frozenset(("view", "run"))
"""What a link allows: to look and to move sliders, not to take away."""
NEEDS: dict[Action, Scope] = {
    "view": "read", "run": "run", "export": "read", "edit": "write", "share": "write", "delete": "write",
}  # fmt: skip
"""The scope that an action needs of a token."""


def may(principal: Principal, action: Action, deal_id: str, role: Role | None) -> bool:
    """Whether somebody may do something with a deal.

    Parameters
    ----------
    principal : Principal
        Who asks.
    action : Action
        What they would do.
    deal_id : str
        With which deal.
    role : Role or None
        What they are to it; None for nothing.

    Returns
    -------
    bool
    """
    if principal.deal_id is not None and principal.deal_id == deal_id and action in OF_LINK:
        return True  # a link opens its deal for whoever holds it, signed in or not
    if principal.kind == "link" or principal.account_id is None or role is None:
        return False
    return action in BY_ROLE[role] and NEEDS[action] in principal.scopes


def may_keep(principal: Principal) -> bool:
    """Whether somebody may save a deal of their own."""
    return principal.account_id is not None and "write" in principal.scopes


def in_person(principal: Principal) -> bool:
    """Whether a person asks, and no program or link: only people make tokens, accounts and passwords."""
    return principal.kind in ("local", "session")
