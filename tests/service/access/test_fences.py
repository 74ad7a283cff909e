"""What one person, link or token may not do to others, and what is noted of what they do."""

from __future__ import annotations

import runpy
import threading

import argon2
import pytest
from sqlalchemy import delete, select

from risksim.service.access import audit, passwords, secret
from risksim.service.access.pace import AtOnce
from risksim.service.app import make
from risksim.service.problems import Problem
from risksim.service.routes import events
from risksim.service.store.tables import Event, Link, Member, Run, SignIn, Token, now
from risksim.service.work.making import Data, Memo, checked
from tests.service.conftest import SIMPLE


def asked_of(house, client, **more):
    """A run of the owner's deal that waits."""
    made = client.post(
        "/api/v1/runs", json={"of": {"deal": house.deal}, "wishes": {"paths": 256}, "wait": False} | more
    )
    assert made.status_code == 202, made.text
    return made.json()["id"]


@pytest.fixture(autouse=True)
def _no_runs_left(house):
    yield
    with house.service.database.writing() as session:
        session.execute(delete(Run))


def noted(house, run=None, **wanted):
    with house.service.database.reading() as session:
        found = session.scalars(select(Event).order_by(Event.id.desc()).limit(10)).all()
    return [one for one in found if one.run_id == run and all(getattr(one, name) == it for name, it in wanted.items())]


def test_links_stop_no_runs_and_list_none(house):
    one, other = house.bearer(house.link()), house.bearer(house.link())
    of_link, of_owner = asked_of(house, one), asked_of(house, house.client(house.owner.cookie))
    for method, path in (("POST", "/cancel"), ("POST", "/resume"), ("DELETE", "")):
        assert other.request(method, f"/api/v1/runs/{of_link}{path}").status_code == 403
        assert other.request(method, f"/api/v1/runs/{of_owner}{path}").status_code == 403
    assert one.get(f"/api/v1/runs/{of_link}").status_code == 200
    for query in ("", f"?deal={house.deal}"):
        assert one.get(f"/api/v1/runs{query}").json()["runs"] == []
    assert house.client(house.owner.cookie).post(f"/api/v1/runs/{of_link}/cancel").status_code == 200


def test_somebody_signed_in_with_a_link_lists_their_own_runs_alone(house):
    client = house.client(house.stranger.cookie)
    client.cookies.set("risksim-link", house.link())
    own, of_owner = asked_of(house, client), asked_of(house, house.client(house.owner.cookie))
    assert [one["id"] for one in client.get(f"/api/v1/runs?deal={house.deal}").json()["runs"]] == [own]
    assert client.delete(f"/api/v1/runs/{of_owner}").status_code == 403
    assert client.delete(f"/api/v1/runs/{own}").status_code == 204


def test_no_page_of_runs_begins_after_a_run_of_somebody_else(house):
    foreign = asked_of(house, house.client(house.owner.cookie))
    client = house.client(house.stranger.cookie)
    own = asked_of(house, client, of={"deal": house.others})
    told = [client.get("/api/v1/runs", params={"after": one}) for one in (foreign, "0" * 24)]
    assert (told[0].status_code, told[0].content) == (422, told[1].content)
    assert client.get("/api/v1/runs", params={"after": own}).json()["runs"] == []


def test_runs_of_links_to_one_deal_leave_room_for_those_of_another(house):
    one, other = house.bearer(house.link()), house.bearer(house.link(house.others))
    for _run in range(house.service.settings.most_jobs):
        asked_of(house, one)
    full = one.post("/api/v1/runs", json={"of": {"deal": house.deal}, "wishes": {"paths": 256}, "wait": False})
    assert full.status_code == 429
    assert asked_of(house, other, of={"deal": house.others})


@pytest.mark.parametrize("scopes", [("read",), ("run",)])
@pytest.mark.parametrize("path", ["/api/v1/memo", "/api/v1/data"])
@pytest.mark.parametrize("of", ["deal", "shipped", "text"])
def test_a_file_is_made_for_tokens_that_read_and_run(house, scopes, path, of):
    named = {"deal": house.deal, "shipped": "examples/simple-reference", "text": SIMPLE}[of]
    refused = house.bearer(house.token(house.owner, *scopes)).post(path, json={"of": {of: named}, "paths": 256})
    assert refused.status_code in (403, 404), refused.text


@pytest.mark.parametrize("how", ["link", "token", "session"])
def test_a_stream_ends_when_whoever_follows_is_let_in_no_more(house, somebody, monkeypatch, how):
    monkeypatch.setattr(events, "EVERY", 0.01)
    monkeypatch.setattr(events, "ASKED_AGAIN", 0.02)
    with house.service.database.writing() as session:
        session.add(Member(deal_id=house.deal, account_id=somebody.id, role="viewer"))
    held = house.link() if how == "link" else somebody.token
    client = house.client(somebody.cookie) if how == "session" else house.bearer(held)
    run = asked_of(house, client)
    ended = threading.Thread(target=client.get, args=(f"/api/v1/runs/{run}/events",), daemon=True)
    ended.start()
    ended.join(0.3)
    assert ended.is_alive(), "the test shows nothing if the stream ends by itself"
    kind = {"link": Link, "token": Token, "session": SignIn}[how]
    house.change(kind, secret.hashed(somebody.cookie if how == "session" else held), revoked_at=now())
    ended.join(60)
    assert not ended.is_alive()


def test_no_more_at_once_than_there_is_room_for():
    places = AtOnce(most=2, most_of_all=3)
    with places.one("a"), places.one("a"):
        with pytest.raises(Problem) as told, places.one("a"):
            pass
        assert (told.value.status, told.value.headers["Retry-After"]) == (429, "1")
        with places.one("b"), pytest.raises(Problem) as told, places.one("c"):
            pass
        assert told.value.status == 503
    with places.one("a"), places.one("a"), places.one("b"):
        pass


def test_streams_of_one_person_are_bounded(house, monkeypatch):
    monkeypatch.setattr(events, "STREAMS", AtOnce(1, 10))
    client = house.client(house.owner.cookie)
    run = asked_of(house, client)
    with events.STREAMS.one(house.owner.id):
        assert client.get(f"/api/v1/runs/{run}/events").status_code == 429
    client.post(f"/api/v1/runs/{run}/cancel")
    for _time in range(2):  # a stream that ended gave its place back
        assert client.get(f"/api/v1/runs/{run}/events").status_code == 200


@pytest.mark.usefixtures("amid_a_minute")
@pytest.mark.parametrize("path", ["/api/v1/me", "/s/rsl_none", "/sign-in"])
def test_made_up_secrets_have_their_pace(place, house, path):
    app = make(place.model_copy(update={"per_minute": 3}))
    client = house._replace(app=app).bearer("rsk_none")
    assert [client.get(path).status_code for _time in range(5)][3:] == [429, 429]
    app.state.service.database.close()


def test_what_happens_to_a_run_is_noted(house):
    client = house.client(house.owner.cookie)
    run = asked_of(house, client)
    assert noted(house, run, action="run")[0].detail == {"question": "run"}
    client.post(f"/api/v1/runs/{run}/cancel")
    assert noted(house, run, action="run")[0].detail == {"cancelled": True}
    client.post(f"/api/v1/runs/{run}/resume")
    assert noted(house, run, action="run")[0].detail == {"resumed": True}
    assert client.delete(f"/api/v1/runs/{run}").status_code == 204
    assert [one.detail for one in noted(house, run, action="delete", deal_id=house.deal)] == [{"what": "run"}]


@pytest.mark.parametrize(
    ("method", "path", "body", "action"),
    [
        ("POST", "/api/v1/scenario", {"of": {"deal": "DEAL"}}, "export"),
        ("GET", "/api/v1/deals/DEAL/diff?first=1", None, "view"),
        ("GET", "/deals/DEAL/diff?first=1&second=1", None, "view"),
        ("GET", "/deals/DEAL/edit", None, "view"),
    ],
)
def test_every_way_to_the_text_is_noted(house, method, path, body, action):
    with house.service.database.writing() as session:
        session.execute(delete(Event).where(Event.action == action))
    body = body and {"of": {"deal": house.deal}}
    answer = house.client(house.owner.cookie).request(method, path.replace("DEAL", house.deal), json=body)
    assert answer.status_code == 200, answer.text
    assert [one.account_id for one in noted(house, action=action, deal_id=house.deal)] == [house.owner.id]


def test_the_log_names_no_deal_to_those_with_whom_it_is_shared_no_longer(house, somebody):
    with house.service.database.writing() as session:
        session.add(Member(deal_id=house.deal, account_id=somebody.id, role="viewer"))
        audit.note(session, somebody.principal, "view", house.deal)
    for named in ("Simple", ""):
        with house.service.database.reading() as session:
            (line,) = audit.listed(session, somebody.principal)
        assert (line.event.deal_id, line.deal) == (house.deal, named)
        with house.service.database.writing() as session:
            session.execute(delete(Member).where(Member.account_id == somebody.id))


@pytest.mark.parametrize("wish", [r'"stress":"\ud800"', r'"changes":{"\ud800":1}', r'"x":[[{"a":"\ud800"}]]'])
def test_half_a_letter_in_a_wish_is_a_mistake_of_the_request(house, wish):
    body = f'{{"of":{{"shipped":"examples/simple-reference"}},"wishes":{{{wish}}}}}'
    answer = house.client(house.owner.cookie).post(
        "/api/v1/runs", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422, answer.text
    assert "wishes" in answer.text


@pytest.mark.parametrize("share", [1e-320, 1e-300, 1.0 - 1e-16])
def test_an_uncertain_share_is_not_moved_to_where_it_has_no_odds(house, share):
    body = {"of": {"text": SIMPLE}, "set": {"outcomes.success.success_rate": share}, "paths": 256}
    answer = house.client(house.owner.cookie).post("/api/v1/live", json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "cannot-move")


def test_a_date_that_is_no_day_is_no_wish():
    assert checked(Memo, {"date": "2028-02-29"}).date == "2028-02-29"
    with pytest.raises(Problem, match="there is no such day") as told:
        checked(Memo, {"date": "2026-02-29"})
    assert told.value.status == 422
    with pytest.raises(Problem, match="form"):
        checked(Data, {"form": "exe"})


def test_passwords_are_hashed_with_the_parameters_of_the_library():
    """Tests hash quicker; the product does not."""
    hasher = runpy.run_path(passwords.__file__)["_HASHER"]
    assert argon2.extract_parameters(hasher.hash("x")) == argon2.profiles.RFC_9106_LOW_MEMORY
