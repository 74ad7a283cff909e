"""Foreign names, foreign pages, foreign text: hosts, origins, languages, script in every field, logs, the audit log."""

from __future__ import annotations

import http.cookies
import logging
import re
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from risksim.service.access import audit, oidc
from risksim.service.access.principal import NOBODY
from risksim.service.app import make
from risksim.service.pages import static, tongue
from risksim.service.problems import Problem
from risksim.service.settings import Settings
from risksim.service.store.tables import LOCAL, Account, Event
from tests.service.access.conftest import PASSWORD
from tests.service.access.test_walk import ask, routes
from tests.service.conftest import ADDRESS, SIMPLE

FACTORS = (918_273, 645_546)  # its product is too long to stand in a time or a name by chance
TEMPLATE = f"{{{{{FACTORS[0]}*{FACTORS[1]}}}}}"
SCRIPT = f"<script>alert('x')</script>\"'><img src=x onerror=alert(1)>{TEMPLATE}"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example:8000", 421),
        ("evil.example@127.0.0.1", 421),
        ("10.0.0.1", 421),
        ("", 421),
        ("[", 421),
    ],
)
def test_only_its_own_names_are_answered(client, host, status):
    """A name of somebody else that leads here is how a page elsewhere would reach a service on loopback."""
    assert client.get("/api/v1/me", headers={"host": host}).status_code == status


FOREIGN = [
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": "https://127.0.0.1:8000"},
    {"origin": "http://127.0.0.1:8001"},
    {"origin": "http://localhost:8000"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": ADDRESS},
]
OWN = [
    {},
    {"origin": ADDRESS},
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "same-origin", "origin": "null"},
    {"sec-fetch-site": "none"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_foreign_page_changes_nothing(house, headers):
    client = house.client(house.owner.cookie)
    for method, path in routes(house.app):
        if method != "GET":
            answer = ask(client, method, path, house.deal, **headers)
            assert (answer.status_code, answer.json()["type"]) == (403, "foreign-origin"), (method, path)
    assert client.get(f"/api/v1/deals/{house.deal}", headers=headers).status_code == 200


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_its_own_page_and_programs_may(house, headers):
    assert house.client(house.owner.cookie).post("/language", headers=headers).status_code == 303


def test_the_address_that_people_type_is_its_own(tmp_path):
    app = make(Settings(folder=tmp_path, workers=0, address="https://risksim.example.org"))
    client = TestClient(app, base_url="http://risksim.example.org", follow_redirects=False)
    assert client.get("/api/v1/me").status_code == 200
    assert client.post("/language", headers={"origin": "https://risksim.example.org"}).status_code == 303
    assert client.post("/language", headers={"origin": "https://evil.example.org"}).status_code == 403
    app.state.service.database.close()


@pytest.mark.parametrize(("proxy", "believed"), [("testclient", True), ("10.0.0.9", False), (None, False)])
def test_forwarded_headers_are_believed_of_the_proxy_alone(tmp_path, proxy, believed):
    app = make(Settings(folder=tmp_path, workers=0, trusted_proxy=proxy))
    client = TestClient(app, base_url=ADDRESS)
    answer = client.get("/healthz", headers={"x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.1"})
    assert ("strict-transport-security" in answer.headers) == believed
    app.state.service.database.close()


def test_nonces_are_new_in_every_answer(client):
    said = [client.get("/account").headers["content-security-policy"] for _ask in range(2)]
    nonces = [set(re.findall(r"'nonce-([\w-]{20,})'", policy)) for policy in said]
    assert [len(each) for each in nonces] == [1, 1]
    assert nonces[0] != nonces[1]


# Languages


@pytest.mark.parametrize(
    ("headers", "spoken"),
    [
        ({}, "da"),
        ({"accept-language": "en"}, "en"),
        ({"accept-language": "en-GB,en;q=0.9,da;q=0.8"}, "en"),
        ({"accept-language": "de, en;q=0.4, da-DK;q=0.8"}, "da"),
        ({"accept-language": "fr"}, "da"),
        ({"accept-language": "en;q=0, fr"}, "da"),
        ({"accept-language": "en;q=x,,;;q=1"}, "da"),
        ({"accept-language": "da", "cookie": "language=en"}, "en"),
        ({"accept-language": "en", "cookie": "language=xx"}, "en"),
    ],
)
def test_a_page_speaks_as_its_reader_wishes(client, headers, spoken):
    page = client.get("/account", headers=headers)
    assert f'<html lang="{spoken}">' in page.text
    assert page.headers["content-language"] == spoken


def test_cookies_of_others_are_not_read(monkeypatch, house, somebody):
    read = []
    real = http.cookies._unquote
    monkeypatch.setattr(http.cookies, "_unquote", lambda text: (read.append(text), real(text))[1])
    slow = '"' + "\\" * 50 + '"'
    sent = f"language={slow}; other={slow}; risksim-link={slow}; risksim={somebody.cookie};language=en; __Host-risksim="
    page = house.client().get("/account", headers={"cookie": sent})
    assert (page.status_code, page.headers["content-language"]) == (200, "en")
    assert set(read) == {somebody.cookie, "en", ""}


def test_programs_are_told_in_english_unless_they_ask(house):
    assert house.client().get("/api/v1/me").json()["title"] == "Sign in first"
    assert tongue.of_headers(house.client(cookie=None).headers, "/api/v1/me") == "en"


def test_a_person_reads_in_the_language_chosen_whatever_the_browser_says(house, somebody):
    client = house.client(somebody.cookie, **{"accept-language": "en"})
    assert client.post("/language", data={"language": "da", "back": "/account"}).headers["location"] == "/account"
    assert '<html lang="da">' in client.get("/account").text
    assert client.post("/account/language", data={"language": "en"}).status_code == 303
    assert '<html lang="en">' in client.get("/account").text
    assert client.post("/account/language", data={"language": "xx"}).status_code == 422


# Text of people on pages


class Scripts(HTMLParser):
    """What a browser would run that no page has of its own."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        names = {name for name, _value in attrs}
        if (tag == "script" and "src" not in names) or any(name.startswith("on") for name in names):
            self.found.append((tag, attrs))


def scripts_of(page):
    reader = Scripts()
    reader.feed(page)
    return reader.found


def test_script_is_found():
    assert len(scripts_of(SCRIPT)) == 2


def test_script_in_every_text_comes_back_escaped_on_every_page(house, somebody):
    client, admin = house.client(somebody.cookie, accept="text/html"), house.client(house.admin.cookie)
    assert client.post("/account/name", data={"name": SCRIPT}).status_code == 303
    client.post("/api/v1/deals", json={"name": SCRIPT, "text": SIMPLE})
    client.post("/account/tokens", data={"name": SCRIPT, "scopes": ["read"]})
    sign_in = house.client(**{"user-agent": SCRIPT}).post(
        "/sign-in", data={"email": somebody.email, "password": PASSWORD}
    )
    assert sign_in.status_code == 303
    pages = [
        client.get(path.replace("{deal_id}", house.deal))
        for method, path in routes(house.app)
        if method == "GET"
        and not path.startswith(("/api/v1", "/metrics", "/s/"))
        and "csv" not in path
        and "zip" not in path
    ]
    pages += [
        admin.get("/people"),
        admin.get("/audit"),
        house.client().post("/sign-in", data={"email": SCRIPT, "password": "x"}),
        house.client().get("/sign-in", params={"next": SCRIPT}),
        admin.post("/people", data={"email": SCRIPT, "name": SCRIPT}),
        client.get(f"/{SCRIPT}"),
        client.get("/account", params={"done": SCRIPT}),
        client.get("/audit", params={"sort": SCRIPT}),
    ]
    shown = 0
    for page in pages:
        assert scripts_of(page.text) == [], page.url
        assert str(FACTORS[0] * FACTORS[1]) not in page.text, page.url
        shown += "&lt;script&gt;" in page.text
    assert shown >= 4, "the test shows nothing where nothing is shown"


def test_no_page_has_inline_script_or_style_and_asks_nothing_of_others(house):
    client = house.client(house.admin.cookie, accept="text/html")
    for method, path in routes(house.app):
        if method != "GET" or path.startswith("/api/v1"):
            continue
        page = ask(client, method, path, house.deal, accept="text/html")
        if "text/html" in page.headers.get("content-type", ""):
            assert not re.search(r"<[^>]+\s(style|on\w+)=", page.text), path
            assert not re.search(r"<script(?![^>]*\b(src|nonce)=)", page.text), path
            assert not re.search(r"(src|href|action)=[\"']?(https?:)?//", page.text), path


def test_files_of_the_page_are_kept_as_long_as_their_address_names_them(client):
    for address, kept in (
        (static.asset("site.css"), static.FOR_EVER),
        ("/static/site.css", static.ASK_AGAIN),
        ("/static/site.css?v=0", static.ASK_AGAIN),
        ("/static/fonts/Roboto-Regular.woff2", static.ASK_AGAIN),
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, kept), address
    assert client.get("/static/nothing-12345678.js").headers["cache-control"] == "no-store"


# The log


def test_the_log_shows_each_what_is_theirs(house, somebody):
    with house.service.database.writing() as session:
        audit.note(session, house.viewer.principal, "view", house.deal)
        audit.note(session, house.stranger.principal, "view", house.others)
        audit.note(session, somebody.principal, "sign-in", address="192.0.2.7")
        audit.note(session, NOBODY, "sign-in-refused", address="192.0.2.8")

    def read(person):
        return house.client(person.cookie).get("/api/v1/audit", params={"limit": 500}).json()["events"]

    of_owner, of_viewer, of_admin = read(house.owner), read(house.viewer), read(house.admin)
    assert any(one["who"] == house.viewer.email and one["action"] == "view" for one in of_owner)
    assert {one["deal"] for one in of_owner} <= {house.deal, None}
    assert {one["who"] for one in of_viewer} == {house.viewer.email}
    assert {one["deal"] for one in of_admin} == {None}, "an admin reads of no deal"
    assert {"192.0.2.7", "192.0.2.8"} <= {one["detail"].get("address") for one in of_admin}
    assert read(house.stranger) != []
    assert house.bearer(house.token(house.owner, "run")).get("/api/v1/audit").json()["events"] == []


def test_the_log_is_read_page_by_page_and_taken_away(house, somebody):
    with house.service.database.writing() as session:
        session.get(Account, somebody.id).name = "=1+1"
        for k in range(5):
            audit.note(session, somebody.principal, "token", token=f"rsk_{k}")
    client = house.client(somebody.cookie)
    first = client.get("/api/v1/audit", params={"limit": 3}).json()
    second = client.get("/api/v1/audit", params={"limit": 3, "before": first["next"]}).json()
    assert [len(first["events"]), len(second["events"]), second["next"]] == [3, 2, None]
    table = client.get("/audit.csv")
    assert table.headers["content-disposition"].startswith("attachment")
    assert len(table.text.splitlines()) == 6


def test_a_table_holds_no_formula(house, somebody):
    client = house.client(somebody.cookie)
    made = client.post("/api/v1/deals", json={"name": "=HYPERLINK(1)", "text": SIMPLE})
    with house.service.database.writing() as session:
        audit.note(session, somebody.principal, "view", made.json()["id"])
    cells = client.get("/audit.csv").text
    assert "'=HYPERLINK(1)" in cells
    assert ",=" not in cells


def test_logs_hold_no_secret_and_nothing_of_a_deal(house, somebody, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    link = house.link()
    name = "A Private Name Of A Deal"
    client = house.client(somebody.cookie)
    made = client.post("/api/v1/deals", json={"name": name, "text": SIMPLE})
    client.post("/api/v1/validate", json={"text": f"name: {name}"})
    house.client().post("/sign-in", data={"email": somebody.email, "password": PASSWORD})
    house.client().post("/sign-in", data={"email": somebody.email, "password": "quite wrong here"})
    house.bearer(somebody.token).get(f"/api/v1/deals/{made.json()['id']}")
    house.client().get(f"/s/{link}")
    printed = "".join(capfd.readouterr())
    # The client of these tests logs the addresses that it asks; a service does not.
    ours = [line.getMessage() for line in caplog.records if not line.name.startswith(("httpx", "httpcore"))]
    with house.service.database.reading() as session:
        noted = [f"{one.by} {one.detail}" for one in session.scalars(select(Event))]
    for text in (printed, *ours, *noted):
        for hidden in (PASSWORD, "quite wrong here", somebody.cookie, somebody.token, link, name):
            assert hidden not in text


# One person on loopback


def test_one_person_on_loopback_needs_no_door(client, service):
    assert client.get("/api/v1/me").json()["kind"] == "local"
    assert client.get("/account").status_code == 200
    assert client.get("/sign-in", follow_redirects=False).headers["location"] == "/"
    assert client.post("/sign-in", follow_redirects=False).status_code == 303
    assert client.post("/account/name", data={"name": "Anna"}, follow_redirects=False).status_code == 303
    with service.database.reading() as session:
        assert session.get(Account, LOCAL).name == "Anna"
    assert "/sign-out" not in client.get("/account").text
    assert client.post("/account/password", data={"old": "x"}).status_code == 409


@pytest.mark.parametrize("kept", ["", "x", "7b", "[" * 20_000, '["\\ud800", "a", "b", "/"]', "[1, 2]", '{"a": 1}'])
def test_an_errand_that_nobody_was_sent_on_is_broken(client, kept):
    client.cookies.set("risksim-errand", kept.encode().hex())
    assert client.get("/sign-in/back?code=1&state=x").status_code == 400


def test_without_a_provider_there_is_no_way_through_it(client):
    assert client.get("/sign-in/elsewhere").status_code == 404
    assert client.get("/sign-in/back").status_code in (400, 404)


def test_the_missing_extra_is_named(monkeypatch, tmp_path):
    import builtins

    real = builtins.__import__

    def without(name, *rest, **more):
        if name.startswith("authlib"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    settings = Settings(folder=tmp_path, oidc_issuer="https://login.example.org", oidc_client="risksim")
    with pytest.raises(Problem, match=r"risksim-dsi\[oidc\]"):
        oidc.errand(settings, "http://127.0.0.1/sign-in/back", "/")
