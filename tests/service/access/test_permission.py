"""The one rule of who may do what, over everybody, every role, every action and every scope."""

from itertools import chain, combinations, product
from typing import get_args

import pytest

from risksim.service.access.permission import BY_ROLE, OF_LINK, ROLES, Action, in_person, may, may_keep
from risksim.service.access.principal import EVERY_SCOPE, Kind, Principal

ACTIONS: tuple[Action, ...] = get_args(Action)
KINDS: tuple[Kind, ...] = get_args(Kind)
SCOPES = sorted(EVERY_SCOPE)
SOME_SCOPES = [frozenset(some) for some in chain.from_iterable(combinations(SCOPES, count) for count in range(4))]
DEALS = ("a", "b")
EVERYBODY = [
    Principal(kind, account, scopes, deal, "via", is_admin)
    for kind, account, scopes, deal, is_admin in product(
        KINDS, (None, "one"), SOME_SCOPES, (None, *DEALS), (False, True)
    )
]
"""Everybody who could ask: far more than can come."""
ANY_ROLE = (None, *ROLES)


def allowed(principal, action, deal, role):
    """By a link to that very deal, or by a role and a scope; never by being an admin."""
    if principal.deal_id == deal and action in ("view", "run"):
        return True
    by_role = {
        None: (),
        "viewer": ("view", "run", "export"),
        "editor": ("view", "run", "export", "edit"),
        "owner": ACTIONS,
    }
    scope = {"view": "read", "run": "run", "export": "read"}.get(action, "write")
    has_account = principal.kind != "link" and principal.account_id is not None
    return has_account and scope in principal.scopes and action in by_role[role]


def test_whoever_may_something_was_given_it():
    wrong = [
        asked
        for asked in product(EVERYBODY, ACTIONS, DEALS, ANY_ROLE)
        if may(asked[0], asked[1], asked[2], asked[3]) != allowed(*asked)
    ]
    assert wrong == []


def test_an_admin_sees_no_deal_for_being_one():
    for principal, action, deal, role in product(EVERYBODY, ACTIONS, DEALS, ANY_ROLE):
        assert may(principal, action, deal, role) == may(
            principal._replace(is_admin=not principal.is_admin), action, deal, role
        )


def test_a_scope_less_never_allows_more():
    for principal, action, role in product(EVERYBODY, ACTIONS, ANY_ROLE):
        for scope in principal.scopes:
            fewer = principal._replace(scopes=principal.scopes - {scope})
            assert may(fewer, action, "a", role) <= may(principal, action, "a", role)


def test_a_greater_role_never_allows_less():
    for principal, action in product(EVERYBODY, ACTIONS):
        said = [may(principal, action, "a", role) for role in (None, "viewer", "editor", "owner")]
        assert said == sorted(said)


def test_a_link_opens_no_other_deal():
    for principal, action, role in product(EVERYBODY, ACTIONS, ANY_ROLE):
        held = principal._replace(kind="link", account_id=None, deal_id="a")
        assert not may(held, action, "b", role)
        assert may(held, action, "a", role) == (action in OF_LINK)


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_may_nothing(action):
    assert not any(may(Principal("nobody"), action, "a", role) for role in (None, *ROLES))


def test_every_action_is_somebodys():
    assert set(ACTIONS) == set().union(*BY_ROLE.values()) == BY_ROLE["owner"]


def test_who_may_save_and_who_comes_in_person():
    assert may_keep(Principal("token", "one", frozenset(("write",))))
    assert not may_keep(Principal("token", "one", frozenset(("read", "run"))))
    assert not may_keep(Principal("link", None, EVERY_SCOPE, "a"))
    assert [kind for kind in KINDS if in_person(Principal(kind, "one", EVERY_SCOPE))] == ["local", "session"]
