"""Deals and revisions: what is kept, who may change it, and what happens when two change it at once."""

from __future__ import annotations

import threading

import pytest

from risksim.errors import FaultyFileError
from risksim.service.access.principal import NOBODY, Principal
from risksim.service.problems import Problem
from risksim.service.store import deals
from risksim.service.store.tables import Member
from tests.service.conftest import SIMPLE

CHEAPER = SIMPLE.replace("value: 60000", "value: 55000")
FAULTY = SIMPLE.replace("currency: DKK", "currency: kroner")


def kind_of(found: pytest.ExceptionInfo[Problem]) -> tuple[str, int]:
    return found.value.kind, found.value.status


def test_a_deal_is_kept_with_its_first_revision(service, local):
    with service.database.writing() as session:
        made = deals.create(session, local, "", SIMPLE, "as agreed")
    with service.database.reading() as session:
        found = deals.revision(session, local, made.id)
        assert (found.number, found.text, found.note, found.account_id) == (1, SIMPLE, "as agreed", "local")
        assert found.digest is not None
        assert len(found.digest) == 64
        assert deals.find(session, local, made.id, "delete").name == "Simple reference deal"
        assert deals.role_of(session, local, made.id) == "owner"


def test_a_faulty_text_is_told_or_kept_as_a_draft(service, local):
    with service.database.writing() as session:
        with pytest.raises(FaultyFileError, match="currency"):
            deals.create(session, local, "x", FAULTY)
        draft = deals.create(session, local, "", FAULTY, draft=True)
        assert draft.name == "Draft"
        assert deals.revision(session, local, draft.id).digest is None


@pytest.mark.parametrize("text", ["a: \0", "a: \ud800"])
def test_what_is_no_text_is_refused_even_as_a_draft(service, local, text):
    with service.database.writing() as session, pytest.raises(Problem) as found:
        deals.create(session, local, "x", text, draft=True)
    assert kind_of(found) == ("no-text", 422)


@pytest.mark.parametrize("name", [" \n", "x" * 201, "a\x07b"])
def test_a_name_that_cannot_be_used_is_refused(service, local, name):
    with service.database.writing() as session, pytest.raises(Problem) as found:
        deals.create(session, local, name, SIMPLE)
    assert kind_of(found) == ("bad-name", 422)


def test_nobody_and_a_token_that_only_reads_make_no_deal(people):
    reader = people.owner.principal._replace(kind="token", scopes=frozenset(("read",)))
    for who, wanted in ((NOBODY, ("sign-in", 401)), (reader, ("not-allowed", 403))):
        with people.service.database.writing() as session, pytest.raises(Problem) as found:
            deals.create(session, who, "x", SIMPLE)
        assert kind_of(found) == wanted


def test_revisions_are_added_and_never_changed(service, local):
    with service.database.writing() as session:
        made = deals.create(session, local, "x", SIMPLE)
        second = deals.revise(session, local, made.id, CHEAPER, 1, "cheaper")
        assert second.number == 2
        assert deals.revise(session, local, made.id, CHEAPER, 2).number == 2  # nothing changed, nothing added
    with service.database.reading() as session:
        assert [one.number for one in deals.revisions(session, local, made.id)] == [2, 1]
        assert [one.number for one in deals.revisions(session, local, made.id, before=2)] == [1]
        first, last = (deals.revision(session, local, made.id, number) for number in (1, None))
        assert (first.text, last.text) == (SIMPLE, CHEAPER)
        found = deals.between(first, last)
        assert "-  - per_outcome: {outcome: success, price: {value: 60000" in found.unified
        assert found.words is not None
        assert any("55,000" in one for one in found.words)
        for number in (0, 3, 2**40):
            with pytest.raises(Problem) as none:
                deals.revision(session, local, made.id, number)
            assert none.value.status == 404


def test_who_was_slower_hears_what_changed_meanwhile(people):
    made = people.deal()
    with people.service.database.writing() as session:
        deals.revise(session, people.owner.principal, made.id, CHEAPER, 1)
    with people.service.database.writing() as session, pytest.raises(Problem) as found:
        deals.revise(session, people.editor.principal, made.id, SIMPLE.replace("120", "100"), 1)
    assert kind_of(found) == ("changed-meanwhile", 409)
    assert found.value.more["latest"] == 2
    assert "+  - per_outcome: {outcome: success, price: {value: 55000" in found.value.more["diff"]
    assert any("55,000" in one for one in found.value.more["words"])
    with people.service.database.writing() as session, pytest.raises(Problem) as found:
        deals.revise(session, people.editor.principal, made.id, CHEAPER, 7)
    assert kind_of(found) == ("no-such-revision", 422)


def test_of_many_who_change_at_once_one_is_kept_each_time(service, local):
    with service.database.writing() as session:
        made = deals.create(session, local, "x", SIMPLE)
    texts = [SIMPLE.replace("value: 60000", f"value: {60001 + k}") for k in range(6)]
    kept, refused, begin = [], [], threading.Barrier(len(texts))

    def change(text: str) -> None:
        begin.wait()
        try:
            with service.database.writing() as session:
                kept.append(deals.revise(session, local, made.id, text, 1).text)
        except Problem as problem:
            refused.append(problem.status)

    threads = [threading.Thread(target=change, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 1
    assert refused == [409] * 5
    with service.database.reading() as session:
        assert deals.revision(session, local, made.id).text == kept[0]
        assert deals.find(session, local, made.id, "view").latest == 2


ACTIONS = {
    "revision": lambda session, who, deal: deals.revision(session, who, deal.id),
    "members": lambda session, who, deal: deals.members(session, who, deal.id),
    "revise": lambda session, who, deal: deals.revise(session, who, deal.id, CHEAPER, 1),
    "rename": lambda session, who, deal: deals.rename(session, who, deal.id, "other"),
    "share": lambda session, who, deal: deals.share(session, who, deal.id, "stranger@example.org", "viewer"),
    "delete": lambda session, who, deal: deals.delete(session, who, deal.id),
}


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("revision", {"owner", "editor", "viewer", "link"}),
        ("members", {"owner", "editor", "viewer"}),
        ("revise", {"owner", "editor"}),
        ("rename", {"owner", "editor"}),
        ("share", {"owner"}),
        ("delete", {"owner"}),
    ],
)
def test_everybody_may_what_their_role_allows_and_no_more(people, action, allowed):
    made = people.deal()
    asking = {name: getattr(people, name).principal for name in ("viewer", "editor", "stranger")}
    asking |= {"nobody": NOBODY, "link": Principal("link", deal_id=made.id, via="l")}
    asking |= {"other link": Principal("link", deal_id="0" * 24, via="m"), "owner": people.owner.principal}
    for name, who in asking.items():
        with people.service.database.reading() as session:  # never committed
            if name in allowed:
                ACTIONS[action](session, who, made)
                continue
            with pytest.raises(Problem) as found:
                ACTIONS[action](session, who, made)
            assert found.value.status == (404 if name in ("stranger", "nobody", "other link") else 403), name


def test_a_deal_of_others_is_told_apart_from_none_by_nothing(people):
    made = people.deal()
    for do in ACTIONS.values():
        said = []
        for deal_id in (made.id, "0" * 24, "no\0thing"):
            with people.service.database.reading() as session, pytest.raises(Problem) as found:
                do(session, people.stranger.principal, type(made)(id=deal_id))
            said.append(found.value.details())
        assert said[0] == said[1] == said[2]


def test_the_list_shows_what_one_may_see_page_by_page(people):
    made = [people.deal(name=f"deal {k}").id for k in range(5)]
    with people.service.database.reading() as session:
        for who in (people.owner, people.viewer):
            seen, after = [], None
            while True:
                page = deals.listed(session, who.principal, after, 2)
                assert len(page.deals) <= 2
                seen += [one.deal.id for one in page.deals]
                after = page.next
                if after is None:
                    break
            assert seen == made[::-1]
        assert {one.role for one in deals.listed(session, people.viewer.principal).deals} == {"viewer"}
        assert deals.listed(session, people.stranger.principal).deals == ()
        assert deals.listed(session, NOBODY).deals == ()
        link = Principal("link", deal_id=made[2], via="l")
        assert [one.deal.id for one in deals.listed(session, link).deals] == [made[2]]


@pytest.mark.parametrize("cursor", ["", "å", "bm9uZQ", "WzEsMl0", "W10", "!!!!", "a" * 4000])
def test_an_invented_cursor_is_refused_kindly(service, local, cursor):
    with service.database.reading() as session, pytest.raises(Problem) as found:
        deals.listed(session, local, cursor)
    assert kind_of(found) == ("no-such-page", 422)


def test_sharing_changes_roles_and_keeps_an_owner(people):
    made, owner = people.deal(), people.owner.principal
    with people.service.database.writing() as session:
        deals.share(session, owner, made.id, " Stranger@example.org ", "viewer")
        deals.share(session, owner, made.id, "viewer@example.org", "editor")
        roles = {one.account.email: one.role for one in deals.members(session, owner, made.id)}
        assert roles == {
            "owner@example.org": "owner",
            "editor@example.org": "editor",
            "viewer@example.org": "editor",
            "stranger@example.org": "viewer",
        }
        for lose in (
            lambda: deals.unshare(session, owner, made.id, people.owner.id),
            lambda: deals.share(session, owner, made.id, "owner@example.org", "editor"),
        ):
            with pytest.raises(Problem) as found:
                lose()
            assert kind_of(found) == ("last-owner", 409)
        for email, role, wanted in (
            ("who@example.org", "viewer", "no-such-person"),
            ("viewer@example.org", "king", "no-such-role"),
        ):
            with pytest.raises(Problem) as found:
                deals.share(session, owner, made.id, email, role)  # type: ignore[arg-type]
            assert kind_of(found) == (wanted, 422)
        deals.unshare(session, people.editor.principal, made.id, people.editor.id)  # everybody may leave
        with pytest.raises(Problem) as found:
            deals.unshare(session, people.viewer.principal, made.id, people.owner.id)
        assert found.value.status == 403
        deals.share(session, owner, made.id, "viewer@example.org", "owner")
        deals.unshare(session, owner, made.id, people.owner.id)
        assert session.get(Member, (made.id, people.owner.id)) is None


def test_a_deleted_deal_is_gone_with_all_that_hangs_on_it(people):
    from sqlalchemy import func, select

    from risksim.service.store.tables import Deal, Link, Revision, Run

    made = people.deal()
    with people.service.database.writing() as session:
        session.add(Run(deal_id=made.id, account_id=people.owner.id, question="run", wishes={}, digest="d"))
        session.add(Link(secret_hash="h", deal_id=made.id, expires_at=made.created_at))
    with people.service.database.writing() as session:
        deals.delete(session, people.owner.principal, made.id)
    with people.service.database.reading() as session:
        for table in (Deal, Member, Revision, Run, Link):
            assert session.scalar(select(func.count()).select_from(table)) == 0, table
