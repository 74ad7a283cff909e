"""Signing in and out: passwords, throttling, cookies, sessions, tokens, links."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import select

from risksim.language import speaking
from risksim.service.access import accounts, links, passwords, secret, sign_ins, throttle, tokens
from risksim.service.app import make
from risksim.service.problems import Problem
from risksim.service.settings import Settings
from risksim.service.store.tables import Account, Event, SignIn, Token, Tries, now
from tests.service.access.conftest import ADDRESS, PASSWORD, TEST_DATABASE


def sign_in(client, email, password=PASSWORD, **more):
    return client.post("/sign-in", data={"email": email, "password": password, **more})


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("kort", "4 letters"),
        ("x" * 11, "11 letters"),
        ("anna.holm@example.org", "e-mail"),
        ("Anna.Holm@Example.org", "e-mail"),
        ("Password1234", "many people"),
        ("pass word 1234", "many people"),
        ("aaaaaaaaaaaaaa", "many people"),
        ("x" * 201, "200"),
    ],
)
def test_passwords_easy_to_guess_are_refused_with_the_reason(password, why):
    with pytest.raises(Problem, match=why):
        passwords.check(password, "anna.holm@example.org")


def test_a_good_password_is_taken_and_a_suggested_one_is_good():
    passwords.check(PASSWORD, "anna@example.org")
    passwords.check(passwords.suggested(), "anna@example.org")
    assert passwords.suggested() != passwords.suggested()


def test_a_password_fits_its_hash_and_nothing_fits_none(password_hash):
    assert passwords.fits(password_hash, PASSWORD)
    assert not passwords.fits(password_hash, PASSWORD + "x")
    assert not passwords.fits(None, PASSWORD)
    assert not passwords.fits("no hash", PASSWORD)
    assert not passwords.outdated(password_hash)


def test_a_hash_of_older_parameters_is_made_anew(house, somebody):
    from argon2 import PasswordHasher

    with house.service.database.writing() as session:
        old = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
        session.get(Account, somebody.id).password_hash = old
    assert sign_in(house.client(), somebody.email).status_code == 303
    with house.service.database.reading() as session:
        assert not passwords.outdated(session.get(Account, somebody.id).password_hash)


def test_signing_in_gives_a_new_session_whose_secret_is_not_kept(house, somebody):
    client = house.client(somebody.cookie)
    answer = sign_in(client, somebody.email, next="/audit")
    assert (answer.status_code, answer.headers["location"]) == (303, "/audit")
    given = answer.cookies["risksim"]
    assert given != somebody.cookie
    assert house.client(given).get("/api/v1/me").json()["email"] == somebody.email
    assert house.client(somebody.cookie).get("/api/v1/me").status_code == 401, "the session before goes on"
    with house.service.database.reading() as session:
        kept = session.scalars(select(SignIn.secret_hash).where(SignIn.account_id == somebody.id)).all()
    assert secret.hashed(given) in kept
    assert given not in kept


def test_flags_of_cookies(house, somebody):
    answer = sign_in(house.client(), somebody.email)
    (cookie,) = [line for line in answer.headers.get_list("set-cookie") if line.startswith("risksim=")]
    for flag in ("HttpOnly", "Path=/", "SameSite=lax", f"Max-Age={14 * 24 * 3600}"):
        assert flag in cookie
    assert "Domain" not in cookie


@pytest.mark.skipif(TEST_DATABASE is not None, reason="needs a place of its own")
def test_over_https_cookies_are_bound_to_the_host_and_browsers_stay_with_https(tmp_path, password_hash):
    from fastapi.testclient import TestClient

    app = make(Settings(folder=tmp_path, accounts=True, workers=0, address="https://risksim.example.org"))
    with app.state.service.database.writing() as session:
        accounts.add(session, "anna@example.org", None).password_hash = password_hash
    client = TestClient(app, base_url="https://risksim.example.org", follow_redirects=False)
    answer = sign_in(client, "anna@example.org")
    (cookie,) = [line for line in answer.headers.get_list("set-cookie") if "__Host-risksim=" in line]
    assert "Secure" in cookie
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert client.get("/api/v1/me").status_code == 200
    app.state.service.database.close()


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "/a\r\nb: c"]
)
def test_nobody_is_sent_elsewhere(house, somebody, back):
    assert house.client(somebody.cookie).get("/sign-in", params={"next": back}).headers["location"] == "/"
    answer = house.client(somebody.cookie).post("/language", data={"language": "en", "back": back})
    assert answer.headers["location"] == "/"


def test_unknown_and_closed_and_wrong_are_told_alike(house, somebody):
    """The same page, after the same work: a hash is checked whoever it is."""
    with house.service.database.writing() as session:
        closed = accounts.add(session, f"closed-{somebody.email}", None)
        closed.password_hash, closed.closed_at = passwords.hashed(PASSWORD), now()
    emails = (somebody.email, f"nobody-{somebody.email}", f"closed-{somebody.email}")
    told = [sign_in(house.client(), email, "not the password").text.replace(email, "") for email in emails]
    assert told[0] == told[1] == told[2]
    assert sign_in(house.client(), emails[2]).status_code == 401


def test_a_hash_is_checked_for_an_unknown_address_too(house, monkeypatch):
    checked = []
    monkeypatch.setattr(passwords, "fits", lambda kept, _typed: checked.append(kept) or False)
    sign_in(house.client(), "nobody-at-all@example.org")
    sign_in(house.client(), "not an address \x00")
    assert checked == [None, None]


def test_tries_in_vain_make_the_next_one_wait_longer(house, somebody, monkeypatch):
    monkeypatch.setattr(throttle, "OF_ADDRESS", throttle.Patience(10_000, 1.0))
    monkeypatch.setattr(passwords, "fits", lambda _kept, typed: typed == PASSWORD)
    moment = now()  # at which all of it happens, however slow the machine is
    monkeypatch.setattr(throttle, "now", lambda: moment)
    for _try in range(throttle.OF_ACCOUNT.free):
        assert sign_in(house.client(), somebody.email, "wrong").status_code == 401
    refused = sign_in(house.client(), somebody.email)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert PASSWORD not in refused.text
    waits = []
    for _try in range(12):
        with house.service.database.writing() as session:
            row = session.get(Tries, throttle._of_account(somebody.email))
            row.last_at = moment - dt.timedelta(hours=1)
        assert sign_in(house.client(), somebody.email, "wrong").status_code == 401
        waits.append(int(sign_in(house.client(), somebody.email, "wrong").headers["retry-after"]))
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]
    with house.service.database.writing() as session:
        session.get(Tries, throttle._of_account(somebody.email)).last_at = moment - dt.timedelta(hours=1)
    assert sign_in(house.client(), somebody.email).status_code == 303
    with house.service.database.reading() as session:
        assert session.get(Tries, throttle._of_account(somebody.email)) is None


def test_an_unknown_address_waits_as_a_known_one_does(house, monkeypatch):
    monkeypatch.setattr(throttle, "OF_ADDRESS", throttle.Patience(10_000, 1.0))
    monkeypatch.setattr(passwords, "fits", lambda _kept, _typed: False)
    moment = now()
    monkeypatch.setattr(throttle, "now", lambda: moment)
    said = [sign_in(house.client(), "never-seen@example.org").status_code for _try in range(6)]
    assert said == [401] * 5 + [429]


def test_one_address_that_tries_many_accounts_waits(house, monkeypatch):
    monkeypatch.setattr(throttle, "OF_ADDRESS", throttle.Patience(3, 60.0))
    monkeypatch.setattr(passwords, "fits", lambda _kept, _typed: False)
    said = [sign_in(house.client(), f"x{k}@example.org").status_code for k in range(4)]
    assert said == [401] * 3 + [429]


def test_a_whole_office_signs_in_from_one_address_and_tries_in_vain_still_count(house, somebody, monkeypatch):
    monkeypatch.setattr(throttle, "OF_ADDRESS", throttle.Patience(3, 60.0))
    monkeypatch.setattr(passwords, "fits", lambda _kept, typed: typed == PASSWORD)
    with house.service.database.writing() as session:
        session.query(Tries).delete()
    office = [sign_in(house.client(), somebody.email).status_code for _person in range(10)]
    own = house.client(somebody.cookie)
    office += [own.post("/account/leave", data={"sure": "yes", "password": "wrong"}).status_code]
    thief = []
    for k in range(3):
        thief += [sign_in(house.client(), f"x{k}@example.org", "guessed").status_code]
        thief += [sign_in(house.client(), somebody.email).status_code]
    with house.service.database.writing() as session:
        session.query(Tries).delete()
    assert office == [303] * 10 + [422]
    assert thief == [401, 303, 401, 429, 429, 429], "a sign-in between takes nothing back of those in vain"


def test_a_machine_with_many_addresses_of_ipv6_is_one():
    same = {throttle._of_address(one) for one in ("2001:db8::1", "2001:db8::ffff:1", "2001:DB8:0:0:ab::")}
    other = {throttle._of_address(one) for one in ("2001:db8:0:1::1", "192.0.2.1", "192.0.2.2", "unknown")}
    assert (len(same), len(other), same & other) == (1, 4, set())
    assert throttle._of_address("::ffff:192.0.2.1") == throttle._of_address("192.0.2.1")


def test_signing_out_ends_the_session_and_is_noted(house, somebody):
    client = house.client(somebody.cookie)
    answer = client.post("/sign-out")
    assert answer.headers["clear-site-data"]
    assert house.client(somebody.cookie).get("/api/v1/me").status_code == 401
    with house.service.database.reading() as session:
        said = session.scalars(select(Event.action).where(Event.account_id == somebody.id)).all()
    assert said == ["sign-out"]


def test_sessions_are_listed_and_ended_one_by_one_and_all(house, somebody):
    with house.service.database.writing() as session:
        account = session.get(Account, somebody.id)
        others = [sign_ins.begin(session, account, f"browser {k}")[1] for k in range(3)]
    client = house.client(somebody.cookie)
    listed = client.get("/api/v1/me/sessions").json()
    assert (len(listed), sum(one["this"] for one in listed)) == (4, 1)
    one = next(one["id"] for one in listed if one["browser"] == "browser 0")
    assert house.client(house.stranger.cookie).delete(f"/api/v1/me/sessions/{one}").status_code == 404
    assert client.delete(f"/api/v1/me/sessions/{one}").status_code == 204
    assert [house.client(each).get("/api/v1/me").status_code for each in others] == [401, 200, 200]
    assert client.post("/account/sessions/end").status_code == 303
    assert [house.client(each).get("/api/v1/me").status_code for each in others] == [401, 401, 401]
    assert client.get("/api/v1/me").status_code == 200


def test_a_session_lies_idle_for_twelve_hours_and_lasts_fourteen_days(house, somebody):
    def at(used, expires):
        values = {"used_at": now() - used, "expires_at": now() + expires}
        house.change(SignIn, secret.hashed(somebody.cookie), **values)
        return house.client(somebody.cookie).get("/api/v1/me").status_code

    hours, minute, none = dt.timedelta(hours=12), dt.timedelta(minutes=1), dt.timedelta(0)
    assert at(hours - minute, minute) == 200
    assert at(hours, minute) == 401
    assert at(none, none) == 401
    with house.service.database.writing() as session:
        made, _shown = sign_ins.begin(session, session.get(Account, somebody.id))
        assert abs(made.expires_at - now() - dt.timedelta(days=14)) < minute


def test_use_is_written_down_at_most_once_a_minute(house, somebody):
    hash_ = secret.hashed(somebody.cookie)
    house.change(SignIn, hash_, used_at=now() - dt.timedelta(hours=1))
    for _ask in range(2):
        house.client(somebody.cookie).get("/api/v1/me")
    with house.service.database.reading() as session:
        used = session.scalar(select(SignIn.used_at).where(SignIn.secret_hash == hash_))
    assert now() - used < dt.timedelta(minutes=1)


def test_a_new_password_ends_every_other_session_and_needs_the_old_one(house, somebody):
    with house.service.database.writing() as session:
        other = sign_ins.begin(session, session.get(Account, somebody.id))[1]
    client, new = house.client(somebody.cookie), "nye ord paa stribe"

    def change(old, first, second):
        return client.post("/account/password", data={"old": old, "new": first, "again": second}).status_code

    assert change("wrong", new, new) == 422
    assert change(PASSWORD, new, new + "x") == 422
    assert change(PASSWORD, "kort", "kort") == 422
    assert change(PASSWORD, new, new) == 303
    assert client.get("/api/v1/me").status_code == 200
    assert house.client(other).get("/api/v1/me").status_code == 401
    assert sign_in(house.client(), somebody.email, new).status_code == 303


def test_a_token_is_shown_once_kept_as_a_hash_and_does_what_its_scopes_say(house, somebody):
    client = house.client(somebody.cookie)
    made = client.post("/api/v1/me/tokens", json={"name": "sheet", "scopes": ["read"], "days": 30})
    assert made.status_code == 201
    shown, token_id = made.json()["token"], made.json()["id"]
    assert re.fullmatch(r"rsk_[\w-]{43}", shown)
    assert shown.startswith(made.json()["prefix"])
    assert shown not in client.get("/api/v1/me/tokens").text
    assert shown not in client.get("/account").text
    with house.service.database.reading() as session:
        row = session.get(Token, token_id)
        assert (row.secret_hash, len(row.prefix)) == (secret.hashed(shown), 12)
    program = house.bearer(shown)
    me = program.get("/api/v1/me").json()
    assert (me["kind"], me["scopes"], me["is_admin"]) == ("token", ["read"], False)
    assert house.client(house.stranger.cookie).delete(f"/api/v1/me/tokens/{token_id}").status_code == 404
    assert client.delete(f"/api/v1/me/tokens/{token_id}").status_code == 204
    assert program.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("scopes", "days", "name"), [((), 1, "x"), (("all",), 1, "x"), (("read",), 731, "x"), (("read",), 1, " ")]
)
def test_tokens_that_make_no_sense_are_refused(house, somebody, scopes, days, name):
    with house.service.database.writing() as session, pytest.raises(Problem, match="No such token"):
        tokens.make(session, somebody.id, name, scopes, days)


def test_the_page_makes_a_token_and_shows_it_this_once(house, somebody):
    client = house.client(somebody.cookie)
    page = client.post("/account/tokens", data={"name": "sheet", "scopes": ["read", "run"], "days": "0"})
    (shown,) = re.findall(r"rsk_[\w-]{43}", page.text)
    assert house.bearer(shown).get("/api/v1/me").json()["scopes"] == ["read", "run"]
    assert "rsk_" + shown[4:12] in client.get("/account").text
    assert shown not in client.get("/account").text
    assert client.post("/account/tokens", data={"name": "sheet"}).status_code == 422


def test_a_link_opens_the_page_of_its_deal_and_leaves_the_address(house):
    client, shown = house.client(), house.link()
    answer = client.get(f"/s/{shown}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deals/{house.deal}")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert client.get(f"/api/v1/deals/{house.deal}").status_code == 200
    assert client.get(f"/api/v1/deals/{house.others}").status_code == 404
    assert house.client().get("/s/rsl_" + "x" * 43).status_code == 404


def test_who_is_signed_in_and_holds_a_link_sees_both(house):
    client = house.client(house.stranger.cookie)
    assert client.get(f"/api/v1/deals/{house.deal}").status_code == 404
    client.get(f"/s/{house.link()}")
    assert client.get(f"/api/v1/deals/{house.deal}").status_code == 200
    assert client.get(f"/api/v1/deals/{house.others}").status_code == 200
    assert client.patch(f"/api/v1/deals/{house.deal}", json={"name": "Mine"}).status_code == 403


def test_links_are_made_listed_and_revoked_by_owners(house):
    client, path = house.client(house.owner.cookie), f"/api/v1/deals/{house.deal}/links"
    made = client.post(path, json={"name": "The board", "days": 90})
    assert made.status_code == 201
    assert re.fullmatch(r"/s/rsl_[\w-]{43}", made.json()["path"])
    assert made.json()["path"] not in client.get(path).text
    assert "The board" in client.get(path).text
    assert client.post(path, json={"days": 91}).status_code == 422
    assert client.delete(f"/api/v1/deals/{house.others}/links/{made.json()['id']}").status_code == 404
    assert client.delete(f"{path}/{made.json()['id']}").status_code == 204
    assert house.client().get(made.json()["path"]).status_code == 404
    with house.service.database.writing() as session, pytest.raises(Problem, match="90 days"):
        links.make(session, house.owner.principal, house.deal, "x", 91)


def test_closing_an_account_ends_all_of_it(house, somebody):
    admin = house.client(house.admin.cookie)
    assert admin.post(f"/people/{somebody.id}/close").status_code == 303
    assert house.client(somebody.cookie).get("/api/v1/me").status_code == 401
    assert house.bearer(somebody.token).get("/api/v1/me").status_code == 401
    assert admin.post(f"/people/{somebody.id}/open").status_code == 303
    assert house.client(somebody.cookie).get("/api/v1/me").status_code == 401, "sessions stay ended"
    page = admin.post(f"/people/{somebody.id}/password")
    (first,) = re.findall(r"(?:[a-z0-9]{4}-){4}[a-z0-9]{4}", page.text)
    assert sign_in(house.client(), somebody.email, first).status_code == 303


def test_the_last_admin_cannot_be_closed(house):
    answer = house.client(house.admin.cookie).post(f"/people/{house.admin.id}/close")
    assert answer.status_code == 409
    assert house.client(house.admin.cookie).get("/people").status_code == 200


def test_an_admin_makes_an_account_and_sees_its_password_once(house):
    admin = house.client(house.admin.cookie)
    page = admin.post("/people", data={"email": "New@Example.org", "name": "New"})
    (first,) = re.findall(r"(?:[a-z0-9]{4}-){4}[a-z0-9]{4}", page.text)
    assert sign_in(house.client(), "new@example.org", first).status_code == 303
    assert first not in admin.get("/people").text
    assert admin.post("/people", data={"email": "new@example.org"}).status_code == 409
    assert admin.post("/people", data={"email": "no address"}).status_code == 422


def test_leaving_deletes_the_account_after_the_password(house, somebody):
    client = house.client(somebody.cookie)
    assert client.get("/account/data.zip").headers["content-type"] == "application/zip"
    assert client.get("/account/leave").status_code == 200
    assert client.post("/account/leave", data={"sure": "yes", "password": "wrong"}).status_code == 422
    assert client.post("/account/leave", data={"password": PASSWORD}).status_code == 422
    assert client.post("/account/leave", data={"sure": "yes", "password": PASSWORD}).status_code == 303
    with house.service.database.reading() as session:
        assert session.get(Account, somebody.id) is None


@pytest.mark.usefixtures("amid_a_minute")
def test_too_many_requests_wait():
    from risksim.service.access.pace import Pace

    pace = Pace(3)
    with speaking("en"):
        for _ask in range(3):
            pace.take("one")
        with pytest.raises(Problem, match="3 requests a minute") as told:
            pace.take("one")
        pace.take("another")
    assert (told.value.status, int(told.value.headers["Retry-After"]) > 0) == (429, True)


def test_a_problem_leads_to_where_its_reader_may_go(house):
    def ways(client) -> set[str]:
        main = client.get("/there/is/nothing").text.partition("<main")[2].partition("</main>")[0]
        return set(re.findall(r'href="([^"]+)"', main))

    holder = house.client(accept="text/html")
    assert ways(house.client(house.owner.cookie, accept="text/html")) == {"/deals", "/"}
    assert ways(holder) == {"/sign-in"}
    assert holder.get(f"/s/{house.link()}").status_code == 303
    assert ways(holder) == {f"/deals/{house.deal}", "/sign-in"}


def test_a_refused_form_of_the_account_keeps_what_was_typed(house, somebody):
    client = house.client(somebody.cookie, accept="text/html", origin=ADDRESS)
    refused = client.post("/account/tokens", data={"name": "Spreadsheet", "days": "365"})
    assert refused.status_code == 422
    tokens_part = refused.text.partition('id="tokens"')[2]
    assert "Choose what the program may do." in tokens_part
    assert 'value="Spreadsheet"' in tokens_part
    assert '<option value="365" selected>' in tokens_part
    assert "checked" not in tokens_part
    done = client.post("/account/name", data={"name": "Ida"})
    assert done.headers["location"] == "/account?done=name#you"
    said = client.get("/account?done=name").text
    assert "Your name was changed." in said.partition('id="you"')[2].partition("<h2")[0]


def test_an_admin_who_is_refused_finds_the_form_as_it_was(house):
    admin = house.client(house.admin.cookie, accept="text/html", origin=ADDRESS)
    refused = admin.post("/people", data={"email": house.owner.email, "name": "Again", "is_admin": "yes"})
    form = refused.text.partition('id="new"')[2]
    assert refused.status_code == 409
    assert 'role="alert"' in form
    assert f'value="{house.owner.email}"' in form
    assert 'name="is_admin" value="yes" checked' in form
