"""Deals over HTTP: made, changed, compared, shared, deleted; each once, however often it is sent."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from risksim.service.store.tables import Deal, Event, Remembered, Revision
from tests.service.conftest import SIMPLE

DEALS = "/api/v1/deals"
OTHER = SIMPLE.replace("60000", "61000").replace("60,000", "61,000")


def count(service, table) -> int:
    with service.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_a_deal_is_made_read_renamed_and_deleted(client, service):
    made = client.post(DEALS, json={"name": "  First ", "text": SIMPLE})
    assert made.status_code == 201
    said = made.json()
    assert made.headers["location"] == said["address"] == f"{DEALS}/{said['id']}"
    assert (said["name"], said["role"], said["latest"]) == ("First", "owner", 1)
    assert client.get(said["address"]).json() == said
    assert client.patch(said["address"], json={"name": "Second"}).json()["name"] == "Second"
    assert client.delete(said["address"]).status_code == 204
    assert client.get(said["address"]).status_code == 404
    with service.database.reading() as session:
        deeds = session.scalars(select(Event.action).order_by(Event.id)).all()
    assert deeds == ["create", "edit", "delete"]


def test_a_text_with_mistakes_is_refused_with_their_places_unless_it_is_a_draft(client):
    text = SIMPLE.replace("schema: 1", "schema: 2")
    refused = client.post(DEALS, json={"name": "Faulty", "text": text})
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "faulty-deal"
    assert refused.json()["faults"][0]["line"] == text[: text.index("schema: 2")].count("\n") + 1
    kept = client.post(DEALS, json={"name": "Faulty", "text": text, "draft": True})
    assert kept.status_code == 201
    assert client.get(kept.json()["address"] + "/revisions/1").json()["digest"] is None


def test_lists_come_in_pages_that_hold_each_deal_once(client):
    made = [client.post(DEALS, json={"name": f"Deal {k}", "text": SIMPLE}).json()["id"] for k in range(5)]
    found, address = [], f"{DEALS}?limit=2"
    while address:
        page = client.get(address)
        assert len(page.json()["deals"]) <= 2
        found += [one["id"] for one in page.json()["deals"]]
        address = page.json()["next"]
        assert (f'<{address}>; rel="next"' == page.headers["link"]) if address else ("link" not in page.headers)
    assert found == made[::-1]


@pytest.mark.parametrize("asked", ["limit=0", "limit=101", "limit=x", "after=%00", "after=abc"])
def test_a_page_that_is_none_is_refused(client, asked):
    assert client.get(f"{DEALS}?{asked}").status_code == 422


def test_revisions_are_added_and_what_differs_is_told(client, deal):
    address = f"{DEALS}/{deal}/revisions"
    added = client.post(address, json={"text": OTHER, "based_on": 1, "note": "dearer"})
    assert added.status_code == 201
    assert added.headers["location"] == f"{address}/2"
    assert [one["number"] for one in client.get(address).json()["revisions"]] == [2, 1]
    assert client.get(f"{address}/1").json()["text"] == SIMPLE
    assert client.get(f"{address}/latest").json()["text"] == OTHER
    told = client.get(f"{DEALS}/{deal}/diff?first=1").json()
    assert (told["first"], told["second"]) == (1, 2)
    assert "\n+" in told["unified"]
    assert any("61" in sentence for sentence in told["words"])
    page = client.get(f"{address}?limit=1").json()
    assert client.get(page["next"]).json()["revisions"][0]["number"] == 1
    assert client.get(f"{address}/3").status_code == 404


def test_whoever_was_slower_gets_what_differs_and_adds_nothing(client, deal, service):
    address = f"{DEALS}/{deal}/revisions"
    client.post(address, json={"text": OTHER, "based_on": 1})
    late = client.post(address, json={"text": SIMPLE + "\n# mine\n", "based_on": 1})
    assert late.status_code == 409
    assert late.json()["type"] == "changed-meanwhile"
    assert late.json()["latest"] == 2
    assert "\n+" in late.json()["diff"]
    assert count(service, Revision) == 2


def test_the_same_key_makes_a_deal_once(client, service):
    body, head = {"name": "Once", "text": SIMPLE}, {"Idempotency-Key": "a-key"}
    first, second = (client.post(DEALS, json=body, headers=head) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert second.headers["location"] == first.headers["location"]
    assert count(service, Deal) == 1
    other = client.post(DEALS, json={**body, "name": "Twice"}, headers=head)
    assert (other.status_code, other.json()["type"]) == (422, "idempotency-key-reused")
    assert count(service, Deal) == 1


def test_a_key_of_a_refused_request_is_free_again(client, service):
    head = {"Idempotency-Key": "a-key"}
    assert client.post(DEALS, json={"name": "Faulty", "text": "schema: 1"}, headers=head).status_code == 422
    assert count(service, Remembered) == 0
    assert client.post(DEALS, json={"name": "Good", "text": SIMPLE}, headers=head).status_code == 201


def test_the_same_key_of_two_threads_makes_one_deal(client, service):
    body, head = {"name": "Once", "text": SIMPLE}, {"Idempotency-Key": "a-key"}
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: client.post(DEALS, json=body, headers=head), range(8)))
    assert {one.status_code for one in found} == {201}
    assert len({one.json()["id"] for one in found}) == 1
    assert count(service, Deal) == 1


def test_keys_of_two_people_never_meet(people):
    body, head = {"name": "Once", "text": SIMPLE}, {"Idempotency-Key": "a-key"}
    mine = people.owner.client.post(DEALS, json=body, headers=head).json()["id"]
    theirs = people.stranger.client.post(DEALS, json=body, headers=head).json()["id"]
    assert mine != theirs


def test_members_are_listed_put_and_taken_away(people):
    deal = people.deal().id
    owner, address = people.owner.client, f"{DEALS}/{deal}/members"
    assert [one["role"] for one in owner.get(address).json()["members"]] == ["owner", "editor", "viewer"]
    put = owner.put(address, json={"email": people.stranger.email, "role": "viewer"})
    assert (put.status_code, put.json()["account"]) == (200, people.stranger.id)
    assert people.stranger.client.get(f"{DEALS}/{deal}").json()["role"] == "viewer"
    assert owner.delete(f"{address}/{people.stranger.id}").status_code == 204
    assert people.stranger.client.get(f"{DEALS}/{deal}").status_code == 404
    assert owner.put(address, json={"email": people.owner.email, "role": "viewer"}).status_code == 409
    assert owner.put(address, json={"email": "nobody@example.org", "role": "viewer"}).status_code == 422
    assert owner.put(address, json={"email": people.editor.email, "role": "king"}).status_code == 422


def test_a_foreign_deal_is_answered_as_one_that_is_not_there(people):
    deal, none = people.deal().id, "0" * 24
    asks = {
        "get": ["", "/revisions", "/revisions/1", "/revisions/latest", "/diff?first=1", "/members"],
        "delete": ["", f"/members/{people.owner.id}"],
    }
    for method, places in asks.items():
        for place in places:
            foreign, absent = (people.stranger.client.request(method, f"{DEALS}/{one}{place}") for one in (deal, none))
            assert (foreign.status_code, foreign.content) == (404, absent.content), place
    sent = [
        ("PATCH", "", {"name": "Mine"}),
        ("POST", "/revisions", {"text": SIMPLE, "based_on": 1}),
        ("PUT", "/members", {"email": people.stranger.email, "role": "owner"}),
    ]
    for method, place, body in sent:
        foreign, absent = (
            people.stranger.client.request(method, f"{DEALS}/{one}{place}", json=body) for one in (deal, none)
        )
        assert (foreign.status_code, foreign.content) == (404, absent.content), place


def test_a_viewer_changes_nothing(people):
    deal, viewer = people.deal().id, people.viewer.client
    assert viewer.get(f"{DEALS}/{deal}").json()["role"] == "viewer"
    assert viewer.patch(f"{DEALS}/{deal}", json={"name": "Mine"}).status_code == 403
    assert viewer.post(f"{DEALS}/{deal}/revisions", json={"text": OTHER, "based_on": 1}).status_code == 403
    assert viewer.delete(f"{DEALS}/{deal}").status_code == 403
    assert (
        people.editor.client.post(f"{DEALS}/{deal}/revisions", json={"text": OTHER, "based_on": 1}).status_code == 201
    )
