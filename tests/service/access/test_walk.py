"""Every route, whoever made it, with every kind of credential. A new route is walked without being named here."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from fastapi.routing import iter_route_contexts

from risksim.service.access import secret, tokens
from risksim.service.access.headers import FIXED
from risksim.service.store.tables import Account, Link, Run, SignIn, Token, now
from tests.service.access.conftest import LONG_AGO
from tests.service.conftest import SIMPLE

OPEN = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("GET", "/sign-in/elsewhere"),
    ("GET", "/sign-in/back"),
    ("GET", "/s/{shown}"),
    ("POST", "/language"),
    ("GET", "/"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/api"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/v1/questions"),
    ("GET", "/api/v1/schema"),
}
"""Routes that nobody needs to sign in for, because they hold nothing of anybody: every other one must refuse."""
MAKE_FILES = {("POST", "/deals/{deal_id}/memo")}
"""Routes that change nothing of the deal but let a file be made of it, for which a token must both read and run."""
OF_ADMIN = "/people"
ASKS = {("POST", "/deals/{deal_id}/memo")}
"""Routes that ask something of a deal and change nothing of it: whoever may take its figures away may have a memo."""
MISSING = "0" * 24
BODIES = {
    ("POST", "/api/v1/deals/{deal_id}/links"): {"name": "board"},
    ("PATCH", "/api/v1/deals/{deal_id}"): {"name": "Other"},
    ("POST", "/api/v1/deals/{deal_id}/revisions"): {"text": SIMPLE, "based_on": 1},
    ("PUT", "/api/v1/deals/{deal_id}/members"): {"email": "viewer@example.org", "role": "viewer"},
    ("POST", "/api/v1/runs/{run_id}/data"): {},
}
"""Bodies that routes about one deal or one run take, so that they answer about the deal and not about the body."""
FORMS: dict[tuple[str, str], dict[str, str]] = {
    ("POST", "/deals/{deal_id}/edit"): {"text": SIMPLE, "based_on": "1"},
    ("POST", "/deals/{deal_id}/restore"): {"number": "1", "based_on": "1"},
}
"""The same for pages."""
QUERIES = {
    ("GET", "/api/v1/deals/{deal_id}/diff"): {"first": "1", "second": "1"},
    ("GET", "/deals/{deal_id}/diff"): {"first": "1", "second": "1"},
}
"""The same for what stands behind a question mark."""


def routes(app):
    """Method and path of every route."""
    found = []
    for route in iter_route_contexts(app.routes):
        methods = getattr(route, "methods", None)
        if methods:
            found += [(method, route.path) for method in sorted(methods - {"HEAD", "OPTIONS"})]
    assert len(found) > 30
    return found


def address(path: str, deal: str = MISSING) -> str:
    """A path with something for each of its parameters."""
    named = path.replace("{deal_id}", deal).replace("{name:path}", "broendby-tuba")
    return re.sub(r"\{[^}]*\}", MISSING, re.sub(r"\{(number|first|second)\}", "1", named))


def ask(client, method, path, deal=MISSING, **headers):
    body, form = BODIES.get((method, path)), FORMS.get((method, path))
    query = QUERIES.get((method, path))
    return client.request(method, address(path, deal), json=body, data=form, params=query, headers=headers)


def bad_clients(house, somebody):
    """Everything that stands for nobody."""
    expired, revoked = house.token(somebody, "read", "run", "write"), house.token(somebody, "read", "run", "write")
    house.change(Token, secret.hashed(expired), expires_at=now() - dt.timedelta(seconds=1))
    house.change(Token, secret.hashed(revoked), revoked_at=now())
    old_link, gone_link = house.link(), house.link()
    house.change(Link, secret.hashed(old_link), expires_at=now() - dt.timedelta(seconds=1))
    house.change(Link, secret.hashed(gone_link), revoked_at=now())
    held = {
        "nothing": house.client(),
        "no such token": house.bearer("rsk_" + "x" * 43),
        "no token": house.bearer(""),
        "another scheme": house.client(authorization="Basic YTpi"),
        "expired token": house.bearer(expired),
        "revoked token": house.bearer(revoked),
        "hash of a token": house.bearer(secret.hashed(somebody.token)),
        "expired link": house.bearer(old_link),
        "revoked link": house.bearer(gone_link),
        "no such session": house.client("x" * 43),
        "bad token beside a good session": house.client(house.owner.cookie, authorization="Bearer rsk_bad"),
        "revoked link in a cookie": house.client(),
    }
    held["revoked link in a cookie"].cookies.set("risksim-link", gone_link)
    return held


def test_every_route_refuses_whoever_says_nothing_true(house, somebody):
    walked = [route for route in routes(house.app) if route not in OPEN]
    for name, client in bad_clients(house, somebody).items():
        answers = {route: ask(client, *route).status_code for route in walked}
        assert {route: status for route, status in answers.items() if status != 401} == {}, name


@pytest.mark.parametrize(
    "values",
    [
        {"revoked_at": now()},
        {"expires_at": now() - dt.timedelta(seconds=1)},
        {"used_at": now() - dt.timedelta(hours=12, seconds=1)},
    ],
    ids=lambda values: next(iter(values)),
)
def test_every_route_refuses_a_session_that_ended(house, somebody, values):
    assert house.client(somebody.cookie).get("/api/v1/me").status_code == 200
    house.change(SignIn, secret.hashed(somebody.cookie), **values)
    client = house.client(somebody.cookie)
    for route in routes(house.app):
        if route not in OPEN:
            assert ask(client, *route).status_code == 401, route


def test_a_closed_account_opens_nothing(house, somebody):
    with house.service.database.writing() as session:
        session.get(Account, somebody.id).closed_at = LONG_AGO
    for client in (house.client(somebody.cookie), house.bearer(somebody.token)):
        assert {ask(client, *route).status_code for route in routes(house.app) if route not in OPEN} == {401}


def test_pages_send_readers_to_sign_in_and_programs_a_problem(house):
    client = house.client()
    asked = client.get("/account", headers={"accept": "text/html"})
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=%2Faccount")
    asked = client.get("/api/v1/me", headers={"accept": "text/html"})
    assert (asked.status_code, asked.json()["type"]) == (401, "sign-in")
    assert asked.headers["www-authenticate"].startswith("Bearer")


def about_one_deal(app):
    return [route for route in routes(app) if "{deal_id}" in route[1]]


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_a_foreign_deal_is_answered_byte_by_byte_like_none(house, accept):
    """By a stranger, by an admin, by their tokens, and by a link to another deal."""
    who = {
        "stranger": house.client(house.stranger.cookie),
        "stranger's token": house.bearer(house.stranger.token),
        "admin": house.client(house.admin.cookie),
        "link to another deal": house.bearer(house.link(house.others)),
    }
    for name, client in who.items():
        for route in about_one_deal(house.app):
            foreign, missing = (ask(client, *route, deal, accept=accept) for deal in (house.deal, MISSING))
            allowed = {404, 403} if name.startswith("link") else {404}
            assert foreign.status_code in allowed, (name, route, foreign.text)
            assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content), (name, route)
            assert told(foreign) == told(missing), (name, route)


def told(answer):
    """Headers, but for what is new in every answer."""
    policy = re.sub(r"nonce-[\w-]+", "nonce", answer.headers["content-security-policy"])
    return {**answer.headers, "content-security-policy": policy}


def test_a_foreign_run_is_answered_like_none(house):
    with house.service.database.writing() as session:
        made = Run(account_id=house.owner.id, deal_id=house.deal, revision=1, question="run", wishes={}, digest="d")
        session.add(made)
        session.flush()
        run = made.id
    assert house.client(house.owner.cookie).get(f"/api/v1/runs/{run}").status_code == 200
    for client in (house.client(house.stranger.cookie), house.client(house.admin.cookie)):
        for method, path in routes(house.app):
            if "{run_id}" not in path:
                continue
            foreign, missing = (
                client.request(method, path.format(deal_id=house.deal, run_id=one), json=BODIES.get((method, path)))
                for one in (run, MISSING)
            )
            assert (foreign.status_code, foreign.content) == (404, missing.content), (method, path, foreign.text)


def test_only_an_admin_sees_people(house):
    walked = [route for route in routes(house.app) if route[1].startswith(OF_ADMIN)]
    assert len(walked) >= 5
    for client in (house.client(house.owner.cookie), house.bearer(house.admin.token), house.bearer(house.link())):
        assert {ask(client, *route).status_code for route in walked} == {403}
    assert house.client(house.admin.cookie).get("/people").status_code == 200


def test_counts_are_told_to_a_token_of_an_admin_that_reads(house):
    read, run = (house.bearer(house.token(house.admin, scope)) for scope in ("read", "run"))
    others = (run, house.bearer(house.owner.token), house.bearer(house.link()), house.client(house.owner.cookie))
    assert read.get("/metrics").text.startswith("# HELP")
    assert {client.get("/metrics").status_code for client in others} == {404}
    assert house.client().get("/metrics").status_code == 401


def test_no_token_makes_tokens_or_ends_sessions(house):
    client = house.bearer(house.owner.token)
    for method, path in (("GET", "/api/v1/me/tokens"), ("GET", "/api/v1/me/sessions"), ("GET", "/account")):
        assert client.request(method, path).status_code == 403
    asked = client.post("/api/v1/me/tokens", json={"name": "more", "scopes": ["write"]})
    assert asked.status_code == 403


@pytest.mark.parametrize("scopes", [("read",), ("run",), ("read", "run")])
def test_a_token_without_write_changes_no_deal(house, scopes):
    client = house.bearer(house.token(house.owner, *scopes))
    before = house.client(house.owner.cookie).get(f"/api/v1/deals/{house.deal}").content
    allowed = MAKE_FILES if set(scopes) == {"read", "run"} else set()
    for method, path in set(about_one_deal(house.app)) - allowed:
        if method != "GET":
            assert ask(client, method, path, house.deal).status_code in (403, 404), (method, path)
    made = client.post("/api/v1/deals", json={"name": "New", "text": SIMPLE})
    assert made.status_code == 403, made.text
    assert house.client(house.owner.cookie).get(f"/api/v1/deals/{house.deal}").content == before


@pytest.mark.parametrize("scopes", [("write",), ("run",), ("run", "write")])
def test_a_token_without_read_leaves_nothing_that_it_is_not_told_of(house, scopes):
    client, owner = house.bearer(house.token(house.owner, *scopes)), house.client(house.owner.cookie)
    before = [owner.get(path).content for path in ("/api/v1/deals", "/api/v1/runs")]
    made = client.post("/api/v1/deals", json={"name": "New", "text": SIMPLE})
    page = client.post("/deals", data={"name": "New", "text": SIMPLE})
    for of in ({"shipped": "examples/simple-reference"}, {"text": SIMPLE}):
        for wait in (True, False):
            asked = client.post("/api/v1/runs", json={"of": of, "wishes": {"paths": 256}, "wait": wait})
            assert asked.status_code == 403, asked.text
    assert (made.status_code, page.status_code) == (403, 403)
    assert [owner.get(path).content for path in ("/api/v1/deals", "/api/v1/runs")] == before


def test_a_token_without_read_reads_no_deal(house):
    client = house.bearer(house.token(house.owner, "run"))
    for method, path in about_one_deal(house.app):
        if method == "GET":
            assert ask(client, method, path, house.deal).status_code in (403, 404), (method, path)


def test_a_viewer_and_an_editor_do_what_they_may_and_no_more(house):
    deal = f"/api/v1/deals/{house.deal}"
    viewer, editor = house.client(house.viewer.cookie), house.client(house.editor.cookie)
    for client in (viewer, editor):
        assert client.get(deal).status_code == 200
        assert client.delete(deal).status_code == 403
        assert client.get(f"{deal}/links").status_code == 403
        assert client.post(f"{deal}/links", json={}).status_code == 403
        assert ask(client, "PUT", "/api/v1/deals/{deal_id}/members", house.deal).status_code == 403
    revised = {"text": SIMPLE + "\n", "based_on": 1}
    assert viewer.post(f"{deal}/revisions", json=revised).status_code == 403


def test_a_link_opens_its_deal_and_nothing_else(house):
    client = house.bearer(house.link())
    assert client.get(f"/api/v1/deals/{house.deal}").status_code == 200
    assert client.get("/api/v1/me").json()["deal"] == house.deal
    for method, path in about_one_deal(house.app):
        if method != "GET":
            assert ask(client, method, path, house.deal).status_code in (403, 404), (method, path)
    assert client.post("/api/v1/deals", json={"name": "New", "text": SIMPLE}).status_code == 403
    for path in ("/account", "/audit", "/api/v1/audit", "/api/v1/me/tokens", "/audit.csv", "/account/data.zip"):
        assert client.get(path).status_code == 403, path


def test_a_link_shows_no_revision_that_was_replaced_before_it_was_made(house):
    owner = house.client(house.owner.cookie)
    deal = owner.post("/api/v1/deals", json={"name": "Walked", "text": SIMPLE + "# in confidence\n"}).json()["id"]
    path, page = f"/api/v1/deals/{deal}", f"/deals/{deal}"

    def revise(last: int, text: str) -> None:
        revised = owner.post(f"{path}/revisions", json={"text": SIMPLE + text, "based_on": last})
        assert revised.status_code == 201, revised.text

    revise(1, "# for outsiders\n")
    link = house.link(deal)
    revise(2, "# for outsiders, later\n")
    signed_in = house.client(house.stranger.cookie)
    signed_in.cookies.set("risksim-link", link)
    for client in (house.bearer(link), signed_in):
        listed = client.get(f"{path}/revisions").json()
        assert ([one["number"] for one in listed["revisions"]], listed["next"]) == ([3, 2], None)
        assert client.get(f"{path}/revisions/latest").json()["number"] == 3
        assert client.get(f"{path}/revisions/2").status_code == 200, "a page that was opened with it goes on"
        missing = client.get(f"{path}/revisions/99")
        assert client.get(f"{path}/revisions/1").content == missing.content
        for way in (f"{path}/diff?first=1", f"{page}/diff?first=1&second=2", f"{page}/workbench?revision=1"):
            assert client.get(way).status_code == 404, way
        of = {"of": {"deal": deal, "revision": 1}}
        for way in ("live", "live/inputs", "runs"):
            assert client.post(f"/api/v1/{way}", json=of).status_code == 404, way
        assert f"{page}?before=" not in client.get(page).text
        differs = client.get(f"{page}/diff?first=2&second=3")
        assert differs.status_code == 200
        assert "Owner" not in differs.text + client.get(page).text, "who the members are is told to members"
    assert "Owner" in owner.get(f"{page}/diff?first=2&second=3").text
    assert len(owner.get(f"{path}/revisions").json()["revisions"]) == 3
    assert owner.delete(path).status_code == 204


def test_every_answer_carries_the_headers(house):
    client = house.client(house.owner.cookie)
    for method, path in routes(house.app):
        if method == "GET" and path != "/metrics":
            answer = ask(client, method, path, accept="text/html")
            for name, value in FIXED.items():
                assert answer.headers[name] == value, (path, name)
            policy = answer.headers["content-security-policy"]
            assert "unsafe" not in policy
            assert "default-src 'none'" in policy
            assert answer.headers["cache-control"], path


def test_paths_that_climb_lead_nowhere(house):
    client = house.client(house.owner.cookie)
    for path in (
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/fonts/../../app.py",
        "/static//etc/passwd",
        "/api/v1/shipped/../../../etc/passwd",
        "/api/v1/shipped/..%2f..%2f..%2fpyproject.toml",
        "/api/v1/shipped/%2fetc%2fpasswd",
        "/api/v1/deals/..%2f..%2fme",
        "/s/..%2f..%2faccount",
    ):
        answer = client.get(path)
        assert answer.status_code in (404, 405, 422), path
        assert b"root:" not in answer.content
        assert b"[project]" not in answer.content


def test_walk_knows_its_tokens():
    assert tokens.SCOPES == ("read", "run", "write")
