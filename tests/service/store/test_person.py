"""What is kept about a person can be taken out whole, and deleted."""

from __future__ import annotations

import io
import json
import threading
import zipfile

import pytest
from sqlalchemy import func, select

from risksim.service.problems import Problem
from risksim.service.store import deals, person
from risksim.service.store.tables import (
    LOCAL,
    Account,
    Deal,
    Event,
    Link,
    Member,
    Remembered,
    Revision,
    Run,
    SignIn,
    Token,
    now,
)  # fmt: skip
from tests.service.conftest import SIMPLE


@pytest.fixture
def filled(people):
    """The owner owns one deal alone and one with the editor, and left traces everywhere."""
    owner, service = people.owner, people.service
    shared, alone = people.deal(name="Shared"), people.deal(name="Alone / æ")
    with service.database.writing() as session:
        deals.share(session, owner.principal, shared.id, people.editor.email, "owner")
        deals.revise(session, owner.principal, shared.id, SIMPLE.replace("60000", "55000"), 1, "cheaper")
        common = {"question": "run", "wishes": {}, "digest": "d"}
        session.add_all(
            [
                Run(deal_id=shared.id, account_id=owner.id, **common),
                Run(deal_id=alone.id, account_id=people.viewer.id, **common),
                Run(deal_id=shared.id, account_id=people.viewer.id, **common),
                Token(secret_hash="a" * 64, prefix="rsk_a", account_id=owner.id, name="R", scopes=["read"]),
                SignIn(secret_hash="b" * 64, account_id=owner.id, expires_at=now()),
                Link(secret_hash="c" * 64, deal_id=shared.id, account_id=owner.id, expires_at=now()),
                Remembered(who=owner.id, key="k", fingerprint="f"),
                Event(account_id=owner.id, by="session", action="view", deal_id=shared.id),
                Event(account_id=None, by="nobody", action="sign-in-refused", detail={"email": owner.email, "n": 1}),
            ]
        )
    return people, shared, alone


def count(session, table) -> int:
    return session.scalar(select(func.count()).select_from(table))


def test_everything_about_a_person_is_in_one_file(filled):
    people, shared, alone = filled
    with people.service.database.reading() as session:
        archive = zipfile.ZipFile(io.BytesIO(person.exported(session, people.owner.id)))
        of_viewer = zipfile.ZipFile(io.BytesIO(person.exported(session, people.viewer.id)))
    assert archive.testzip() is None
    held = {name: archive.read(name).decode() for name in archive.namelist()}
    assert json.loads(held["account.json"])["email"] == people.owner.email
    assert {one["name"] for one in json.loads(held["deals.json"])} == {"Shared", "Alone / æ"}
    assert held[f"deals/Shared-{shared.id}/revision-2.yaml"] == SIMPLE.replace("60000", "55000")
    assert held[f"deals/Alone-æ-{alone.id}/revision-1.yaml"] == SIMPLE
    assert [len(json.loads(held[f"{name}.json"])) for name in ("runs", "tokens", "sessions", "links", "log")] == [1] * 5
    assert not any("_hash" in text or "a" * 64 in text for text in held.values())
    assert not any(name.endswith(".yaml") for name in of_viewer.namelist())  # others' deals are theirs
    assert {one["role"] for one in json.loads(of_viewer.read("shared-with-you.json"))} == {"viewer"}


def test_an_account_goes_with_what_is_its_own_and_leaves_the_rest(filled):
    people, shared, alone = filled
    with people.service.database.reading() as session:
        told = person.going(session, people.owner.id)
    assert ([one.id for one in told.deals], [one.id for one in told.staying], told.runs) == ([alone.id], [shared.id], 2)
    with people.service.database.writing() as session:
        assert person.leave(session, people.owner.id).runs == 2
    with people.service.database.reading() as session:
        assert session.get(Account, people.owner.id) is None
        assert [one.id for one in session.scalars(select(Deal))] == [shared.id]
        assert [run.account_id for run in session.scalars(select(Run))] == [people.viewer.id]
        assert [count(session, table) for table in (Token, SignIn, Link, Remembered)] == [0, 0, 0, 0]
        assert {one.account_id for one in session.scalars(select(Revision))} == {None}
        assert {one.account_id for one in session.scalars(select(Member))} == {people.editor.id, people.viewer.id}
        assert people.owner.email not in json.dumps([event.detail for event in session.scalars(select(Event))])
        assert [event.account_id for event in session.scalars(select(Event).order_by(Event.id))] == [
            people.owner.id,
            None,
        ]


def test_the_last_admin_and_the_one_person_stay(people):
    with people.service.database.writing() as session:
        session.get(Account, people.owner.id).is_admin = True
    for who, kind in ((people.owner.id, "last-admin"), (LOCAL, "no-account"), ("0" * 24, "not-found")):
        with people.service.database.writing() as session, pytest.raises(Problem) as found:
            person.leave(session, who)
        assert found.value.kind == kind
    with people.service.database.reading() as session:
        assert session.get(Account, people.owner.id).closed_at is None


def at_once(service, first: str, second: str) -> list[str]:
    """Two leave at once: the second begins when the first is done but not yet written; how it was refused."""
    refusals = []

    def leave() -> None:
        try:
            with service.database.writing() as session:
                person.leave(session, second)
        except Problem as problem:
            refusals.append(problem.kind)

    other = threading.Thread(target=leave)
    with service.database.writing() as session:
        person.leave(session, first)
        other.start()
        other.join(0.5)  # on PostgreSQL it would be done by now if it did not wait
    other.join()
    return refusals


def test_two_owners_who_leave_at_once_leave_no_deal_that_nobody_owns(filled):
    people, *_both = filled
    assert at_once(people.service, people.owner.id, people.editor.id) == []
    with people.service.database.reading() as session:
        assert [count(session, table) for table in (Deal, Revision)] == [0, 0]


def test_of_the_last_two_admins_one_stays(people):
    with people.service.database.writing() as session:
        for who in (people.owner, people.editor):
            session.get(Account, who.id).is_admin = True
    assert at_once(people.service, people.owner.id, people.editor.id) == ["last-admin"]
    with people.service.database.reading() as session:
        assert session.get(Account, people.editor.id).closed_at is None


def test_nobody_waits_to_write_while_everything_about_a_person_is_put_together(people, monkeypatch):
    exported = person.exported

    def meanwhile(session, account_id):
        content = exported(session, account_id)
        with people.service.database.writing() as another:
            another.add(Event(by="nobody", action="view"))
        return content

    monkeypatch.setattr(person, "exported", meanwhile)
    assert people.owner.client.get("/account/data.zip").status_code == 200
